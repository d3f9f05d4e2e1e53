// What a mail of ours says, inside its encryption, and what an attachment of the ministry's says:
//
//   referral.json   {"reference": "7Q2MX0V9K3ZB81TD.v3", "kind": "CASE", "service":
//   "TRAVEL_DOCUMENT",
//                    "urgency": "SOON", "test": false, "withheld": true,
//                    "fields": {"SURNAME": ["..."], "PASSPORT_NO": ["..."]}}
//
// Of an attachment only "fields" is read: the native record, whose names the mapping file explains.
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LETTER_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LETTER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/foreign-affairs/tag.h"
#include "agency-adapters/mapping/record.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::foreign_affairs {

inline constexpr size_t kMaxAttachment = size_t{1} << 20;

// MIME content for SealMail.
std::string LetterOf(const runtime::NativeDelivery& delivery, const Reference& reference);
// Why a reply of the ministry's was refused.
std::string RefusalLetter(const Reference& reference, std::string_view reason,
                          std::string_view field);

// NATIVE_FORMAT_INVALID naming the member.
absl::StatusOr<mapping::Record> ReadAttachment(std::string_view json);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_LETTER_H_
