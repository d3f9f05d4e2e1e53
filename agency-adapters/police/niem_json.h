// NIEM 6.0 JSON <-> Record. A field is the path of an element, written with slashes:
// "nc:Referral/nc:ReferralEntity/nc:OrganizationIdentification/nc:IdentificationID".
//
// As NIEM's naming rules have it, an element that ends in Indicator is a boolean, in Numeric or
// Quantity a number, and everything else a text. Which elements are lists is written in
// niem_names.cc; a list within a list is none of ours.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_NIEM_JSON_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_NIEM_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/record.h"

namespace amana::police {

inline constexpr size_t kMaxDocument = size_t{256} << 10;

// NATIVE_FORMAT_INVALID naming the field, and never showing a content: not UTF-8 JSON, over
// kMaxDocument, deeper than 16, more than 4,000 values, a name twice, a @context that is not
// NIEM 6.0's, a prefix that it does not declare, a value of another type, null, an unforeseen list.
// Pure; thread-safe.
absl::StatusOr<mapping::Record> ReadNiemJson(std::string_view bytes);

// With the @context of what is used. NATIVE_FORMAT_INVALID where the record cannot be said so.
// Pure; thread-safe.
absl::StatusOr<std::string> WriteNiemJson(const mapping::Record& record);

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_NIEM_JSON_H_
