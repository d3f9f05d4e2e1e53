#include "agency-adapters/cli/handover_words.h"

#include <algorithm>

#include "agency-adapters/cli/exit_code.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Field {
  const char* name;
  const std::string& (v1::HandoverNote::*get)() const;
  std::string* (v1::HandoverNote::*slot)();
};

constexpr Field kFields[] = {
    {"place", &v1::HandoverNote::place, &v1::HandoverNote::mutable_place},
    {"officer", &v1::HandoverNote::officer, &v1::HandoverNote::mutable_officer},
    {"escort", &v1::HandoverNote::escort, &v1::HandoverNote::mutable_escort},
    {"companion", &v1::HandoverNote::companion, &v1::HandoverNote::mutable_companion},
    {"text", &v1::HandoverNote::text, &v1::HandoverNote::mutable_text},
};

}  // namespace

absl::StatusOr<v1::HandoverNote> ReadHandoverWords(std::string_view option,
                                                   const std::string& path) {
  constexpr std::string_view kExpected =
      "expected a JSON object of texts: place, officer, escort, companion, text";
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(path));
  const Json object = ParseJson<Json>(text);
  if (!object.is_object()) return UsageError(option, kExpected);
  v1::HandoverNote words;
  for (const auto& item : object.items()) {
    const Json& value = item.value();
    const Field* field = std::ranges::find_if(
        kFields, [&item](const Field& each) { return item.key() == each.name; });
    if (field == std::end(kFields) || !value.is_string()) return UsageError(option, kExpected);
    *(words.*field->slot)() = value.get<std::string>();
  }
  return words;
}

Json ToJson(const v1::HandoverNote& words) {
  Json json = Json::object();
  for (const Field& field : kFields) {
    if (const std::string& text = (words.*field.get)(); !text.empty()) json[field.name] = text;
  }
  return json;
}

}  // namespace amana::cli
