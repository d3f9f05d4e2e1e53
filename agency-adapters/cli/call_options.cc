#include "agency-adapters/cli/call_options.h"

#include "agency-adapters/cli/values.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::cli {

void AddCallOptions(CLI::App& command, CallOptions& options) {
  command
      .add_option("--outcome", options.outcome,
                  NamesOf(*google::protobuf::GetEnumDescriptor<v1::CallOutcome>()))
      ->required();
  command.add_option("--at", options.at, "When, as 2031-02-02T08:00:00+03:00; default: now");
  command.add_option("--person", options.person, "The id of who was on the line, if known");
}

absl::StatusOr<v1::CallRecord> CallOf(const CallOptions& options, absl::Time now) {
  v1::CallRecord call;
  AMANA_ASSIGN_OR_RETURN(const auto outcome,
                         CodeOption<v1::CallOutcome>("--outcome", options.outcome));
  call.set_outcome(outcome);
  absl::Time at = now;
  if (!options.at.empty()) {
    AMANA_ASSIGN_OR_RETURN(at, TimeOption("--at", options.at));
    if (at > now) return UsageError("--at", "expected a time that has been");
  }
  call.set_called_unix_ms(ToUnixMillis(at));
  if (!options.person.empty()) {
    if (!PersonId::Create(options.person).ok()) {
      return UsageError("--person", "expected an id of a-z, 0-9 and '-'");
    }
    call.set_called_person(options.person);
  }
  return call;
}

}  // namespace amana::cli
