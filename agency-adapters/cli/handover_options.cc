#include "agency-adapters/cli/handover_options.h"

#include <utility>

#include "agency-adapters/cli/handover_text.h"
#include "agency-adapters/cli/handover_words.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

absl::StatusOr<absl::Time> MomentOption(const char* option, const std::string& text,
                                        const Clock& clock) {
  if (const auto later = DurationOption(option, text); later.ok()) return clock.Now() + *later;
  if (const auto time = TimeOption(option, text); time.ok()) return *time;
  return UsageError(option, "expected a time (2031-02-02T08:00:00+03:00), or from now: 2h");
}

std::string NamesThat(bool decline_only) {
  std::string names;
  for (int number = 1; number <= v1::Reason_MAX; ++number) {
    const auto reason = static_cast<v1::Reason>(number);
    if (!codes::IsKnown(reason)) continue;
    if (decline_only && codes::KindOf(reason) != codes::ReasonKind::kDecline) continue;
    names += (names.empty() ? "" : ", ") + std::string(codes::CodeName(reason));
  }
  return names;
}

}  // namespace

std::string ReasonNames() { return NamesThat(false); }
std::string DeclineNames() { return NamesThat(true); }

void AddHandoverOption(CLI::App& command, HandoverOption& o) {
  command
      .add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of one that is sent here")
      ->required();
  command.add_option("--task", o.task, "Which service of the referral, from 0")
      ->capture_default_str();
  command.add_option("--attempt", o.attempt, "Which attempt, from 1; the newest when not given");
}

absl::StatusOr<sdk::HandoverName> NameOf(Context& context, const HandoverOption& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey referral,
                         ReferralOption("referral", o.referral, identity->agency()));
  return sdk::HandoverName{referral, o.task, o.attempt};
}

void AddStepOptions(CLI::App& command, StepOptions& o, const std::string& reasons) {
  AddHandoverOption(command, o.handover);
  command
      .add_option("--words", o.words,
                  "JSON with place, officer, escort, companion or text; sealed for the other side")
      ->type_name("FILE");
  if (!reasons.empty()) command.add_option("--reason", o.reason, reasons)->required();
  command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
}

absl::StatusOr<sdk::HandoverDraft> DraftOf(Context& context, const StepOptions& o,
                                           v1::HandoverState to) {
  sdk::HandoverDraft draft;
  draft.to = to;
  AMANA_ASSIGN_OR_RETURN(draft.handover, NameOf(context, o.handover));
  if (!o.reason.empty()) {
    AMANA_ASSIGN_OR_RETURN(draft.reason, CodeOption<v1::Reason>("--reason", o.reason));
  }
  if (!o.words.empty()) {
    AMANA_ASSIGN_OR_RETURN(draft.words, ReadHandoverWords("--words", o.words));
  }
  return draft;
}

CLI::Option* AddWindowOptions(CLI::App& command, WindowOptions& o) {
  CLI::Option* until =
      command.add_option("--until", o.until, "Last time of arrival, or from now: 3h");
  command.add_option("--from", o.from, "First time of arrival, or from now: 1h");
  return until;
}

absl::StatusOr<std::optional<sdk::HandoverWindow>> WindowOf(const WindowOptions& o,
                                                            const Clock& clock) {
  if (o.from.empty() && o.until.empty()) return std::nullopt;
  if (o.from.empty()) return UsageError("--from", "a window has both, --from and --until");
  if (o.until.empty()) return UsageError("--until", "a window has both, --from and --until");
  sdk::HandoverWindow window;
  AMANA_ASSIGN_OR_RETURN(window.from, MomentOption("--from", o.from, clock));
  AMANA_ASSIGN_OR_RETURN(window.until, MomentOption("--until", o.until, clock));
  if (window.until <= window.from) return UsageError("--until", "must be after --from");
  return window;
}

Result TakeStep(Context& context, const sdk::HandoverDraft& draft, bool hold) {
  AMANA_ASSIGN_OR_RETURN(sdk::Handovers * handovers, context.handovers());
  AMANA_ASSIGN_OR_RETURN(const sdk::QueuedHandover taken, handovers->Queue(draft));
  Report report;
  report.json = SummaryJson(taken.view);
  report.text = SummaryLine(taken.view);
  AMANA_RETURN_IF_ERROR(SendOrHold(context, taken.queued.entry, hold, report));
  // A code of a step that was refused would be shown for nothing.
  if (!taken.code.empty() && report.exit_code != kExitRefused) {
    report.json["code"] = taken.code;
    report.text += "code for the escort, and nobody else: " + GroupedCode(taken.code) +
                   "\n  the unit that receives the person asks for it\n";
  }
  return report;
}

}  // namespace amana::cli
