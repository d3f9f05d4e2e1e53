#include "agency-adapters/immigration/vot_answer.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/native_date.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

constexpr std::string_view kColumns[] = {"REF_NO",     "MSG_TYPE", "ABOUT",       "CODE",
                                         "CATEGORIES", "TASK",     "ESCORT_CODE", "REMARKS"};

// Of a step of a handover: what the column is called among the item's details.
constexpr std::pair<std::string_view, std::string_view> kDetails[] = {
    {"WINDOW_FROM", "window_from"}, {"WINDOW_UNTIL", "window_until"},
    {"REASON", "reason"},           {"EXIT", "exit"},
    {"ESCORT_CODE", "escort_code"}, {"PLACE", "place"},
    {"OFFICER", "officer"},         {"ESCORT", "escort"},
    {"COMPANION", "companion"}};
constexpr std::string_view kOptional[] = {"WINDOW_FROM", "WINDOW_UNTIL", "REASON", "EXIT",
                                          "PLACE",       "OFFICER",      "ESCORT", "COMPANION"};

std::string CellOf(const ProfileRow& row, std::string_view column) {
  const auto found = row.cells.find(column);
  return found == row.cells.end() ? std::string() : found->second;
}

bool IsCode(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

// AMANA_KEYs and REF_NOs.
bool IsKey(std::string_view text) {
  return text.size() <= 200 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) ||
                  std::string_view("._:-/").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

absl::Status ReadCategories(std::string_view list, std::vector<std::string>& categories) {
  while (!list.empty()) {
    const size_t end = list.find(';');
    const std::string_view one = list.substr(0, end);
    if (one.empty() || !IsCode(one)) return CellInvalid("CATEGORIES", "codes divided by ;");
    categories.emplace_back(one);
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
    if (list.empty()) return CellInvalid("CATEGORIES", "no ; at the end");
  }
  return absl::OkStatus();
}

absl::Status ReadDetails(const ProfileRow& row, runtime::NativeItem& item) {
  const bool handover = item.kind == runtime::ItemKind::kHandover;
  for (const auto& [column, name] : kDetails) {
    std::string text = CellOf(row, column);
    if (text.empty()) continue;
    if (!handover) return CellInvalid(column, "nothing, but of a HANDOVER");
    if (name.starts_with("window_")) {
      const auto time = ParseNativeTime(text);
      if (!time) return CellInvalid(column, "a time as DD/MM/YYYY HH:MM");
      text = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *time, absl::UTCTimeZone());
    }
    item.details[std::string(name)] = std::move(text);
  }
  // A step's words are a detail like the others.
  if (handover && !item.words.empty()) item.details["text"] = std::exchange(item.words, "");
  return absl::OkStatus();
}

absl::Status ReadTask(std::string_view text, uint32_t& task) {
  if (text.empty()) return absl::OkStatus();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), task);
  if (error != std::errc() || end != text.data() + text.size() || task > 63) {
    return CellInvalid("TASK", "a number of 0 to 63");
  }
  return absl::OkStatus();
}

}  // namespace

const Profile kVotAnswer = {"DIS-VOT-ANSWER", kColumns, kOptional};

absl::StatusOr<runtime::NativeItem> AnswerOf(const ProfileRow& row) {
  AMANA_RETURN_IF_ERROR(row.status);
  const auto kind = runtime::ItemKindOf(CellOf(row, "MSG_TYPE"));
  if (!kind || *kind == runtime::ItemKind::kCase) {
    return CellInvalid("MSG_TYPE",
                       "SEEN, ACCEPT, DECLINE, ASK, START, COMPLETE, FAIL, UPDATE, CANCEL or "
                       "HANDOVER");
  }
  runtime::NativeItem item;
  item.key = row.ref_no;
  item.kind = *kind;
  item.about = CellOf(row, "ABOUT");
  item.code = CellOf(row, "CODE");
  item.words = CellOf(row, "REMARKS");
  if (item.about.empty()) return CellMissing("ABOUT");
  if (!IsKey(item.about)) return CellInvalid("ABOUT", "an AMANA_KEY or a REF_NO");
  if (!IsCode(item.code)) return CellInvalid("CODE", "a code");
  AMANA_RETURN_IF_ERROR(ReadCategories(CellOf(row, "CATEGORIES"), item.categories));
  AMANA_RETURN_IF_ERROR(ReadDetails(row, item));
  AMANA_RETURN_IF_ERROR(ReadTask(CellOf(row, "TASK"), item.task));
  return item;
}

}  // namespace amana::immigration
