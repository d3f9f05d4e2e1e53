#include "agency-adapters/cli/event_text.h"

#include "agency-adapters/sdk/keys.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

using sdk::EventField;
using sdk::EventView;

std::string Actor(const EventView& event) {
  std::string actor = event.actor_agency.value();
  if (!event.actor_unit.empty()) actor += "/" + event.actor_unit.value();
  if (!event.actor_person.empty()) actor += "/" + event.actor_person.value();
  return actor;
}

std::string RecipientText(const Address& address) {
  return address.unit.empty() ? address.agency.value() : ToString(address);
}

Json Categories(const std::vector<v1::Category>& categories) {
  Json names = Json::array();
  for (const v1::Category category : categories) {
    names.push_back(std::string(codes::CodeName(category)));
  }
  return names;
}

void AddDelivery(const EventView& event, Json& json) {
  if (event.task.has_value()) json["task"] = *event.task;
  if (event.stage != 0) json["stage"] = std::string(codes::CodeName(event.stage));
  if (event.has(EventField::kOfferEpoch)) json["offer_epoch"] = event.offer_epoch;
  if (event.has(EventField::kLeaseEpoch)) json["lease_epoch"] = event.lease_epoch;
  if (event.has(EventField::kAttempt)) json["attempt"] = event.attempt;
  if (event.has(EventField::kDelivered)) json["delivered"] = Categories(event.delivered);
  if (event.has(EventField::kWithheld)) json["withheld"] = Categories(event.withheld);
}

void AddConsent(const EventView& event, Json& json) {
  if (event.has(EventField::kConsentId) && !event.consent_id.is_zero()) {
    json["consent_id"] = event.consent_id.hex();
    json["consent_version"] = event.consent_version;
  }
  if (event.has(EventField::kConsentRules)) {
    json["consent_rules"] = Json::array();
    for (const uint8_t rule : event.consent_rules) {
      json["consent_rules"].push_back(static_cast<int>(rule));
    }
  }
}

}  // namespace

std::string KindName(v1::EventKind kind) { return std::string(codes::CodeName(kind)); }

Json ToJson(const EventView& event) {
  Json json = Json::object();
  if (event.has(EventField::kKind)) json["kind"] = KindName(event.kind);
  if (event.has(EventField::kTime)) json["time"] = Rfc3339(event.time);
  if (event.referral.has_value()) json["referral"] = sdk::ToString(*event.referral);
  if (!event.statement_digest.is_zero()) json["statement_digest"] = event.statement_digest.hex();
  if (!event.actor_agency.empty()) json["actor"] = Actor(event);
  if (!event.cert_id.is_zero()) json["cert_id"] = event.cert_id.hex();
  if (event.recipient.has_value()) json["recipient"] = RecipientText(*event.recipient);
  AddDelivery(event, json);
  if (event.urgency != 0) json["urgency"] = std::string(codes::CodeName(event.urgency));
  if (event.reason != 0) json["reason"] = std::string(codes::CodeName(event.reason));
  AddConsent(event, json);
  if (event.has(EventField::kSenderCounter)) json["sender_counter"] = event.sender_counter;
  if (event.has(EventField::kRecipientCounter)) {
    json["recipient_counter"] = event.recipient_counter;
  }
  if (!event.detail.empty()) json["detail_hex"] = ToHex(event.detail);
  json["leaf"] = event.leaf_hash.hex();
  return json;
}

std::string ToLine(uint64_t index, const EventView& event) {
  std::string line =
      std::to_string(index) + "  " + Rfc3339(event.time) + "  " + KindName(event.kind);
  if (event.referral.has_value()) line += "  " + sdk::ToString(*event.referral);
  if (event.task.has_value()) line += " task " + std::to_string(*event.task);
  if (event.stage != 0) line += " " + std::string(codes::CodeName(event.stage));
  if (event.recipient.has_value()) line += " -> " + RecipientText(*event.recipient);
  if (!event.actor_agency.empty()) line += "  by " + Actor(event);
  if (event.reason != 0) line += "  " + std::string(codes::CodeName(event.reason));
  return line + "\n";
}

}  // namespace amana::cli
