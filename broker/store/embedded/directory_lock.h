// One process per store directory.
#ifndef AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_LOCK_H_
#define AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace amana::store::embedded {

// Held while it lives; the kernel lets go of it when the process ends, however it ends.
class DirectoryLock {
 public:
  // Makes the directory (0700) if it is absent. FILE_PERMISSION when others than its owner may
  // enter it, ALREADY_RUNNING when another store holds it, also one of this process; IO_ERROR,
  // DISK_FULL.
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Acquire(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_LOCK_H_
