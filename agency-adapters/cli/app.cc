#include "agency-adapters/cli/app.h"

#include <optional>
#include <utility>

#include "agency-adapters/cli/adapter_check.h"
#include "agency-adapters/cli/audit_ask.h"
#include "agency-adapters/cli/audit_bundle.h"
#include "agency-adapters/cli/audit_gossip.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/cli/recovery_commands.h"
#include "agency-adapters/cli/report.h"
#include "base/command_line.h"

namespace amana::cli {
namespace {

CLI::App& Group(CLI::App& root, const char* name, const char* help) {
  CLI::App* group = root.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

// What an agency does with its own referrals, and with those it receives.
void AddReferrals(CLI::App& root, Context& context) {
  RegisterKeysNew(Group(root, "keys", "This agency's keys"), context);

  CLI::App& consent = Group(root, "consent", "Signed consent records");
  RegisterConsentGrant(consent, context);
  RegisterConsentAttach(consent, context);
  RegisterConsentWithdraw(consent, context);
  RegisterConsentExclude(consent, context);
  RegisterConsentShow(consent, context);
  RegisterConsentReceipt(consent, context);
  RegisterConsentDisclosures(consent, context);
  RegisterConsentHistory(consent, context);

  CLI::App& referral = Group(root, "referral", "Referrals this agency sends");
  RegisterReferralExplain(referral, context);
  RegisterReferralNew(referral, context);
  RegisterReferralSend(referral, context);
  RegisterReferralStatus(referral, context);
  RegisterReferralList(referral, context);
  RegisterReferralTimeline(referral, context);
  RegisterReferralWrap(referral, context);
  RegisterReferralCandidates(referral, context);
  RegisterReferralReroute(referral, context);
  RegisterReferralAnswer(referral, context);
  RegisterReferralCall(referral, context);
  RegisterReferralCancel(referral, context);

  CLI::App& inbox = Group(root, "inbox", "Referrals this unit receives");
  RegisterInboxWatch(inbox, context);
  RegisterInboxShow(inbox, context);
  RegisterInboxSeen(inbox, context);
  RegisterInboxAccept(inbox, context);
  RegisterInboxReject(inbox, context);
  RegisterInboxAsk(inbox, context);
  RegisterInboxService(inbox, context);
  RegisterInboxCall(inbox, context);
  RegisterInboxKeep(inbox, context);
  RegisterInboxRecall(inbox, context);
  RegisterInboxMismatch(inbox, context);
}

// Who is there, who has a person, and who looks after both.
void AddOthers(CLI::App& root, Context& context) {
  CLI::App& directory = Group(root, "directory", "Who offers what, and who is on duty");
  RegisterDirectoryPropose(directory, context);
  RegisterDirectorySet(directory, context);
  RegisterDirectoryShow(directory, context);
  RegisterDirectoryList(directory, context);
  RegisterDirectoryMatch(directory, context);
  RegisterDirectoryCheck(directory, context);
  RegisterDirectoryCapacity(directory, context);
  RegisterDirectoryRoster(directory, context);
  RegisterDirectoryDuty(directory, context);
  RegisterNotices(root, context);
  RegisterCoordinator(
      Group(root, "coordinator", "For coordinators: what needs a person above the parties"),
      context);

  CLI::App& handover = Group(root, "handover", "A person changes hands, and both sides sign");
  RegisterHandoverOffer(handover, context);
  RegisterHandoverAgree(handover, context);
  RegisterHandoverDecline(handover, context);
  RegisterHandoverWithdraw(handover, context);
  RegisterHandoverStart(handover, context);
  RegisterHandoverArrive(handover, context);
  RegisterHandoverNoShow(handover, context);
  RegisterHandoverAbort(handover, context);
  RegisterHandoverSign(handover, context);
  RegisterHandoverReturn(handover, context);
  RegisterHandoverCorrect(handover, context);
  RegisterHandoverEnd(handover, context);
  RegisterHandoverShow(handover, context);
  RegisterHandoverList(handover, context);

  CLI::App& custody = Group(root, "custody", "Who answers for a person, and where they are");
  RegisterCustodyShow(custody, context);
  RegisterCustodyReport(custody, context);
}

void AddEvidence(CLI::App& root, Context& context) {
  CLI::App& override_ =
      Group(root, "override", "Referrals that go without consent, and who says so");
  RegisterOverrideApprove(override_, context);
  RegisterOverrideReview(override_, context);

  CLI::App& audit = Group(root, "audit", "Evidence: events, proofs, the whole log");
  RegisterAuditAsk(audit, context);
  RegisterAuditBreach(audit, context);
  RegisterAuditBundle(audit, context);
  RegisterAuditCount(audit, context);
  RegisterAuditEvents(audit, context);
  RegisterAuditGossip(audit, context);
  RegisterAuditMirror(audit, context);
  RegisterAuditOpenCase(audit, context);
  RegisterAuditProve(audit, context);
  RegisterAuditQuery(audit, context);
  RegisterAuditReconcile(audit, context);
  RegisterAuditVerify(audit, context);
  RegisterAuditWait(audit, context);
  RegisterWitness(Group(root, "witness", "Cosigns what the log shows, so that it has one history"),
                  context);

  CLI::App& import = Group(root, "import", "Case files in other formats");
  RegisterImportHtcds(import, context);
  RegisterImportSample(import, context);

  RegisterExportHtcds(Group(root, "export", "Received cases as case files in other formats"),
                      context);

  CLI::App& admin = Group(root, "admin", "For the broker's operators");
  RegisterAdminDeadLetters(admin, context);
  RegisterAdminRedrive(admin, context);
  RegisterAdminSignRecovery(admin, context);
  RegisterLogSuccession(Group(root, "log", "The log this agency trusts"), context);
  RegisterAdapterCheck(root, context);
  RegisterBench(root, context);
  RegisterCompletion(root, context);
}

// An option that may be repeated takes one value each time: else it would swallow what follows it.
void TakeOneValueEach(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) option->allow_extra_args(false);
  }
  for (CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    TakeOneValueEach(*sub);
  }
}

int Print(const Context& context, const Result& result) {
  const World& world = context.world();
  if (!result.ok()) {
    world.err << (context.json ? Dump(ErrorJson(result.status())) : ErrorText(result.status()));
    return ExitCodeOf(result.status());
  }
  // A command that has shown its results while it ran has none left.
  if (!context.json) world.out << result->text;
  if (context.json && !result->json.is_null()) world.out << Dump(result->json);
  world.out << std::flush;
  return result->exit_code;
}

}  // namespace

std::unique_ptr<CLI::App> MakeApp(Context& context) {
  auto app = std::make_unique<CLI::App>(
      "amana: send, receive and prove referrals through an Amana broker", "amana");
  app->fallthrough();  // the options here may stand anywhere; subcommands take this over
  app->require_subcommand(1);
  AddCommonFlags(*app, context.json);
  app->add_option("--config", context.config, "The agency's settings, agency.toml")
      ->envname("AMANA_CONFIG")
      ->capture_default_str()
      ->type_name("FILE");
  app->footer(std::string(kExitCodesHelp) +
              "Every command takes --json. `amana completion bash --help` says how to complete "
              "commands.\n");
  AddReferrals(*app, context);
  AddOthers(*app, context);
  AddEvidence(*app, context);
  TakeOneValueEach(*app);
  return app;
}

int RunAmana(const std::vector<std::string>& arguments, World world) {
  Context context(std::move(world));
  const std::unique_ptr<CLI::App> app = MakeApp(context);
  const std::optional<int> ended =
      ParseCommandLine(*app, arguments, context.world().out, context.world().err);
  return ended.has_value() ? *ended : Print(context, context.action());
}

}  // namespace amana::cli
