#include "agency-adapters/auditor/reconcile.h"

#include "agency-adapters/cli/audit_chain.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/commands.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string folder;
  bool offline = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  if (!o.offline) {
    AMANA_RETURN_IF_ERROR(BringUpToDate(context, o.folder, identity->log()).status());
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const ShownLog log, OpenLog(o.folder, "", nullptr));
  AMANA_ASSIGN_OR_RETURN(const auditor::Reconciled done,
                         auditor::Reconcile(*log.book, *mailbox, *identity));
  Report report;
  report.json = {{"statements", done.statements},
                 {"deliveries", done.deliveries},
                 {"waiting", done.waiting},
                 {"differences", Json::array()}};
  for (const auditor::Found& found : done.differences) {
    const std::string name(auditor::DifferenceName(found.difference));
    Json json = {{"difference", name}, {"what", found.what}};
    if (found.index.has_value()) json["index"] = *found.index;
    report.json["differences"].push_back(std::move(json));
    report.text += name + "  " + found.what +
                   (found.index.has_value() ? "  entry " + std::to_string(*found.index) : "") +
                   "\n";
  }
  report.text += std::to_string(done.statements) + " statements and " +
                 std::to_string(done.deliveries) + " deliveries compared, " +
                 std::to_string(done.differences.size()) + " differences; " +
                 std::to_string(done.waiting) + " still wait to be sent\n";
  if (!done.differences.empty()) report.exit_code = kExitRefused;
  return report;
}

}  // namespace

void RegisterAuditReconcile(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "reconcile", "Compare what the log says of you with your inbox and outbox",
      "  amana audit reconcile mirror\n"
      "NOT_IN_LOG: you have a receipt for what the log does not tell. NOT_SIGNED_HERE: your key\n"
      "signed what this machine never did. NOT_RECEIVED_HERE: it went to you, and is not here.\n"
      "NOT_DELIVERED: you have what the log says nobody gave you. Exit code 1 for any of them.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("folder", o.folder, "A mirror of yours; made when it is missing")
            ->required();
        command.add_flag("--offline", o.offline, "With the mirror as it is");
      },
      Run);
}

}  // namespace amana::cli
