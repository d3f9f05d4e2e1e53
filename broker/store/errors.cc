#include "broker/store/errors.h"

#include <string>

#include "base/errors.h"
#include "base/status.h"

namespace amana::store {

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

}  // namespace amana::store
