// The error catalogue of the shelter adapter. Messages name fields, codes and HTTP statuses only.
#ifndef AMANA_AGENCY_ADAPTERS_SHELTER_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_SHELTER_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::shelter {

absl::Status PrimeroUnavailable(int status);  // PRIMERO_UNAVAILABLE, kUnavailable: 5xx, 429, 401
absl::Status PrimeroRefused(int status,
                            std::string_view field);  // PRIMERO_REFUSED, kFailedPrecondition
absl::Status PrimeroMalformed();                      // PRIMERO_MALFORMED, kUnavailable
absl::Status SmsRefused(int status);                  // SMS_REFUSED, kUnavailable
absl::Status RecordInvalid(std::string_view field,
                           std::string_view expected);  // NATIVE_FORMAT_INVALID, kInvalidArgument
absl::Status ShelfBroken();                             // SHELF_BROKEN, kDataLoss

}  // namespace amana::shelter

#endif  // AMANA_AGENCY_ADAPTERS_SHELTER_ERRORS_H_
