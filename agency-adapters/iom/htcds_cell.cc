#include "agency-adapters/iom/htcds_cell.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "agency-adapters/iom/htcds_codes.h"
#include "proto/envelope/utf8.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string_view> Split(std::string_view text, char divider) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(divider);
    if (const std::string_view part = Trim(text.substr(0, end)); !part.empty()) {
      parts.push_back(part);
    }
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Cell Refused(std::string_view reason, std::string_view hint) {
  Cell cell;
  cell.reason = reason;
  cell.hint = hint;
  return cell;
}

Cell Accepted(Json value) {
  Cell cell;
  cell.value = std::move(value);
  return cell;
}

std::optional<int> Whole(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= min && value <= max ? std::optional<int>(value) : std::nullopt;
}

Cell ReadDate(std::string_view text, const CellRules& rules) {
  constexpr std::string_view kHint = "a calendar date as YYYY-MM-DD";
  const bool form = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                    std::ranges::count_if(text, &IsDigit) == 8;
  if (!form) return Refused("DATE_INVALID", kHint);
  const int year = *Whole(text.substr(0, 4), 0, 9999);
  const int month = *Whole(text.substr(5, 2), 0, 99);
  const int day = *Whole(text.substr(8, 2), 0, 99);
  const absl::CivilDay civil(year, month, day);
  // CivilDay normalises what does not exist; the 31st of June is then another day.
  if (year < 1850 || civil.month() != month || civil.day() != day) {
    return Refused("DATE_INVALID", kHint);
  }
  if (rules.today.has_value() && civil > *rules.today) {
    return Refused("DATE_IN_FUTURE", "a date that is not in the future");
  }
  return Accepted(std::string(text));
}

// Adds the code to the cell's list unless it is there; false when the list has no such code.
bool AddCode(const CodeList& list, std::string_view text, Cell& cell) {
  const Code* code = FindCode(list, text);
  if (code == nullptr) return false;
  cell.by_label |= code->name != text;
  cell.code_missing_from_picklist |= code->missing_from_picklist;
  const Json name = std::string(code->name);
  if (std::ranges::find(cell.value, name) == cell.value.end()) cell.value.push_back(name);
  return true;
}

Cell ReadCodes(const Field& field, std::string_view text, const CellRules& rules) {
  constexpr std::string_view kHint = "codes of this field's list in HTCDS 2.0, divided by ';'";
  const CodeList* list = FindCodeList(field.name);
  Cell cell = Accepted(Json::array());
  for (const std::string_view part : Split(text, ';')) {
    if (AddCode(*list, part, cell)) continue;
    if (!rules.xlsform) return Refused("CODE_UNKNOWN", kHint);
    for (const std::string_view word : Split(part, ' ')) {
      if (!AddCode(*list, word, cell)) return Refused("CODE_UNKNOWN", kHint);
    }
  }
  if (cell.value.empty()) cell.value = nullptr;
  return cell;
}

Cell ReadCode(const Field& field, std::string_view text) {
  Cell cell = Accepted(Json::array());
  if (!AddCode(*FindCodeList(field.name), text, cell)) {
    return Refused("CODE_UNKNOWN", "one code of this field's list in HTCDS 2.0");
  }
  cell.value = Json(cell.value.front());
  return cell;
}

Cell ReadCountries(std::string_view text) {
  Json codes = Json::array();
  for (const std::string_view part : Split(text, ';')) {
    if (!IsCountry(part)) {
      return Refused("COUNTRY_UNKNOWN", "ISO 3166-1 alpha-2 codes, divided by ';'");
    }
    if (std::ranges::find(codes, Json(std::string(part))) == codes.end()) {
      codes.push_back(std::string(part));
    }
  }
  return Accepted(codes.empty() ? Json() : codes);
}

Cell ReadPhone(std::string_view text) {
  std::string number;
  for (const char c : text) {
    if (std::string_view(" -()").find(c) == std::string_view::npos) number += c;
  }
  std::string_view digits = number;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const bool right = digits.size() >= 2 && digits.size() <= 15 && digits.front() != '0' &&
                     std::ranges::all_of(digits, &IsDigit);
  if (!right) return Refused("PHONE_INVALID", "an E.164 number: +, country code, number");
  return Accepted(number);
}

Cell ReadNumber(std::string_view text) {
  const std::optional<int> number = Whole(text, 0, 150);
  if (!number.has_value()) return Refused("NUMBER_INVALID", "a whole number from 0 to 150");
  return Accepted(*number);
}

Cell ReadDegrees(std::string_view text) {
  double degrees = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), degrees);
  const bool right =
      error == std::errc() && end == text.data() + text.size() && degrees >= -180 && degrees <= 180;
  if (!right) return Refused("NUMBER_INVALID", "decimal degrees from -180 to 180");
  return Accepted(degrees);
}

Cell ReadCheckbox(std::string_view text) {
  if (text == "TRUE" || text == "true" || text == "1") return Accepted(true);
  if (text == "FALSE" || text == "false" || text == "0") return Accepted(false);
  return Refused("CHECKBOX_INVALID", "TRUE or FALSE");
}

bool HasControls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t');
  });
}

}  // namespace

Cell ReadCell(const Field& field, std::string_view text, const CellRules& rules) {
  if (text.size() > kMaxCellSize) return Refused("TEXT_TOO_LONG", "at most 32 KiB in a cell");
  if (!envelope::IsValidUtf8(text) || HasControls(text)) {
    return Refused("TEXT_INVALID", "UTF-8 text without control characters");
  }
  text = Trim(text);
  if (text.empty()) return {};
  switch (field.kind) {
    case ValueKind::kText:
      return Accepted(std::string(text));
    case ValueKind::kDate:
      return ReadDate(text, rules);
    case ValueKind::kPicklist:
      return ReadCode(field, text);
    case ValueKind::kMultiselect:
      return ReadCodes(field, text, rules);
    case ValueKind::kCountries:
      return ReadCountries(text);
    case ValueKind::kPhone:
      return ReadPhone(text);
    case ValueKind::kNumber:
      return ReadNumber(text);
    case ValueKind::kDegrees:
      return ReadDegrees(text);
    case ValueKind::kCheckbox:
      return ReadCheckbox(text);
  }
  return {};
}

}  // namespace amana::iom
