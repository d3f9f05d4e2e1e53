#include "agency-adapters/cli/inbox_answer.h"

#include <limits>

#include "agency-adapters/cli/inbox_text.h"
#include "agency-adapters/cli/sending.h"
#include "base/status.h"

namespace amana::cli {

CLI::Option* AddItemOption(CLI::App& command, int64_t& item, const std::string& help) {
  return command.add_option("item", item, help)
      ->check(WholeNumber(1, std::numeric_limits<int64_t>::max()));
}

Result Answer(Context& context, int64_t id, bool hold,
              absl::FunctionRef<absl::StatusOr<int64_t>(sdk::Inbox&, const sdk::Identity&)> sign) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Inbox inbox(*mailbox);
  AMANA_ASSIGN_OR_RETURN(const int64_t entry, sign(inbox, *identity));
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(id));
  Report report{ToLine(item), ToJson(item)};
  if (hold) {
    report.text += "entry " + std::to_string(entry) + " waits in the outbox\n";
    report.json["outbox"] = {{"entry", entry}};
    return report;
  }
  AMANA_RETURN_IF_ERROR(SendAnswer(context, entry, report));
  return report;
}

}  // namespace amana::cli
