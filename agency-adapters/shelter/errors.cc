#include "agency-adapters/shelter/errors.h"

#include <string>

#include "base/status.h"

namespace amana::shelter {

using absl::StatusCode;

absl::Status PrimeroUnavailable(int status) {
  return MakeError(StatusCode::kUnavailable, "PRIMERO_UNAVAILABLE", "",
                   "Primero answers with " + std::to_string(status));
}
absl::Status PrimeroRefused(int status, std::string_view field) {
  return MakeError(StatusCode::kFailedPrecondition, "PRIMERO_REFUSED", field,
                   "Primero refuses with " + std::to_string(status));
}
absl::Status PrimeroMalformed() {
  return MakeError(StatusCode::kUnavailable, "PRIMERO_MALFORMED", "",
                   "Primero's answer is not of its API");
}
absl::Status SmsRefused(int status) {
  return MakeError(StatusCode::kUnavailable, "SMS_REFUSED", "",
                   "the SMS gateway answers with " + std::to_string(status));
}
absl::Status RecordInvalid(std::string_view field, std::string_view expected) {
  return MakeError(StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", field,
                   std::string(field) + ": expected " + std::string(expected));
}
absl::Status ShelfBroken() {
  return MakeError(StatusCode::kDataLoss, "SHELF_BROKEN", "",
                   "a file of the shelter adapter cannot be read");
}

}  // namespace amana::shelter
