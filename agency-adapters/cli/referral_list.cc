#include <algorithm>
#include <optional>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/task_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr uint32_t kPage = 200;

struct Options {
  std::vector<std::string> states;
  std::string group;
  uint32_t limit = 50;
  bool outbox = false;
  bool tasks = false;
};

absl::StatusOr<std::optional<sdk::EntryState>> OutboxState(const Options& o) {
  if (o.states.empty()) return std::optional<sdk::EntryState>();
  for (const auto state :
       {sdk::EntryState::kPending, sdk::EntryState::kAccepted, sdk::EntryState::kRefused}) {
    if (o.states.size() == 1 && o.states[0] == sdk::StateName(state)) return std::optional(state);
  }
  return UsageError("--state", "expected one of PENDING, ACCEPTED, REFUSED with --outbox");
}

std::string InThisState(const Options& o) { return o.states.empty() ? "\n" : " in this state\n"; }

Result ListOutbox(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auto state, OutboxState(o));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> entries,
                         sdk::Outbox(*mailbox).List(state, o.limit));
  Report report;
  report.json = Json::array();
  Table table({"ENTRY", "KIND", "STATE", "QUEUED", "REFERRAL", "REASON"});
  for (const sdk::OutboxEntry& entry : entries) {
    report.json.push_back(EntryJson(entry));
    table.Add({std::to_string(entry.id), std::string(sdk::KindName(entry.kind)),
               std::string(sdk::StateName(entry.state)), Rfc3339(entry.queued),
               entry.referral.has_value() ? sdk::ToString(*entry.referral) : "-",
               Shown(entry.reason)});
  }
  report.text = table.Text();
  if (entries.empty()) report.text = "nothing in the outbox" + InThisState(o);
  return report;
}

Result ListReferrals(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const auto states, CodeOptions<v1::ReferralState>("--state", o.states));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::ListReferralsRequest request;
  for (const v1::ReferralState state : states) request.add_states(state);
  if (!o.group.empty()) {
    AMANA_ASSIGN_OR_RETURN(const GroupId group, HexOption<GroupId>("--group", o.group));
    request.set_group_id(group.bytes());
  }
  Report report;
  report.json = Json::array();
  Table table({"REFERRAL", "STATE", "URGENCY", "ACCEPTED", "EXPIRES"});
  do {
    request.set_page_size(std::min(kPage, o.limit - static_cast<uint32_t>(report.json.size())));
    AMANA_ASSIGN_OR_RETURN(const v1::ListReferralsResponse page,
                           client->Call(sdk::kListReferrals, request));
    for (const v1::ReferralSummary& summary : page.referrals()) {
      const Json json = ToJson(summary);
      table.Add(
          {json["referral"], json["state"], json["urgency"], json["accepted"], json["expires"]});
      report.json.push_back(json);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && report.json.size() < o.limit);
  report.text = table.Text();
  if (report.json.empty()) report.text = "no referrals" + InThisState(o);
  return report;
}

std::string Joined(const Json& list) {
  std::string out;
  for (const Json& item : list) out += (out.empty() ? "" : ",") + item.get<std::string>();
  return out.empty() ? "-" : out;
}

// What went where: one line a task, with what was withheld.
Result ListTasks(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(Report referrals, ListReferrals(context, o));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  Report report;
  report.json = Json::array();
  Table table({"REFERRAL", "SERVICE", "TO", "STATE", "REASON", "DELIVERY", "WITHHELD"});
  for (const Json& summary : referrals.json) {
    const std::string name = summary["referral"];
    v1::GetReferralRequest request;
    AMANA_ASSIGN_OR_RETURN(const StatementKey key, sdk::ParseStatementKey(name));
    request.mutable_referral()->set_sender_agency(key.sender.value());
    request.mutable_referral()->set_referral_id(key.referral.bytes());
    request.mutable_referral()->set_version(key.version);
    AMANA_ASSIGN_OR_RETURN(const v1::GetReferralResponse found,
                           client->Call(sdk::kGetReferral, request));
    for (const v1::TaskStatus& task : found.tasks()) {
      Json json = ToJson(task);
      json["referral"] = name;
      const Json& deliveries = json["deliveries"];
      table.Add({name, json["service"], json.value("recipient", "-"), json["state"],
                 json.value("reason", "-"),
                 deliveries.empty() ? "-" : deliveries.back().value("state", "-"),
                 Joined(json["withheld"])});
      report.json.push_back(std::move(json));
    }
  }
  report.text = table.Text();
  if (report.json.empty()) report.text = "no referrals" + InThisState(o);
  return report;
}

Result Run(Context& context, const Options& o) {
  if (o.outbox && !o.group.empty()) return UsageError("--group", "not with --outbox");
  if (o.tasks) return ListTasks(context, o);
  return o.outbox ? ListOutbox(context, o) : ListReferrals(context, o);
}

}  // namespace

void RegisterReferralList(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "list", "This agency's referrals, newest first",
      "  amana referral list --state ATTENTION\n"
      "  amana referral list --tasks                       (what went where)\n"
      "  amana referral list --group 00112233445566778899aabbccddeeff\n"
      "  amana referral list --outbox --state PENDING      (what has not been sent yet)\n",
      [](CLI::App& command, Options& o) {
        command
            .add_option("--state", o.states,
                        "OPEN, ATTENTION, CLOSED; with --outbox PENDING, ACCEPTED or REFUSED")
            ->delimiter(',');
        command.add_option("--limit", o.limit, "At most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 100000));
        command.add_option("--group", o.group, "Only those sent together: 32 hex digits");
        command.add_flag("--tasks", o.tasks,
                         "What went where: a line for each task, with what was withheld");
        command.add_flag("--outbox", o.outbox,
                         "What this machine signed, sent or not; no link needed");
      },
      Run);
}

}  // namespace amana::cli
