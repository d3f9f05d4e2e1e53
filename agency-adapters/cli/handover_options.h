// What the commands of a handover have in common: which one is meant, the words for the other side,
// and taking the step. Words come from a file and never from the command line, where others could
// read them.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_OPTIONS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/handovers.h"

namespace amana::cli {

struct HandoverOption {
  std::string referral;
  uint32_t task = 0;
  uint32_t attempt = 0;
};
// `referral`, --task and --attempt.
void AddHandoverOption(CLI::App& command, HandoverOption& option);
absl::StatusOr<sdk::HandoverName> NameOf(Context& context, const HandoverOption& option);

// A step: that, --words and --hold; where `reasons` is not empty, --reason, which is required.
struct StepOptions {
  HandoverOption handover;
  std::string words, reason;
  bool hold = false;
};
void AddStepOptions(CLI::App& command, StepOptions& options, const std::string& reasons = {});
absl::StatusOr<sdk::HandoverDraft> DraftOf(Context& context, const StepOptions& options,
                                           v1::HandoverState to);

// The names of every reason, and of those that decline.
std::string ReasonNames();
std::string DeclineNames();

// --from and --until: times, or how long from now: "2h".
struct WindowOptions {
  std::string from, until;
};
CLI::Option* AddWindowOptions(CLI::App& command, WindowOptions& options);
// None where neither is given. USAGE_INVALID when one is, or they are out of order.
absl::StatusOr<std::optional<sdk::HandoverWindow>> WindowOf(const WindowOptions& options,
                                                            const Clock& clock);

// Signs the step, and sends it or leaves it in the outbox.
Result TakeStep(Context& context, const sdk::HandoverDraft& draft, bool hold);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_HANDOVER_OPTIONS_H_
