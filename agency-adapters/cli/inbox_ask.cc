#include <algorithm>
#include <memory>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/cli/words_option.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::vector<std::string> categories;
  WordsOptions words;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(std::vector<v1::Category> wanted,
                         CodeOptions<v1::Category>("--category", o.categories));
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ReadWords> read, WordsFor(context, o.words, o.item));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return Answer(context, o.item, o.hold, [&](sdk::Inbox&, const sdk::Identity& identity) {
    return sdk::ServiceAnswers(identity, *mailbox, context.clock())
        .Ask(o.item, wanted, read->words);
  });
}

}  // namespace

void RegisterInboxAsk(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "ask",
      "Ask the sender for more before deciding; the decision's clock stands still meanwhile. Needs "
      "a "
      "person's key",
      "  amana inbox ask 7 --category MEDICAL,FAMILY\n"
      "  amana inbox ask 7 --category MEDICAL --words question.txt\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command
            .add_option(
                "--category", o.categories,
                "What is wanted: " + NamesOf(*google::protobuf::GetEnumDescriptor<v1::Category>()))
            ->required()
            ->delimiter(',');
        AddWordsOption(command, o.words);
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
