// The commands, one file each. Every one adds itself below `parent`; its options live as long as
// the tree. Examples in a command's footer are what its help ends with.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>

#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/report.h"

namespace amana::cli {

void RegisterKeysNew(CLI::App& parent, Context& context);
void RegisterConsentGrant(CLI::App& parent, Context& context);
void RegisterConsentWithdraw(CLI::App& parent, Context& context);
void RegisterConsentShow(CLI::App& parent, Context& context);
void RegisterConsentAttach(CLI::App& parent, Context& context);
void RegisterConsentExclude(CLI::App& parent, Context& context);
void RegisterConsentReceipt(CLI::App& parent, Context& context);
void RegisterConsentDisclosures(CLI::App& parent, Context& context);
void RegisterConsentHistory(CLI::App& parent, Context& context);
void RegisterHandoverOffer(CLI::App& parent, Context& context);
void RegisterHandoverAgree(CLI::App& parent, Context& context);
void RegisterHandoverDecline(CLI::App& parent, Context& context);
void RegisterHandoverWithdraw(CLI::App& parent, Context& context);
void RegisterHandoverStart(CLI::App& parent, Context& context);
void RegisterHandoverArrive(CLI::App& parent, Context& context);
void RegisterHandoverNoShow(CLI::App& parent, Context& context);
void RegisterHandoverAbort(CLI::App& parent, Context& context);
void RegisterHandoverSign(CLI::App& parent, Context& context);
void RegisterHandoverReturn(CLI::App& parent, Context& context);
void RegisterHandoverCorrect(CLI::App& parent, Context& context);
void RegisterHandoverEnd(CLI::App& parent, Context& context);
void RegisterHandoverShow(CLI::App& parent, Context& context);
void RegisterHandoverList(CLI::App& parent, Context& context);
void RegisterCustodyShow(CLI::App& parent, Context& context);
void RegisterCustodyReport(CLI::App& parent, Context& context);
void RegisterOverrideApprove(CLI::App& parent, Context& context);
void RegisterOverrideReview(CLI::App& parent, Context& context);
void RegisterReferralNew(CLI::App& parent, Context& context);
void RegisterReferralExplain(CLI::App& parent, Context& context);
void RegisterReferralSend(CLI::App& parent, Context& context);
void RegisterReferralStatus(CLI::App& parent, Context& context);
void RegisterReferralList(CLI::App& parent, Context& context);
void RegisterReferralCancel(CLI::App& parent, Context& context);
void RegisterDirectoryPropose(CLI::App& parent, Context& context);
void RegisterDirectorySet(CLI::App& parent, Context& context);
void RegisterDirectoryShow(CLI::App& parent, Context& context);
void RegisterDirectoryList(CLI::App& parent, Context& context);
void RegisterDirectoryMatch(CLI::App& parent, Context& context);
void RegisterDirectoryCheck(CLI::App& parent, Context& context);
void RegisterDirectoryCapacity(CLI::App& parent, Context& context);
void RegisterDirectoryRoster(CLI::App& parent, Context& context);
void RegisterDirectoryDuty(CLI::App& parent, Context& context);
void RegisterReferralTimeline(CLI::App& parent, Context& context);
void RegisterReferralReroute(CLI::App& parent, Context& context);
void RegisterReferralAnswer(CLI::App& parent, Context& context);
void RegisterReferralCandidates(CLI::App& parent, Context& context);
void RegisterReferralWrap(CLI::App& parent, Context& context);
void RegisterReferralCall(CLI::App& parent, Context& context);
void RegisterInboxWatch(CLI::App& parent, Context& context);
void RegisterInboxShow(CLI::App& parent, Context& context);
void RegisterInboxSeen(CLI::App& parent, Context& context);
void RegisterInboxAccept(CLI::App& parent, Context& context);
void RegisterInboxReject(CLI::App& parent, Context& context);
void RegisterInboxKeep(CLI::App& parent, Context& context);
void RegisterInboxRecall(CLI::App& parent, Context& context);
void RegisterInboxMismatch(CLI::App& parent, Context& context);
void RegisterInboxAsk(CLI::App& parent, Context& context);
void RegisterInboxService(CLI::App& parent, Context& context);  // start, complete, fail
void RegisterInboxCall(CLI::App& parent, Context& context);
void RegisterNotices(CLI::App& root, Context& context);
void RegisterCoordinator(CLI::App& parent, Context& context);  // all of the group
void RegisterAuditEvents(CLI::App& parent, Context& context);
void RegisterAuditProve(CLI::App& parent, Context& context);
void RegisterAuditVerify(CLI::App& parent, Context& context);
void RegisterAuditWait(CLI::App& parent, Context& context);
// keys, run, evidence
void RegisterWitness(CLI::App& parent, Context& context);
void RegisterImportHtcds(CLI::App& parent, Context& context);
void RegisterImportSample(CLI::App& parent, Context& context);
void RegisterExportHtcds(CLI::App& parent, Context& context);
void RegisterAdminDeadLetters(CLI::App& parent, Context& context);
void RegisterAdminRedrive(CLI::App& parent, Context& context);
// Prints the script made from the tree that `root` is the root of.
void RegisterCompletion(CLI::App& root, Context& context);
// bench/: `amana bench ...`.
void RegisterBench(CLI::App& root, Context& context);

// Adds a command whose body runs after the whole command line was understood. `Options` is
// default-made; `add` ties CLI11 to it.
template <typename Options>
void AddCommand(CLI::App& parent, Context& context, const std::string& name,
                const std::string& help, const std::string& examples,
                std::function<void(CLI::App&, Options&)> add,
                std::function<Result(Context&, const Options&)> body) {
  CLI::App* command = parent.add_subcommand(name, help);
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  auto options = std::make_shared<Options>();
  add(*command, *options);
  command->callback([&context, options, body = std::move(body)] {
    context.action = [&context, options, body] { return body(context, *options); };
  });
}

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_H_
