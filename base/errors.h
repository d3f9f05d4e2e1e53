// The error catalogue of base/: one named function per failure, so that a caller can tell by the
// reason what happened to a file, a database or a configuration. `what` names a file or an
// operation, never a content.
#ifndef AMANA_BASE_ERRORS_H_
#define AMANA_BASE_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace amana {

// --- files and the operating system
absl::Status DiskFullError(std::string_view what);  // kResourceExhausted DISK_FULL
absl::Status IoError(std::string_view what, std::string_view detail);  // kUnavailable IO_ERROR
absl::Status FileNotFoundError(std::string_view what);                 // kNotFound FILE_NOT_FOUND
absl::Status FileExistsError(std::string_view what);                   // kAlreadyExists FILE_EXISTS
absl::Status FilePermissionError(std::string_view what);  // kPermissionDenied FILE_PERMISSION
absl::Status TooManyFilesError(std::string_view what);    // kResourceExhausted TOO_MANY_FILES
absl::Status KeyFilePermissionsError(std::string_view path,
                                     unsigned mode);      // kPermissionDenied KEY_FILE_PERMISSIONS
absl::Status AlreadyRunningError(std::string_view path);  // kFailedPrecondition ALREADY_RUNNING

// An fsync that failed (kUnavailable FSYNC_FAILED): what was written before it may be lost although
// a second fsync would succeed, so a process that promised durability must end, never retry.
absl::Status FsyncFailedError(std::string_view what, std::string_view detail);
bool IsFsyncFailure(const absl::Status& status);

// The right one of the above for an errno; anything unforeseen is IO_ERROR.
absl::Status ErrnoError(int error, std::string_view what);

// --- databases
absl::Status StoreCorruptError(std::string_view detail);   // kDataLoss STORE_CORRUPT
absl::Status StoreBusyError(std::string_view detail);      // kAborted STORE_BUSY
absl::Status StoreReadOnlyError(std::string_view detail);  // kFailedPrecondition STORE_READ_ONLY
absl::Status DuplicateError(std::string_view detail);      // kAlreadyExists CONSTRAINT
absl::Status ConstraintError(std::string_view detail);     // kFailedPrecondition CONSTRAINT
absl::Status SchemaTooNewError(int64_t found, int64_t known);  // kFailedPrecondition SCHEMA_TOO_NEW
absl::Status SqlError(std::string_view detail);                // kInternal SQL_ERROR: a bug of ours

// --- configuration
absl::Status ConfigInvalidError(std::string_view all_findings);  // kInvalidArgument CONFIG_INVALID

}  // namespace amana

#endif  // AMANA_BASE_ERRORS_H_
