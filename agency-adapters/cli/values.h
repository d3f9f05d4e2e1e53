// Values of the command line, read strictly. Every error is USAGE_INVALID naming the option and
// saying what would be right. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_VALUES_H_
#define AMANA_AGENCY_ADAPTERS_CLI_VALUES_H_

#include <google/protobuf/generated_enum_reflection.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/sdk/keys.h"
#include "base/ids.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::cli {

// "ACCOMMODATION, RESCUE, ...": for helps and errors.
std::string NamesOf(const google::protobuf::EnumDescriptor& list);

// The code of a list by its name; an unknown one is answered with all names of the list.
template <typename E>
absl::StatusOr<E> CodeOption(std::string_view option, std::string_view name) {
  const auto code = codes::ParseCode<E>(name);
  if (code.has_value()) return *code;
  return UsageError(option,
                    "expected one of " + NamesOf(*google::protobuf::GetEnumDescriptor<E>()));
}

// Each of several; CLI11 has divided lists at commas.
template <typename E>
absl::StatusOr<std::vector<E>> CodeOptions(std::string_view option,
                                           const std::vector<std::string>& names) {
  std::vector<E> codes;
  for (const std::string& name : names) {
    AMANA_ASSIGN_OR_RETURN(const E code, CodeOption<E>(option, name));
    codes.push_back(code);
  }
  return codes;
}

// "30d", "36h", "1h30m": more than nothing.
absl::StatusOr<absl::Duration> DurationOption(std::string_view option, std::string_view text);
// "2031-02-02" (its beginning, UTC) or RFC 3339.
absl::StatusOr<absl::Time> TimeOption(std::string_view option, std::string_view text);
// "2031-02": months since January 1970.
absl::StatusOr<uint32_t> MonthOption(std::string_view option, std::string_view text);
// "agency/unit".
absl::StatusOr<Address> AddressOption(std::string_view option, std::string_view text);
// "agency/<32 hex digits>/version", or the 32 digits alone: version 1 of this agency's own.
absl::StatusOr<StatementKey> ReferralOption(std::string_view option, std::string_view text,
                                            const AgencyId& own);
template <typename Id>
absl::StatusOr<Id> HexOption(std::string_view option, std::string_view text) {
  const absl::StatusOr<Id> id = Id::FromHexString(text);
  if (id.ok()) return *id;
  return UsageError(option, "expected " + std::to_string(2 * Id::kSize) + " hex digits");
}

// "agency/<hex>/version:task:epoch:STAGE", as dead letters are named, and back.
std::string DeliveryName(const sdk::DeliveryKey& key);
absl::StatusOr<sdk::DeliveryKey> DeliveryOption(std::string_view option, std::string_view text);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_VALUES_H_
