#include "agency-adapters/iom/htcds_record.h"

#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "agency-adapters/iom/htcds_cell.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> TextsOf(const Json& value) {
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  if (!value.is_array()) return {TextOf(value)};
  for (const Json& each : value) texts.push_back(TextOf(each));
  return texts;
}

// None where a value has no such form.
std::optional<std::vector<std::string>> Tidied(const Field& field,
                                               const std::vector<std::string>& values) {
  std::vector<std::string> tidy;
  for (const std::string& value : values) {
    const Cell cell = ReadCell(field, value, {});
    if (!cell.reason.empty()) return std::nullopt;
    std::vector<std::string> texts = TextsOf(cell.value);
    // A blank one keeps its place among elements.
    if (texts.empty() && values.size() > 1) texts.emplace_back();
    for (std::string& text : texts) tidy.push_back(std::move(text));
  }
  return tidy;
}

}  // namespace

bool IsRepeated(const Field& field) {
  return field.kind == ValueKind::kMultiselect || field.kind == ValueKind::kCountries;
}

mapping::Record RecordOf(const HtcdsRow& row) {
  mapping::Record record;
  for (const auto& [name, value] : row.values) record.fields[std::string(name)] = TextsOf(value);
  for (const auto& [name, text] : row.others) record.fields[name] = {text};
  return record;
}

void TidyRecord(mapping::Record& record) {
  for (auto& [name, values] : record.fields) {
    const Field* field = FindField(name);
    if (field == nullptr) continue;
    std::optional<std::vector<std::string>> tidy = Tidied(*field, values);
    if (tidy.has_value()) values = *std::move(tidy);
  }
}

std::string CellOf(const std::vector<std::string>& values, char divider) {
  std::string cell;
  for (const std::string& value : values) {
    if (!cell.empty()) cell += divider;
    cell += value;
  }
  return cell;
}

}  // namespace amana::iom
