#include "agency-adapters/runtime/item_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agency-adapters/runtime/errors.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::json;

constexpr size_t kKeyLength = 200;

bool IsKey(std::string_view key) {
  return !key.empty() && key.size() <= kKeyLength &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// What a kind has besides its key and `about`.
struct Parts {
  bool record = false, code = false, categories = false;
};

Parts PartsOf(ItemKind kind) {
  switch (kind) {
    case ItemKind::kCase:
    case ItemKind::kUpdate:
      return {.record = true};
    case ItemKind::kDecline:
    case ItemKind::kComplete:
    case ItemKind::kFail:
    case ItemKind::kCancel:
    case ItemKind::kHandover:
      return {.code = true};
    case ItemKind::kAsk:
      return {.categories = true};
    default:
      return {};
  }
}

absl::Status CheckPart(std::string_view field, bool wanted, bool there) {
  if (wanted == there) return absl::OkStatus();
  return ItemInvalid(field, wanted ? "is missing" : "does not belong to this kind");
}

}  // namespace

std::string ToText(const HeldItem& held) {
  const NativeItem& item = held.item;
  Json json = {{"key", item.key}, {"kind", static_cast<int>(item.kind)}};
  const auto put = [&json](const char* name, const auto& value) {
    if (!value.empty()) json[name] = value;
  };
  put("about", item.about);
  put("record", item.record.fields);
  put("facts", held.facts);
  put("code", item.code);
  put("categories", item.categories);
  put("words", item.words);
  put("details", item.details);
  if (item.task != 0) json["task"] = item.task;
  // Native contents are UTF-8 by the codecs' care; what is not must not end the process.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<HeldItem> HeldItemFromText(std::string_view text) {
  const Json json = ParseJson(text);
  if (!json.is_object()) return StoreCorruptError("journal: an item does not parse");
  HeldItem held;
  NativeItem& item = held.item;
  try {
    item.key = json.at("key").get<std::string>();
    item.kind = static_cast<ItemKind>(json.at("kind").get<int>());
    item.about = json.value("about", "");
    const Json record = json.value("record", Json::object());
    for (const auto& [name, values] : record.items()) {
      item.record.fields[name] = values.get<std::vector<std::string>>();
    }
    held.facts = json.value("facts", "");
    item.code = json.value("code", "");
    item.categories = json.value("categories", std::vector<std::string>());
    item.words = json.value("words", "");
    item.details = json.value("details", std::map<std::string, std::string>());
    item.task = json.value("task", 0U);
  } catch (const Json::exception&) {
    return StoreCorruptError("journal: an item does not parse");
  }
  return held;
}

absl::Status CheckItem(const HeldItem& held) {
  const NativeItem& item = held.item;
  if (!IsKey(item.key)) return KeyInvalid("key");
  if (KindName(item.kind) == "UNKNOWN") return ItemInvalid("kind", "is none that this build knows");
  if (item.kind != ItemKind::kCase && !IsKey(item.about)) return KeyInvalid("about");
  AMANA_RETURN_IF_ERROR(CheckPart("about", item.kind != ItemKind::kCase, !item.about.empty()));
  const Parts parts = PartsOf(item.kind);
  const bool content = !item.record.fields.empty() || !held.facts.empty();
  // An update may be words alone.
  if (item.kind != ItemKind::kUpdate || item.words.empty()) {
    AMANA_RETURN_IF_ERROR(CheckPart("record", parts.record, content));
  }
  AMANA_RETURN_IF_ERROR(CheckPart("code", parts.code, !item.code.empty()));
  AMANA_RETURN_IF_ERROR(CheckPart("categories", parts.categories, !item.categories.empty()));
  if (!item.record.fields.empty() && !held.facts.empty()) {
    return ItemInvalid("facts", "stand in place of a record, not beside it");
  }
  return absl::OkStatus();
}

}  // namespace amana::runtime
