#include <algorithm>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/progress.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  uint64_t from = 0;
  uint32_t limit = 1000;
  std::string referral;
  std::vector<std::string> kinds;
};

absl::StatusOr<std::vector<v1::EventKind>> Kinds(const Options& o) {
  std::vector<v1::EventKind> kinds;
  for (const std::string& name : o.kinds) {
    const auto kind = codes::ParseCode<v1::EventKind>(name);
    if (!kind.has_value()) return UsageError("--kind", "expected a kind such as TASK_ACCEPTED");
    kinds.push_back(*kind);
  }
  return kinds;
}

absl::StatusOr<sdk::EventView> View(const v1::ListEventsResponse& response) {
  return response.has_whole() ? sdk::ViewOf(response.whole()) : sdk::ViewOf(response.partial());
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::EventKind> kinds, Kinds(o));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  v1::ListEventsRequest request;
  request.set_first_index(o.from);
  request.set_limit(o.limit);
  if (!o.referral.empty()) {
    AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                           ReferralOption("--referral", o.referral, identity->agency()));
    request.set_referral_id(key.referral.bytes());
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const auto responses, client->ListEvents(request));
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "reading events", responses.size());
  Report report;
  report.json = Json::array();
  for (const v1::ListEventsResponse& response : responses) {
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView event, View(response));
    progress.Advance();
    if (!kinds.empty() && std::ranges::find(kinds, event.kind) == kinds.end()) continue;
    Json json = {{"index", response.index()}, {"whole", response.has_whole()}};
    json.update(ToJson(event));
    report.json.push_back(std::move(json));
    report.text += ToLine(response.index(), event);
  }
  if (report.json.empty()) {
    report.text = "no events for you among the entries looked at (--from, --limit)\n";
  }
  return report;
}

}  // namespace

void RegisterAuditEvents(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "events", "The log's events that you may see, rebuilt from their openings",
      "  amana audit events --referral 00112233445566778899aabbccddeeff\n"
      "  amana audit events --from 5000 --limit 1000 --kind DELIVERY_DEAD_LETTER --json\n"
      "An event is the broker's word until `amana audit prove INDEX` has shown it in the log.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--from", o.from, "Index of the first entry to look at")
            ->capture_default_str()
            ->check(WholeNumber(0));
        command.add_option("--limit", o.limit, "How many entries to look at")
            ->capture_default_str()
            ->check(CLI::Range(1, 1000));
        command.add_option("--referral", o.referral, "Only of this referral");
        command.add_option("--kind", o.kinds, "Only of these kinds")->delimiter(',');
      },
      Run);
}

}  // namespace amana::cli
