#include <optional>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/event_words.h"
#include "agency-adapters/cli/next_words.h"
#include "agency-adapters/cli/task_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral, group;
  bool deliveries = false;
};

constexpr uint32_t kPage = 1000;

// The steps of a delivery on its way are for who looks for them.
bool IsOfDelivery(v1::EventKind kind) {
  return kind >= v1::EVENT_KIND_DELIVERY_LEASED && kind <= v1::EVENT_KIND_DELIVERY_ERASED &&
         kind != v1::EVENT_KIND_DELIVERY_RECALL_SENT;
}

absl::Status AddStory(Context& context, const Options& o, const StatementKey& key, Report& report) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::ListEventsRequest request;
  request.set_referral_id(key.referral.bytes());
  request.set_limit(kPage);
  report.json["story"] = Json::array();
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<v1::ListEventsResponse> page,
                           client->ListEvents(request));
    for (const v1::ListEventsResponse& each : page) {
      AMANA_ASSIGN_OR_RETURN(const sdk::EventView event, each.has_whole()
                                                             ? sdk::ViewOf(each.whole())
                                                             : sdk::ViewOf(each.partial()));
      request.set_first_index(each.index() + 1);
      if (event.referral != key || (IsOfDelivery(event.kind) && !o.deliveries)) continue;
      report.text += "  " + Rfc3339(event.time) + "  " + InWords(event) + "\n";
      Json json = ToJson(event);
      json["index"] = each.index();
      json["words"] = InWords(event);
      report.json["story"].push_back(std::move(json));
    }
    if (page.size() < kPage) return absl::OkStatus();
  }
}

void AddTask(const v1::TaskTimeline& task, Report& report) {
  report.text += ToText(task.status());
  Json json = ToJson(task.status());
  json["past_offers"] = Json::array();
  for (const v1::PastOffer& offer : task.past_offers()) {
    report.text += "  before: " + PastInWords(offer) + "\n";
    json["past_offers"].push_back(ToJson(offer));
  }
  if (task.has_next()) {
    report.text += "  next: " + NextInWords(task.status(), task.next()) + "\n";
    json["next"] = ToJson(task.next());
    json["next"]["words"] = NextInWords(task.status(), task.next());
  }
  report.json["tasks"].push_back(std::move(json));
}

Result Tell(Context& context, const Options& o, const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetTimelineRequest request;
  *request.mutable_referral() = sdk::ToWire(key);
  AMANA_ASSIGN_OR_RETURN(const v1::GetTimelineResponse response,
                         client->Call(sdk::kGetTimeline, request));
  Report report;
  report.json = ToJson(response.summary());
  report.text = report.json["referral"].get<std::string>() + ": " +
                report.json["state"].get<std::string>() + ", " +
                report.json["urgency"].get<std::string>() + "\n";
  if (response.has_responsible()) {
    const std::string who =
        Shown(response.responsible().agency() + "/" + response.responsible().unit());
    report.json["responsible"] = who;
    report.text += "responsible now: " + who + "\n";
  }
  report.text += "story:\n";
  AMANA_RETURN_IF_ERROR(AddStory(context, o, key, report));
  report.json["tasks"] = Json::array();
  for (const v1::TaskTimeline& task : response.tasks()) AddTask(task, report);
  return report;
}

// The whole group, in the order in which it came.
Result TellGroup(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const GroupId group, HexOption<GroupId>("--group", o.group));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::ListReferralsRequest request;
  request.set_group_id(group.bytes());
  std::vector<StatementKey> keys;
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListReferralsResponse page,
                           client->Call(sdk::kListReferrals, request));
    for (const v1::ReferralSummary& summary : page.referrals()) {
      AMANA_ASSIGN_OR_RETURN(StatementKey key, sdk::FromWire(summary.referral(), "referral"));
      keys.push_back(std::move(key));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  Report all;
  all.json = Json::array();
  if (keys.empty()) all.text = "no referrals in this group\n";
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    AMANA_ASSIGN_OR_RETURN(Report one, Tell(context, o, *key));
    all.text += (all.text.empty() ? "" : "\n") + one.text;
    all.json.push_back(std::move(one.json));
  }
  return all;
}

Result Run(Context& context, const Options& o) {
  if (o.referral.empty() == o.group.empty()) {
    return UsageError("referral", "expected a referral or --group");
  }
  if (!o.group.empty()) return TellGroup(context, o);
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  return Tell(context, o, key);
}

}  // namespace

void RegisterReferralTimeline(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "timeline",
      "The whole story of a referral: what happened, whom it was offered to, who is responsible "
      "now, "
      "what happens next and when",
      "  amana referral timeline 00112233445566778899aabbccddeeff\n"
      "  amana referral timeline police-a/00112233445566778899aabbccddeeff/1 --json\n"
      "  amana referral timeline --group 00112233445566778899aabbccddeeff\n"
      "A recipient sees its own part of it; a coordinator what is in the queue.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one");
        command.add_option("--group", o.group, "Of all who were sent together: 32 hex digits");
        command.add_flag("--deliveries", o.deliveries, "With every step of every delivery");
      },
      Run);
}

}  // namespace amana::cli
