#include "broker/store/errors.h"

#include <string>

#include "base/errors.h"
#include "base/status.h"

namespace amana::store {
namespace {

absl::Status KeyFileError(std::string_view reason, std::string_view path,
                          std::string_view finding) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "",
                   "the key file " + std::string(path) + " " + std::string(finding) +
                       "; referrals are encrypted under its keys and cannot be read without them: "
                       "put back the newest of its copies (store.key_copies_folder)");
}

}  // namespace

absl::Status NotFoundError(std::string_view what) {
  return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "", "no such " + std::string(what));
}

absl::Status ConflictError(std::string_view what) {
  return MakeError(absl::StatusCode::kAborted, "CONFLICT", "",
                   "the " + std::string(what) + " is not in the expected state");
}

absl::Status StoreUnavailableError(std::string_view detail) {
  return MakeError(absl::StatusCode::kUnavailable, "STORE_UNAVAILABLE", "", detail);
}

absl::Status PageTokenInvalidError() {
  return MakeError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID", "page.token",
                   "not a token of this listing");
}

absl::Status IndexOutOfRangeError() {
  return MakeError(absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", "index",
                   "no such event in this batch");
}

absl::Status RowCorruptError(std::string_view table) {
  return StoreCorruptError("a row of " + std::string(table) + " does not match its digest");
}

absl::Status LogInconsistentError(std::string_view detail) {
  return MakeError(absl::StatusCode::kDataLoss, "LOG_INCONSISTENT", "", detail);
}

absl::Status LogMissingError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LOG_MISSING", "store",
                   "the database holds no log, but one has begun: put back the newest copy");
}

absl::Status ErasedError(std::string_view what) {
  return MakeError(absl::StatusCode::kNotFound, "ERASED", "",
                   "what the " + std::string(what) + " held was erased");
}

bool IsErased(const absl::Status& status) { return ErrorReason(status) == "ERASED"; }

absl::Status LegalHoldError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "LEGAL_HOLD", "",
                   "a legal hold is on the referral; nothing of it is erased");
}

absl::Status KeyFileMissingError(std::string_view path) {
  return KeyFileError("KEY_FILE_MISSING", path, "is missing");
}

absl::Status KeyFileTruncatedError(std::string_view path) {
  return KeyFileError("KEY_FILE_TRUNCATED", path, "ends before keys that the database names");
}

absl::Status KeyFileForeignError(std::string_view path) {
  return KeyFileError("KEY_FILE_FOREIGN", path, "belongs to another store");
}

absl::Status KeyFileDamagedError(std::string_view path) {
  return KeyFileError("KEY_FILE_DAMAGED", path, "does not begin as a key file does");
}

absl::Status KeyGoneError() {
  return MakeError(
      absl::StatusCode::kDataLoss, "KEY_GONE", "",
      "the key of a stored referral is gone: it was erased, or is in another key file");
}

}  // namespace amana::store
