#include <memory>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/cli/words_option.h"
#include "base/status.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::string reason;
  WordsOptions words;
  bool hold = false;
};

std::string DeclineCodes() {
  std::string names;
  for (int number = 1; number <= v1::Reason_MAX; ++number) {
    const auto reason = static_cast<v1::Reason>(number);
    if (codes::KindOf(reason) != codes::ReasonKind::kDecline) continue;
    names += (names.empty() ? "" : ", ") + std::string(codes::CodeName(reason));
  }
  return names;
}

Result Run(Context& context, const Options& o) {
  const auto reason = codes::ParseCode<v1::Reason>(o.reason);
  if (!reason.has_value() || codes::KindOf(*reason) != codes::ReasonKind::kDecline) {
    return UsageError("--reason", "expected one of " + DeclineCodes());
  }
  if (*reason == v1::REASON_OTHER && o.words.file.empty()) {
    return UsageError("--words", "OTHER needs words");
  }
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ReadWords> read, WordsFor(context, o.words, o.item));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return Answer(context, o.item, o.hold, [&](sdk::Inbox& inbox, const sdk::Identity& identity) {
    if (read->words.has_value()) {
      return sdk::ServiceAnswers(identity, *mailbox, context.clock())
          .DeclineInWords(o.item, *reason, *read->words);
    }
    return inbox.Decline(o.item, *reason, identity, context.clock());
  });
}

}  // namespace

void RegisterInboxReject(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "reject", "Decline an item, with a coded reason; needs a person's key",
      "  amana inbox reject 7 --reason NO_CAPACITY\n"
      "  amana inbox reject 7 --reason OTHER --words why.txt\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command.add_option("--reason", o.reason, DeclineCodes())->required();
        AddWordsOption(command, o.words);
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
