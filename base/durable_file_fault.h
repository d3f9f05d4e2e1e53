// For tests: a FileSystem over another whose nth call of a kind fails, or whose disk is full.
#ifndef AMANA_BASE_DURABLE_FILE_FAULT_H_
#define AMANA_BASE_DURABLE_FILE_FAULT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/durable_file.h"

namespace amana {

// Thread-safe, but AppendFiles as their contract says. `under` must outlive it, and it its
// files.
class FaultFileSystem final : public FileSystem {
 public:
  enum Call { kRead, kWrite, kSync, kCreateDirectories, kList, kRemove, kRename, kCallCount };

  explicit FaultFileSystem(FileSystem& under) : under_(under) {}

  // The nth such call from now (1 is the next) answers `status` and does nothing; with `stays`, all
  // after it as well. kWrite covers WriteAtomically, CreateAtomically, OpenAppend, Append,
  // Truncate, OpenInPlace, WriteAt; a failing Append or WriteAt has written half. kSync is the Sync
  // of an AppendFile or InPlaceFile, kRead its ReadAt as well.
  void Fail(Call call, int nth, absl::Status status, bool stays = false);
  // From now, writes answer DISK_FULL once they exceed so many bytes together, and FreeBytes tells
  // what is left; nullopt ends it.
  void LimitSpace(std::optional<uint64_t> bytes);
  void Heal();
  int calls(Call call) const;

  absl::StatusOr<std::string> Read(const std::string& path) override;
  absl::StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                        size_t length) override;
  absl::StatusOr<uint64_t> Size(const std::string& path) override;
  absl::Status WriteAtomically(const std::string& path, std::string_view bytes,
                               unsigned mode) override;
  absl::Status CreateAtomically(const std::string& path, std::string_view bytes,
                                unsigned mode) override;
  absl::StatusOr<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path,
                                                         unsigned mode) override;
  absl::StatusOr<std::unique_ptr<InPlaceFile>> OpenInPlace(const std::string& path) override;
  absl::Status CreateDirectories(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::StatusOr<bool> Exists(const std::string& path) override;
  absl::StatusOr<uint64_t> FreeBytes(const std::string& path) override;

  // For the files: counts the call, and says what it is to answer.
  absl::Status Next(Call call, const std::string& path, uint64_t bytes = 0);

 private:
  struct Fault {
    int calls = 0;
    int fail_at = 0;  // value of `calls`; 0 is never
    bool stays = false;
    absl::Status status;
  };

  FileSystem& under_;
  mutable absl::Mutex mu_;
  std::array<Fault, kCallCount> faults_ ABSL_GUARDED_BY(mu_);
  std::optional<uint64_t> space_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana

#endif  // AMANA_BASE_DURABLE_FILE_FAULT_H_
