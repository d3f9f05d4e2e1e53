#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/coordination.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral;
  std::vector<std::string> ask;
  bool hold = false;
};

// "0=shelter-a/intake+shelter-b/home"; without "TASK=" it is task 0's.
absl::Status AddTask(const std::string& text, envelope::Candidates& order) {
  const size_t equals = text.find('=');
  uint32_t task = 0;
  if (equals != std::string::npos) {
    if (equals == 0 || equals > 2 || text.find_first_not_of("0123456789") != equals) {
      return UsageError("--ask", "expected TASK=AGENCY/UNIT+AGENCY/UNIT, or without TASK=");
    }
    task = static_cast<uint32_t>(std::stoul(text.substr(0, equals)));
  }
  std::string rest = equals == std::string::npos ? text : text.substr(equals + 1);
  while (!rest.empty()) {
    const size_t plus = rest.find('+');
    AMANA_ASSIGN_OR_RETURN(const Address address, AddressOption("--ask", rest.substr(0, plus)));
    order[task].push_back(address);
    rest = plus == std::string::npos ? "" : rest.substr(plus + 1);
  }
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  envelope::Candidates order;
  for (const std::string& text : o.ask) AMANA_RETURN_IF_ERROR(AddTask(text, order));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(
      const int64_t entry,
      sdk::Coordination(*identity, *mailbox, context.clock()).SetCandidates(key, order));
  Report report;
  report.text = "order of candidates for " + sdk::ToString(key) + "\n";
  report.json = {{"referral", sdk::ToString(key)}, {"tasks", Json::object()}};
  for (const auto& [task, candidates] : order) {
    Json& names = report.json["tasks"][std::to_string(task)] = Json::array();
    for (const Address& address : candidates) names.push_back(ToString(address));
  }
  AMANA_RETURN_IF_ERROR(SendOrHold(context, entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralCandidates(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "candidates",
      "Say who is to be asked, in which order; nobody else is, and no recipient sees it. An offer "
      "that "
      "is open stays",
      "  amana referral candidates 00112233445566778899aabbccddeeff "
      "--ask shelter-a/intake+shelter-b/home\n"
      "  amana referral candidates 00112233445566778899aabbccddeeff "
      "--ask 0=shelter-b/home --ask 1=clinic-a/ward\n"
      "It stands for the whole referral: a service that is not named is asked in the broker's "
      "order.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
        command.add_option("--ask", o.ask, "[TASK=]AGENCY/UNIT+AGENCY/UNIT..., first to last")
            ->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
