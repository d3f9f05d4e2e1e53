// What the local API takes and gives, as JSON. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_API_JSON_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_API_JSON_H_

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/journal_items.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/notices.h"
#include "base/ids.h"

namespace amana::runtime {

// {"key", "kind", "about", "facts" or "record", "code", "categories", "words", "details", "task"}.
// Where `about` is given, the text has none. BODY_INVALID naming the member: no JSON, nested deeper
// than 64, an unknown member or a wrong type.
absl::StatusOr<HeldItem> HeldItemFromJson(std::string_view text, const std::string& about);

nlohmann::ordered_json ItemJson(const ItemRow& row, const AgencyId& agency);
nlohmann::ordered_json InboxJson(const sdk::InboxItem& item);
nlohmann::ordered_json NoticeJson(const sdk::NoticeItem& notice);
nlohmann::ordered_json LetterJson(const DeadLetter& letter);

// "a=1&b=x%2Fy", decoded; the first of equal names.
std::map<std::string, std::string> ParseQuery(std::string_view query);

// EVENT_KIND_TASK_SEEN as "TASK_SEEN".
std::string EventName(v1::EventKind kind);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_API_JSON_H_
