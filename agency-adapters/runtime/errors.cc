#include "agency-adapters/runtime/errors.h"

#include <string>

#include "base/status.h"

namespace amana::runtime {

using absl::StatusCode;

absl::Status KeyInvalid(std::string_view field) {
  return MakeError(StatusCode::kInvalidArgument, "KEY_INVALID", field,
                   "expected 1 to 200 printable ASCII characters");
}
absl::Status KeyReused() {
  return MakeError(StatusCode::kAlreadyExists, "KEY_REUSED", "key",
                   "an item of this key is held, and its content is another");
}
absl::Status ItemInvalid(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "ITEM_INVALID", field, why);
}
absl::Status NativeFormatInvalid(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", field, why);
}
absl::Status AboutUnknown() {
  return MakeError(StatusCode::kNotFound, "ABOUT_UNKNOWN", "about",
                   "this journal knows of no such case, or it is a dead letter");
}
absl::Status FactMissing(std::string_view field) {
  return MakeError(StatusCode::kFailedPrecondition, "FACT_MISSING", field,
                   "the referral needs it, and nothing here says it");
}
absl::Status NoCandidate(std::string_view field) {
  return MakeError(StatusCode::kUnavailable, "NO_CANDIDATE", field,
                   "the broker knows of nobody who can be asked now");
}
absl::Status DeadlinePassed() {
  return MakeError(StatusCode::kFailedPrecondition, "DEADLINE_PASSED", "",
                   "it could not be done before its deadline");
}
absl::Status JournalBusy(std::string_view folder) {
  return MakeError(StatusCode::kUnavailable, "JOURNAL_BUSY", "",
                   "another program holds " + std::string(folder));
}
absl::Status LetterUnknown() {
  return MakeError(StatusCode::kNotFound, "LETTER_UNKNOWN", "letter",
                   "there is no dead letter of this number");
}
absl::Status BacklogFull() {
  return MakeError(StatusCode::kResourceExhausted, "BACKLOG_FULL", "",
                   "as many items wait as may wait");
}
absl::Status NothingThere(std::string_view field) {
  return MakeError(StatusCode::kNotFound, "NOT_FOUND", field, "there is nothing of this name");
}
absl::Status TokenInvalid() {
  return MakeError(StatusCode::kUnauthenticated, "TOKEN_INVALID", "authorization",
                   "expected Authorization: Bearer and the token of the token file");
}

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kResourceExhausted:
    case StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

}  // namespace amana::runtime
