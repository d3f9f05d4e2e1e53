#include <algorithm>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {};

int ExitCodeOf(const Flushed& flushed) {
  int code = cli::ExitCodeOf(flushed.trouble);
  for (const sdk::OutboxEntry& entry : flushed.pending) {
    // Entries that were not tried have no reason, or an old one.
    code = std::max(code, EntryExitCode(entry));
  }
  return code == kExitDone && !flushed.refused.empty() ? kExitRefused : code;
}

Result Run(Context& context, const Options&) {
  AMANA_ASSIGN_OR_RETURN(const Flushed flushed, FlushAll(context));
  Report report;
  report.exit_code = ExitCodeOf(flushed);
  report.text = std::to_string(flushed.accepted) + " accepted, " +
                std::to_string(flushed.refused.size()) + " refused, " +
                std::to_string(flushed.pending.size()) + " waiting\n";
  report.json = {{"accepted", flushed.accepted},
                 {"refused", Json::array()},
                 {"waiting", flushed.pending.size()}};
  for (const sdk::OutboxEntry& entry : flushed.refused) {
    report.text += EntryText(entry);
    report.json["refused"].push_back(EntryJson(entry));
  }
  if (!flushed.pending.empty() && !flushed.pending.front().reason.empty()) {
    report.text += EntryText(flushed.pending.front());
    report.json["first_waiting"] = EntryJson(flushed.pending.front());
  }
  if (!flushed.trouble.ok()) {
    report.text += ErrorText(flushed.trouble);
    report.json["trouble"] = ErrorJson(flushed.trouble);
  }
  return report;
}

}  // namespace

void RegisterReferralSend(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "send", "Send everything that waits in the outbox, and verify the receipts",
      "  amana referral send\n"
      "  while ! amana referral send; do sleep 60; done        (on a poor link)\n",
      [](CLI::App&, Options&) {}, Run);
}

}  // namespace amana::cli
