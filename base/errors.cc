#include "base/errors.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "base/status.h"

namespace amana {
namespace {

using absl::StatusCode;

std::string Join(std::string_view a, std::string_view b) {
  return std::string(a) + ": " + std::string(b);
}

}  // namespace

absl::Status DiskFullError(std::string_view what) {
  return MakeError(StatusCode::kResourceExhausted, "DISK_FULL", "", Join(what, "no space left"));
}

absl::Status IoError(std::string_view what, std::string_view detail) {
  return MakeError(StatusCode::kUnavailable, "IO_ERROR", "", Join(what, detail));
}

absl::Status FileNotFoundError(std::string_view what) {
  return MakeError(StatusCode::kNotFound, "FILE_NOT_FOUND", "", Join(what, "not found"));
}

absl::Status FileExistsError(std::string_view what) {
  return MakeError(StatusCode::kAlreadyExists, "FILE_EXISTS", "", Join(what, "already exists"));
}

absl::Status FilePermissionError(std::string_view what) {
  return MakeError(StatusCode::kPermissionDenied, "FILE_PERMISSION", "",
                   Join(what, "permission denied"));
}

absl::Status TooManyFilesError(std::string_view what) {
  return MakeError(StatusCode::kResourceExhausted, "TOO_MANY_FILES", "",
                   Join(what, "too many open files"));
}

absl::Status KeyFilePermissionsError(std::string_view path, unsigned mode) {
  std::string octal(4, '0');
  for (int i = 3; i >= 0; --i, mode >>= 3) octal[i] = static_cast<char>('0' + (mode & 7));
  return MakeError(StatusCode::kPermissionDenied, "KEY_FILE_PERMISSIONS", "",
                   Join(path,
                        "a key file must be a regular file of mode 0400 or 0600 that belongs "
                        "to this user or root, its mode is " +
                            octal));
}

absl::Status AlreadyRunningError(std::string_view path) {
  return MakeError(StatusCode::kFailedPrecondition, "ALREADY_RUNNING", "",
                   Join(path, "another process holds this directory"));
}

absl::Status FsyncFailedError(std::string_view what, std::string_view detail) {
  return MakeError(StatusCode::kUnavailable, "FSYNC_FAILED", "", Join(what, detail));
}

bool IsFsyncFailure(const absl::Status& status) { return ErrorReason(status) == "FSYNC_FAILED"; }

absl::Status ErrnoError(int error, std::string_view what) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return DiskFullError(what);
    case ENOENT:
      return FileNotFoundError(what);
    case EEXIST:
      return FileExistsError(what);
    case EACCES:
    case EPERM:
    case EROFS:
      return FilePermissionError(what);
    case EMFILE:
    case ENFILE:
      return TooManyFilesError(what);
    default:
      return IoError(what, std::system_category().message(error));
  }
}

absl::Status StoreCorruptError(std::string_view detail) {
  return MakeError(StatusCode::kDataLoss, "STORE_CORRUPT", "", detail);
}

absl::Status StoreBusyError(std::string_view detail) {
  return MakeError(StatusCode::kAborted, "STORE_BUSY", "", detail);
}

absl::Status StoreReadOnlyError(std::string_view detail) {
  return MakeError(StatusCode::kFailedPrecondition, "STORE_READ_ONLY", "", detail);
}

absl::Status DuplicateError(std::string_view detail) {
  return MakeError(StatusCode::kAlreadyExists, "CONSTRAINT", "", detail);
}

absl::Status ConstraintError(std::string_view detail) {
  return MakeError(StatusCode::kFailedPrecondition, "CONSTRAINT", "", detail);
}

absl::Status SchemaTooNewError(int64_t found, int64_t known) {
  return MakeError(StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW", "",
                   "the database has schema version " + std::to_string(found) +
                       ", this program knows up to " + std::to_string(known));
}

absl::Status SqlError(std::string_view detail) {
  return MakeError(StatusCode::kInternal, "SQL_ERROR", "", detail);
}

absl::Status ConfigInvalidError(std::string_view all_findings) {
  return MakeError(StatusCode::kInvalidArgument, "CONFIG_INVALID", "", all_findings);
}

}  // namespace amana
