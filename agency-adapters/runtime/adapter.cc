#include "agency-adapters/runtime/adapter.h"

#include <array>
#include <utility>

namespace amana::runtime {
namespace {

constexpr std::array<std::pair<ItemKind, std::string_view>, 11> kItemKinds = {{
    {ItemKind::kCase, "CASE"},
    {ItemKind::kSeen, "SEEN"},
    {ItemKind::kAccept, "ACCEPT"},
    {ItemKind::kDecline, "DECLINE"},
    {ItemKind::kAsk, "ASK"},
    {ItemKind::kStart, "START"},
    {ItemKind::kComplete, "COMPLETE"},
    {ItemKind::kFail, "FAIL"},
    {ItemKind::kUpdate, "UPDATE"},
    {ItemKind::kCancel, "CANCEL"},
    {ItemKind::kHandover, "HANDOVER"},
}};

}  // namespace

std::string_view KindName(ItemKind kind) {
  for (const auto& [value, name] : kItemKinds) {
    if (value == kind) return name;
  }
  return "UNKNOWN";
}

std::optional<ItemKind> ItemKindOf(std::string_view name) {
  for (const auto& [value, known] : kItemKinds) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view KindName(DeliveryKind kind) {
  switch (kind) {
    case DeliveryKind::kCase:
      return "CASE";
    case DeliveryKind::kUpdate:
      return "UPDATE";
    case DeliveryKind::kRecall:
      return "RECALL";
    case DeliveryKind::kNotice:
      return "NOTICE";
  }
  return "UNKNOWN";
}

}  // namespace amana::runtime
