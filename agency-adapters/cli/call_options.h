// What a record of a call says, shared by `inbox call` and `referral call`.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CALL_OPTIONS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CALL_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/offer.pb.h"

namespace amana::cli {

struct CallOptions {
  std::string outcome, at, person;
};
void AddCallOptions(CLI::App& command, CallOptions& options);

// The part of the record that the options say; `now` where no time is given. USAGE_INVALID.
absl::StatusOr<v1::CallRecord> CallOf(const CallOptions& options, absl::Time now);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CALL_OPTIONS_H_
