#include "agency-adapters/cli/inbox_text.h"

#include "proto/codes/names.h"

namespace amana::cli {
namespace {

std::string SenderOf(const sdk::InboxItem& item) {
  return item.key.referral.sender.value() + "/" + item.sender_unit.value();
}

template <typename E>
std::string Name(E code) {
  return std::string(codes::CodeName(code));
}

std::string StageOf(const sdk::InboxItem& item) {
  return Name(item.key.stage) +
         (item.key.update == 0 ? "" : " (answer " + std::to_string(item.key.update) + ")");
}

}  // namespace

Json ToJson(const sdk::InboxItem& item) {
  Json json = {{"item", item.id},
               {"state", std::string(sdk::StateName(item.state))},
               {"service", Name(item.service)},
               {"urgency", Name(item.urgency)},
               {"stage", Name(item.key.stage)},
               {"from", SenderOf(item)},
               {"to", ToString(item.recipient)},
               {"referral", sdk::ToString(item.key.referral)},
               {"task", item.key.task},
               {"offer_epoch", item.key.offer_epoch},
               {"received", Rfc3339(item.received)},
               {"expires", Rfc3339(item.expires)},
               {"test", item.test}};
  if (item.key.update != 0) json["update"] = item.key.update;
  if (item.recall_reason != v1::REASON_UNSPECIFIED) json["reason"] = Name(item.recall_reason);
  if (item.keep_basis != v1::LEGAL_BASIS_UNSPECIFIED) json["kept_on"] = Name(item.keep_basis);
  return json;
}

std::string ToLine(const sdk::InboxItem& item) {
  std::string line = "item " + std::to_string(item.id) + ": " +
                     std::string(sdk::StateName(item.state)) + ", " + Name(item.service) + ", " +
                     Name(item.urgency) + ", " + StageOf(item) + ", from " + SenderOf(item);
  if (item.recall_reason != v1::REASON_UNSPECIFIED) line += ", " + Name(item.recall_reason);
  if (item.keep_basis != v1::LEGAL_BASIS_UNSPECIFIED) line += ", kept on " + Name(item.keep_basis);
  return line + (item.test ? " (TEST)\n" : "\n");
}

std::string ToText(const std::vector<sdk::InboxItem>& items) {
  Table table({"ITEM", "STATE", "SERVICE", "URGENCY", "STAGE", "FROM", "RECEIVED", "EXPIRES"});
  for (const sdk::InboxItem& item : items) {
    table.Add({std::to_string(item.id), std::string(sdk::StateName(item.state)),
               Name(item.service) + (item.test ? " (TEST)" : ""), Name(item.urgency), StageOf(item),
               SenderOf(item), Rfc3339(item.received), Rfc3339(item.expires)});
  }
  return table.Text();
}

}  // namespace amana::cli
