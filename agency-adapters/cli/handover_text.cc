#include "agency-adapters/cli/handover_text.h"

#include "agency-adapters/sdk/keys.h"
#include "base/clock.h"
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

Json WindowJson(const std::string& from, const std::string& until) {
  return {{"from", from}, {"until", until}};
}

void PutHandover(Json& json, const v1::HandoverRef& ref) {
  json["referral"] = Shown(ref.referral().sender_agency()) + "/" +
                     ToHex(ref.referral().referral_id()) + "/" +
                     std::to_string(ref.referral().version());
  json["task"] = ref.task();
  json["attempt"] = ref.attempt();
}

std::string WhereText(const v1::PhysicalCustody& physical) {
  if (physical.place_case() == v1::PhysicalCustody::kAgency) return Shown(physical.agency());
  return "no agency (" + Name(physical.none()) + ")";
}

}  // namespace

Json SummaryJson(const sdk::HandoverView& view) {
  Json json = {{"referral", sdk::ToString(view.name.referral)},
               {"task", view.name.task},
               {"attempt", view.name.attempt},
               {"state", Name(view.state)},
               {"service", Name(view.service)},
               {"responsible", ToString(view.responsible)},
               {"recipient", ToString(view.recipient)},
               {"window", WindowJson(Rfc3339(view.window_from), Rfc3339(view.window_until))}};
  if (view.signed_by.has_value()) {
    json["signed_by"] = ToString(*view.signed_by);
    json["signed_state"] = Name(view.signed_state);
  }
  return json;
}

std::string SummaryLine(const sdk::HandoverView& view) {
  std::string line = "handover " + std::to_string(view.name.attempt) + " of " +
                     sdk::ToString(view.name.referral) + ", task " +
                     std::to_string(view.name.task) + ": " + Name(view.state) + ", from " +
                     ToString(view.responsible) + " to " + ToString(view.recipient) + "\n";
  if (view.signed_by.has_value()) {
    line += "  " + Name(view.signed_state) + " is signed by " + ToString(*view.signed_by) +
            ", and not yet by the other side\n";
  }
  return line;
}

Json StepJson(const sdk::VerifiedStep& step) {
  const v1::HandoverStep& message = step.statement.message;
  Json json = {{"state", Name(message.state())},
               {"by", ToString(step.statement.actor)},
               {"person", step.person.value()},
               {"at", Rfc3339Millis(message.meta().created_unix_ms())},
               {"digest", step.statement.digest.hex()},
               {"log_index", step.log_index}};
  if (message.reason() != v1::REASON_UNSPECIFIED) json["reason"] = Name(message.reason());
  if (message.exit() != v1::EXIT_CODE_UNSPECIFIED) json["exit"] = Name(message.exit());
  if (message.has_correction()) {
    json["corrected"] = Json::array();
    for (const int detail : message.correction().corrected()) {
      json["corrected"].push_back(Name(static_cast<v1::HandoverDetail>(detail)));
    }
    if (message.correction().arrived_unix_ms() != 0) {
      json["arrived"] = Rfc3339Millis(message.correction().arrived_unix_ms());
    }
  }
  return json;
}

std::string StepLine(const sdk::VerifiedStep& step) {
  const v1::HandoverStep& message = step.statement.message;
  std::string line = Rfc3339Millis(message.meta().created_unix_ms()) + " " + Name(message.state()) +
                     " by " + ToString(step.statement.actor) + " (" + step.person.value() + ")";
  if (message.reason() != v1::REASON_UNSPECIFIED) line += ", " + Name(message.reason());
  if (message.exit() != v1::EXIT_CODE_UNSPECIFIED) line += ", " + Name(message.exit());
  for (const int detail : message.correction().corrected()) {
    line += ", corrects " + Name(static_cast<v1::HandoverDetail>(detail));
  }
  if (message.correction().arrived_unix_ms() != 0) {
    line += ": arrived " + Rfc3339Millis(message.correction().arrived_unix_ms());
  }
  return line + "\n";
}

std::string NextLine(const sdk::HandoverView& view) {
  const std::string from = ToString(view.responsible);
  const std::string to = ToString(view.recipient);
  switch (view.state) {
    case v1::HANDOVER_STATE_OFFERED:
      return to + " agrees or declines; " + from + " may withdraw";
    case v1::HANDOVER_STATE_AGREED:
      return from + " sends the person with an escort; either may withdraw";
    case v1::HANDOVER_STATE_IN_TRANSIT:
      return to + " says that the person arrived, with the escort's code, or after " +
             Rfc3339(view.window_until) + " that nobody came; " + from + " may abort";
    case v1::HANDOVER_STATE_NO_SHOW:
      return from + " sends the person anew or aborts";
    case v1::HANDOVER_STATE_ARRIVED:
      return view.signed_by.has_value()
                 ? (*view.signed_by == view.recipient ? from : to) + " signs"
                 : from + " and " + to + " sign; " + to + " may return the person";
    default:
      return {};
  }
}

Json ToJson(const v1::HandoverSummary& summary) {
  Json json = Json::object();
  PutHandover(json, summary.handover());
  json["state"] = Name(summary.state());
  if (summary.reason() != v1::REASON_UNSPECIFIED) json["reason"] = Name(summary.reason());
  json["service"] = Name(summary.service());
  json["responsible"] = AddressText(summary.responsible());
  json["recipient"] = AddressText(summary.recipient());
  json["window"] = WindowJson(Rfc3339Millis(summary.window().from_unix_ms()),
                              Rfc3339Millis(summary.window().until_unix_ms()));
  json["changed"] = Rfc3339Millis(summary.changed_unix_ms());
  if (summary.has_signed_by()) {
    json["signed_by"] = AddressText(summary.signed_by());
    json["signed_state"] = Name(summary.signed_state());
  }
  json["overdue"] = summary.overdue();
  return json;
}

Json ToJson(const v1::GetCustodyResponse& custody) {
  Json json = {{"subject_pseudonym", ToHex(custody.subject_pseudonym())}};
  if (custody.has_responsible()) {
    json["responsible"] = AddressText(custody.responsible());
    json["since"] = Rfc3339Millis(custody.responsible_since_unix_ms());
  }
  if (custody.physical().place_case() == v1::PhysicalCustody::kAgency) {
    json["with"] = Shown(custody.physical().agency());
  } else {
    json["none"] = Name(custody.physical().none());
  }
  if (custody.exit() != v1::EXIT_CODE_UNSPECIFIED) json["exit"] = Name(custody.exit());
  if (custody.has_open_handover()) {
    json["open_handover"] = Json::object();
    PutHandover(json["open_handover"], custody.open_handover());
  }
  return json;
}

std::string ToText(const v1::GetCustodyResponse& custody) {
  std::string text;
  if (custody.has_responsible()) {
    text += "responsible: " + AddressText(custody.responsible()) + ", since " +
            Rfc3339Millis(custody.responsible_since_unix_ms()) + "\n";
  } else {
    text += "responsible: another agency\n";
  }
  text += "the person is with: " + WhereText(custody.physical());
  if (custody.exit() != v1::EXIT_CODE_UNSPECIFIED) text += ", " + Name(custody.exit());
  text += "\n";
  if (custody.has_open_handover()) {
    text += "a handover is under way: attempt " +
            std::to_string(custody.open_handover().attempt()) + "\n";
  }
  return text;
}

std::string GroupedCode(std::string_view code) {
  std::string grouped;
  for (size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) grouped += '-';
    grouped += code[i];
  }
  return grouped;
}

}  // namespace amana::cli
