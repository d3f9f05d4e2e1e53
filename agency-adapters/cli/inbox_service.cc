// `inbox start`, `inbox complete` and `inbox fail`: what became of a service that was accepted.
#include <memory>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/cli/words_option.h"
#include "base/status.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

struct StartOptions {
  int64_t item = 0;
  bool hold = false;
};

struct OutcomeOptions {
  int64_t item = 0;
  std::string outcome;
  WordsOptions words;
  bool hold = false;
};

// Names of those that `wanted` holds of.
std::string OutcomeNames(bool failures_only) {
  std::string names;
  for (int number = 1; number <= v1::Reason_MAX; ++number) {
    const auto reason = static_cast<v1::Reason>(number);
    if (codes::KindOf(reason) != codes::ReasonKind::kOutcome) continue;
    if (failures_only && !codes::IsFailure(reason)) continue;
    names += (names.empty() ? "" : ", ") + std::string(codes::CodeName(reason));
  }
  return names;
}

// A person who was handed over since: then it has begun, and no start may be signed. Who holds the
// answer back is not connected, and goes by what was seen last.
absl::Status LookForTransfer(Context& context, int64_t id, bool hold) {
  if (hold) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, sdk::Inbox(*mailbox).Get(id));
  AMANA_ASSIGN_OR_RETURN(sdk::Handovers * handovers, context.handovers());
  return handovers->LookForTransfer(item);
}

Result Start(Context& context, const StartOptions& o) {
  AMANA_RETURN_IF_ERROR(LookForTransfer(context, o.item, o.hold));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return Answer(context, o.item, o.hold, [&](sdk::Inbox&, const sdk::Identity& identity) {
    return sdk::ServiceAnswers(identity, *mailbox, context.clock()).Start(o.item);
  });
}

Result ReportOutcome(Context& context, const OutcomeOptions& o, bool completed) {
  const auto outcome = codes::ParseCode<v1::Reason>(o.outcome);
  const bool fits = outcome.has_value() && codes::KindOf(*outcome) == codes::ReasonKind::kOutcome &&
                    (completed || codes::IsFailure(*outcome));
  if (!fits) return UsageError("--outcome", "expected one of " + OutcomeNames(!completed));
  AMANA_RETURN_IF_ERROR(LookForTransfer(context, o.item, o.hold));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ReadWords> read, WordsFor(context, o.words, o.item));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return Answer(context, o.item, o.hold, [&](sdk::Inbox&, const sdk::Identity& identity) {
    return sdk::ServiceAnswers(identity, *mailbox, context.clock())
        .Report(o.item, completed, *outcome, read->words);
  });
}

void AddOutcomeOptions(CLI::App& command, OutcomeOptions& o, bool failures_only) {
  AddItemOption(command, o.item, "The item of the offer, as `amana inbox show` lists it")
      ->required();
  command.add_option("--outcome", o.outcome, OutcomeNames(failures_only))->required();
  AddWordsOption(command, o.words);
  command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
}

}  // namespace

void RegisterInboxService(CLI::App& parent, Context& context) {
  AddCommand<StartOptions>(
      parent, context, "start", "Say that an accepted service has begun", "  amana inbox start 7\n",
      [](CLI::App& command, StartOptions& o) {
        AddItemOption(command, o.item, "The item of the offer, as `amana inbox show` lists it")
            ->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Start);
  AddCommand<OutcomeOptions>(
      parent, context, "complete", "Say what came of a service that was given",
      "  amana inbox complete 7 --outcome PROVIDED\n"
      "  amana inbox complete 7 --outcome REFERRED_ON --words report.txt\n",
      [](CLI::App& command, OutcomeOptions& o) { AddOutcomeOptions(command, o, false); },
      [](Context& c, const OutcomeOptions& o) { return ReportOutcome(c, o, true); });
  AddCommand<OutcomeOptions>(
      parent, context, "fail",
      "Say that a service was tried and could not be given: the coordinator has it at once",
      "  amana inbox fail 7 --outcome PERSON_LEFT\n",
      [](CLI::App& command, OutcomeOptions& o) { AddOutcomeOptions(command, o, true); },
      [](Context& c, const OutcomeOptions& o) { return ReportOutcome(c, o, false); });
}

}  // namespace amana::cli
