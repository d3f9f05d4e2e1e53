#include "agency-adapters/cli/queue_text.h"

#include "agency-adapters/cli/task_text.h"
#include "base/command_line.h"
#include "base/ids.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

template <typename E>
std::string Name(E code) {
  return std::string(codes::CodeName(code));
}

std::string AddressText(const v1::Address& address) {
  return Shown(address.agency() + "/" + address.unit());
}

// "county 47, MINOR, FEMALE, som"
std::string Wanted(const v1::RouteRequest& route) {
  std::string text = "county " + std::to_string(route.county()) + ", " + Name(route.age_class()) +
                     ", " + Name(route.sex());
  if (!route.language().empty()) text += ", " + Shown(route.language());
  return text;
}

Json ToJson(const v1::RouteRequest& route) {
  Json json = {{"county", route.county()},
               {"age_class", Name(route.age_class())},
               {"sex", Name(route.sex())}};
  if (!route.language().empty()) json["language"] = Shown(route.language());
  return json;
}

}  // namespace

Json ToJson(const v1::QueueItem& item) {
  Json json = {{"item", item.item()},
               {"reason", Name(item.reason())},
               {"alerted", item.alerted()},
               {"since", Rfc3339Millis(item.since_unix_ms())},
               {"referral", NameOf(item.referral())},
               {"task", item.task()},
               {"offer_epoch", item.offer_epoch()},
               {"service", Name(item.service())},
               {"urgency", Name(item.urgency())},
               {"state", Name(item.state())},
               {"expires", Rfc3339Millis(item.expires_unix_ms())},
               {"test", item.test()}};
  if (item.has_recipient()) json["recipient"] = AddressText(item.recipient());
  if (item.missing() != v1::ROUTE_GAP_UNSPECIFIED) json["missing"] = Name(item.missing());
  if (item.has_route()) json["wanted"] = ToJson(item.route());
  if (!item.group_id().empty()) json["group"] = ToHex(item.group_id());
  if (!item.family_id().empty()) json["family"] = ToHex(item.family_id());
  if (!item.assignee().empty()) json["assignee"] = Shown(item.assignee());
  json["notes"] = Json::array();
  for (const v1::QueueNote& note : item.notes()) {
    json["notes"].push_back({{"at", Rfc3339Millis(note.at_unix_ms())},
                             {"annotation", Name(note.annotation())},
                             {"by", Shown(note.by_person())}});
  }
  return json;
}

std::string ToText(const std::vector<v1::QueueItem>& items) {
  Table table(
      {"ITEM", "", "URGENCY", "WHY", "SERVICE", "STATE", "WITH", "SINCE", "ASSIGNEE", "REFERRAL"});
  for (const v1::QueueItem& item : items) {
    std::string with = item.has_recipient() ? AddressText(item.recipient()) : "";
    if (with.empty() && item.has_route()) with = Wanted(item.route());
    std::string why = Name(item.reason());
    if (item.missing() != v1::ROUTE_GAP_UNSPECIFIED) why += " (" + Name(item.missing()) + ")";
    if (!item.family_id().empty()) why += ", of family " + ToHex(item.family_id()).substr(0, 8);
    table.Add({std::to_string(item.item()), item.alerted() ? "ALERT" : "", Name(item.urgency()),
               why, Name(item.service()) + (item.test() ? " (TEST)" : ""), Name(item.state()), with,
               Rfc3339Millis(item.since_unix_ms()), Shown(item.assignee()),
               NameOf(item.referral()) + " task " + std::to_string(item.task())});
  }
  return table.Text();
}

}  // namespace amana::cli
