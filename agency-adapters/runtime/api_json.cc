#include "agency-adapters/runtime/api_json.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "agency-adapters/mapping/report.h"
#include "agency-adapters/runtime/endpoint.h"
#include "agency-adapters/sdk/keys.h"
#include "base/json_text.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::ordered_json;

absl::Status BodyInvalid(std::string_view member, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BODY_INVALID", member, why);
}

std::string Time(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

absl::StatusOr<nlohmann::json> ParseBody(std::string_view text) {
  nlohmann::json json = ParseJson(text);
  if (!json.is_object()) {
    return BodyInvalid("body", "expected a JSON object, at most 64 levels deep");
  }
  return json;
}

absl::Status ReadRecord(const nlohmann::json& json, mapping::Record& record) {
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) {
      record.fields[name] = {value.get<std::string>()};
    } else {
      record.fields[name] = value.get<std::vector<std::string>>();
    }
  }
  return absl::OkStatus();
}

absl::Status ReadMember(const std::string& name, const nlohmann::json& value, HeldItem& held) {
  NativeItem& item = held.item;
  if (name == "key") {
    item.key = value.get<std::string>();
  } else if (name == "kind") {
    const auto kind = ItemKindOf(value.get<std::string>());
    if (!kind.has_value()) return BodyInvalid("kind", "is none");
    item.kind = *kind;
  } else if (name == "about") {
    item.about = value.get<std::string>();
  } else if (name == "facts") {
    if (!value.is_object()) return BodyInvalid("facts", "expected an object");
    held.facts = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else if (name == "record") {
    return ReadRecord(value, item.record);
  } else if (name == "code") {
    item.code = value.get<std::string>();
  } else if (name == "categories") {
    item.categories = value.get<std::vector<std::string>>();
  } else if (name == "words") {
    item.words = value.get<std::string>();
  } else if (name == "details") {
    item.details = value.get<std::map<std::string, std::string>>();
  } else if (name == "task") {
    item.task = value.get<uint32_t>();
  } else {
    return BodyInvalid(mapping::ShownName(name), "is no member of an item");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeldItem> HeldItemFromJson(std::string_view text, const std::string& about) {
  AMANA_ASSIGN_OR_RETURN(const nlohmann::json json, ParseBody(text));
  HeldItem held;
  for (const auto& [name, value] : json.items()) {
    try {
      AMANA_RETURN_IF_ERROR(ReadMember(name, value, held));
    } catch (const nlohmann::json::exception&) {
      return BodyInvalid(mapping::ShownName(name), "has the wrong type");
    }
  }
  if (!json.contains("kind")) return BodyInvalid("kind", "is missing");
  if (about.empty()) return held;
  if (!held.item.about.empty()) return BodyInvalid("about", "the path says it");
  held.item.about = about;
  return held;
}

Json ItemJson(const ItemRow& row, const AgencyId& agency) {
  Json json = {{"key", row.key},
               {"kind", std::string(KindName(row.kind))},
               {"state", std::string(StateName(row.state))},
               {"taken", Time(row.taken)},
               {"attempts", row.attempts}};
  if (row.kind == ItemKind::kCase) {
    json["referral"] = sdk::ToString(StatementKey{agency, row.referral, 1});
  }
  if (!row.reason.empty()) json["reason"] = row.reason;
  if (!row.field.empty()) json["field"] = mapping::ShownName(row.field);
  return json;
}

Json InboxJson(const sdk::InboxItem& item) {
  Json json = {{"id", item.id},
               {"key", DeliveryKeyText(item.key)},
               {"referral", sdk::ToString(item.key.referral)},
               {"sender", ToString(Address{item.key.referral.sender, item.sender_unit})},
               {"task", item.key.task},
               {"stage", std::string(codes::CodeName(item.key.stage))},
               {"service", std::string(codes::CodeName(item.service))},
               {"urgency", std::string(codes::CodeName(item.urgency))},
               {"state", std::string(sdk::StateName(item.state))},
               {"test", item.test},
               {"received", Time(item.received)},
               {"expires", Time(item.expires)}};
  if (item.key.update != 0) json["update"] = item.key.update;
  if (item.recall_reason != v1::REASON_UNSPECIFIED) {
    json["recall_reason"] = std::string(codes::CodeName(item.recall_reason));
  }
  return json;
}

std::string EventName(v1::EventKind kind) {
  const std::string& full = v1::EventKind_Name(kind);
  const std::string prefix = "EVENT_KIND_";
  return full.starts_with(prefix) ? full.substr(prefix.size()) : "UNKNOWN";
}

Json NoticeJson(const sdk::NoticeItem& notice) {
  const sdk::EventView& event = notice.event;
  Json json = {
      {"index", notice.index}, {"event", EventName(event.kind)}, {"time", Time(event.time)}};
  if (event.referral.has_value()) json["referral"] = sdk::ToString(*event.referral);
  if (event.task.has_value()) json["task"] = *event.task;
  if (event.recipient.has_value()) json["recipient"] = ToString(*event.recipient);
  if (event.reason != v1::REASON_UNSPECIFIED) {
    json["reason"] = std::string(codes::CodeName(event.reason));
  }
  return json;
}

Json LetterJson(const DeadLetter& letter) {
  return {{"letter", letter.letter},
          {"kind", letter.kind},
          {"reason", letter.reason},
          {"field", letter.field.empty() ? "" : mapping::ShownName(letter.field)},
          {"since", Time(letter.since)},
          {"attempts", letter.attempts}};
}

std::map<std::string, std::string> ParseQuery(std::string_view query) {
  const auto decode = [](std::string_view text) {
    std::string decoded;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%' && i + 2 < text.size()) {
        const auto byte = FromHex(text.substr(i + 1, 2));
        if (byte.ok() && byte->size() == 1) {
          decoded += *byte;
          i += 2;
          continue;
        }
      }
      decoded += text[i] == '+' ? ' ' : text[i];
    }
    return decoded;
  };
  std::map<std::string, std::string> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const size_t equals = pair.find('=');
    pairs.emplace(decode(pair.substr(0, equals)),
                  equals == std::string_view::npos ? "" : decode(pair.substr(equals + 1)));
  }
  return pairs;
}

}  // namespace amana::runtime
