#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/inbox_text.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::string legal_basis;
  bool no_longer = false;
};

absl::StatusOr<v1::LegalBasis> BasisOf(const Options& o) {
  if (o.no_longer) return v1::LEGAL_BASIS_UNSPECIFIED;
  AMANA_ASSIGN_OR_RETURN(const auto basis,
                         CodeOption<v1::LegalBasis>("--legal-basis", o.legal_basis));
  if (basis != v1::LEGAL_BASIS_CONSENT) return basis;
  return UsageError("--legal-basis", "expected one of this agency's own, which CONSENT is not");
}

Result Run(Context& context, const Options& o) {
  if (o.no_longer != o.legal_basis.empty()) {
    return UsageError("--legal-basis", "expected it, or --no-longer");
  }
  AMANA_ASSIGN_OR_RETURN(const v1::LegalBasis basis, BasisOf(o));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Inbox inbox(*mailbox);
  AMANA_RETURN_IF_ERROR(inbox.SetKeepBasis(o.item, basis));
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(o.item));
  Report report;
  report.text = ToLine(item);
  report.json = ToJson(item);
  return report;
}

}  // namespace

void RegisterInboxKeep(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "keep",
      "Keep an item on a legal basis of this agency's own, whatever is recalled",
      "  amana inbox keep 7 --legal-basis COURT_ORDER\n"
      "  amana inbox keep 7 --no-longer\n"
      "A recall of it is then refused, and the answer names the basis to its sender and to\n"
      "auditors. Of what was not kept so, a recall deletes the content.\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command.add_option("--legal-basis", o.legal_basis,
                           "VITAL_INTEREST, LEGAL_DUTY or COURT_ORDER");
        command.add_flag("--no-longer", o.no_longer, "It need not be kept any more");
      },
      Run);
}

}  // namespace amana::cli
