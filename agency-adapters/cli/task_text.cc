#include "agency-adapters/cli/task_text.h"

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

template <typename E>
void PutCode(Json& json, const char* name, E code) {
  if (static_cast<int>(code) != 0) json[name] = Name(code);
}

Json ToJson(const v1::DeliveryStatus& delivery) {
  Json json = {{"stage", Name(delivery.stage())}, {"state", Name(delivery.state())}};
  if (delivery.update() != 0) json["update"] = delivery.update();
  PutCode(json, "reason", delivery.reason());
  json["attempts"] = delivery.attempts();
  json["disclosed"] = delivery.disclosed();
  json["changed"] = Rfc3339Millis(delivery.changed_unix_ms());
  return json;
}

}  // namespace

std::string NameOf(const v1::StatementRef& ref) {
  return Shown(ref.sender_agency()) + "/" + ToHex(ref.referral_id()) + "/" +
         std::to_string(ref.version());
}

Json ToJson(const v1::ReferralSummary& summary) {
  Json json = {{"referral", NameOf(summary.referral())},
               {"state", Name(summary.state())},
               {"urgency", Name(summary.urgency())},
               {"accepted", Rfc3339Millis(summary.accepted_unix_ms())},
               {"expires", Rfc3339Millis(summary.expires_unix_ms())},
               {"header_digest", ToHex(summary.header_digest())},
               {"reference", NameOf(summary.referral()) + "/" + ToHex(summary.header_digest())},
               {"log_index", summary.log_index()},
               {"test", summary.test()}};
  if (!summary.group_id().empty()) json["group"] = ToHex(summary.group_id());
  if (!summary.family_id().empty()) json["family"] = ToHex(summary.family_id());
  return json;
}

Json ToJson(const v1::TaskStatus& task) {
  Json json = {{"task", task.task()}, {"service", Name(task.service())}};
  if (task.has_recipient()) json["recipient"] = AddressText(task.recipient());
  json["state"] = Name(task.state());
  PutCode(json, "reason", task.reason());
  json["consent_rules"] = Json::array();
  for (const uint32_t rule : task.consent_rules()) json["consent_rules"].push_back(rule);
  json["withheld"] = Json::array();
  for (const int category : task.withheld()) {
    json["withheld"].push_back(Name(static_cast<v1::Category>(category)));
  }
  PutCode(json, "missing", task.missing());
  json["offer_epoch"] = task.offer_epoch();
  json["deliveries"] = Json::array();
  for (const auto& delivery : task.deliveries()) json["deliveries"].push_back(ToJson(delivery));
  return json;
}

std::string ToText(const v1::TaskStatus& task) {
  std::string text = "task " + std::to_string(task.task()) + ": " + Name(task.service());
  if (task.has_recipient()) text += " of " + AddressText(task.recipient());
  text += ": " + Name(task.state());
  if (task.reason() != v1::REASON_UNSPECIFIED) text += ", " + Name(task.reason());
  if (task.missing() != v1::ROUTE_GAP_UNSPECIFIED) text += ", missing: " + Name(task.missing());
  std::string withheld;
  for (const int category : task.withheld()) {
    withheld += (withheld.empty() ? "" : ", ") + Name(static_cast<v1::Category>(category));
  }
  if (!withheld.empty()) text += "; withheld: " + withheld;
  text += "\n";
  for (const v1::DeliveryStatus& delivery : task.deliveries()) {
    text += "  " + Name(delivery.stage());
    if (delivery.update() != 0) text += " (answer " + std::to_string(delivery.update()) + ")";
    text += ": " + Name(delivery.state());
    if (delivery.reason() != v1::REASON_UNSPECIFIED) text += ", " + Name(delivery.reason());
    text += " since " + Rfc3339Millis(delivery.changed_unix_ms());
    text += delivery.disclosed() ? ", disclosed\n" : "\n";
  }
  return text;
}

}  // namespace amana::cli
