// The one seam between the project and the operating system for files that must survive: what a
// call has answered OK to is on disk, names included. Tests put FaultFileSystem
// (durable_file_fault.h) over it and fail each call in turn.
//
// Errors of all calls: DISK_FULL, IO_ERROR, FSYNC_FAILED (see IsFsyncFailure in errors.h),
// FILE_NOT_FOUND, FILE_EXISTS, FILE_PERMISSION, TOO_MANY_FILES. Messages name the file.
#ifndef AMANA_BASE_DURABLE_FILE_H_
#define AMANA_BASE_DURABLE_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace amana {

constexpr unsigned kPrivateFile = 0600;
constexpr unsigned kPublicFile = 0644;
constexpr unsigned kPrivateFolder = 0700;

// A file that grows. Used by one thread at a time. Closed, without fsync, when it goes.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // After an error part of `bytes` may be there: the caller truncates to what it knows to be good.
  virtual absl::Status Append(std::string_view bytes) = 0;
  virtual absl::Status Truncate(uint64_t size) = 0;
  // What was appended before is on disk, and so is the file's name.
  virtual absl::Status Sync() = 0;
  virtual uint64_t size() const = 0;
};

// A file that is overwritten in place, so that what it held before is nowhere else: for what must
// be destroyed, keys above all. Thread-safe; calls on ranges that do not meet are independent.
// Closed, without fsync, when it goes.
class InPlaceFile {
 public:
  virtual ~InPlaceFile() = default;
  // At most `length` bytes; fewer only at the end of the file.
  virtual absl::StatusOr<std::string> ReadAt(uint64_t offset, size_t length) const = 0;
  // Beyond the end the file grows. After an error part of `bytes` may be there.
  virtual absl::Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
  // What was written before is on disk, and so is the file's name.
  virtual absl::Status Sync() = 0;
  virtual absl::StatusOr<uint64_t> Size() const = 0;
};

// Thread-safe: calls on different paths are independent; of two WriteAtomically on one path one
// wins wholly. Paths are absolute or relative to the working folder.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual absl::StatusOr<std::string> Read(const std::string& path) = 0;  // a pipe is IO_ERROR
  // At most `length` bytes from `offset`; fewer only at the end of the file.
  virtual absl::StatusOr<std::string> ReadRange(const std::string& path, uint64_t offset,
                                                size_t length) = 0;
  virtual absl::StatusOr<uint64_t> Size(const std::string& path) = 0;

  // Readers see the old content or the new, never a part, also after power loss: a temporary file
  // in the same folder, fsync, rename, fsync of the folder. On error the old content stands (after
  // FSYNC_FAILED of the folder either may be found).
  virtual absl::Status WriteAtomically(const std::string& path, std::string_view bytes,
                                       unsigned mode) = 0;
  // As above, but FILE_EXISTS when there is one: for what is written once and never replaced.
  virtual absl::Status CreateAtomically(const std::string& path, std::string_view bytes,
                                        unsigned mode) = 0;
  // Opens for appending at the end; created when absent.
  virtual absl::StatusOr<std::unique_ptr<AppendFile>> OpenAppend(const std::string& path,
                                                                 unsigned mode) = 0;
  // For a secret: created with mode 0600 when absent; KEY_FILE_PERMISSIONS unless it is a regular
  // file (no symbolic link) of this user or root with mode 0600.
  virtual absl::StatusOr<std::unique_ptr<InPlaceFile>> OpenInPlace(const std::string& path) = 0;

  // With all parents, each of mode 0700; OK when it is there already.
  virtual absl::Status CreateDirectories(const std::string& path) = 0;
  // Names in a folder, sorted, without "." and "..", and without leftovers of WriteAtomically.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
  // A file or an empty folder; FILE_NOT_FOUND when there is none.
  virtual absl::Status Remove(const std::string& path) = 0;
  // Within one file system; replaces `to`; both folders are fsynced.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::StatusOr<bool> Exists(const std::string& path) = 0;
  virtual absl::StatusOr<uint64_t> FreeBytes(const std::string& path) = 0;
};

// The operating system's. Lives for ever.
FileSystem& RealFileSystem();

// The content of a key file; refused with KEY_FILE_PERMISSIONS unless it is a regular file (no
// symbolic link) of this user or root with mode 0400 or 0600. Checked on the open file, not on its
// name.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

// "a/b/c" -> "a/b"; "c" -> "."; "/c" -> "/".
std::string FolderOf(const std::string& path);

}  // namespace amana

#endif  // AMANA_BASE_DURABLE_FILE_H_
