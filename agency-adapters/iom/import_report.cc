#include "agency-adapters/iom/import_report.h"

#include <nlohmann/json.hpp>

namespace amana::iom {
namespace {

using Json = nlohmann::ordered_json;

// Header texts come from the file: whatever is not UTF-8 in them must not break the report.
std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string Counted(uint32_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string ToJson(const ImportReport& report) {
  Json json;
  json["standard"] = "HTCDS 2.0";
  json["rows_read"] = report.rows_read;
  json["rows_imported"] = report.rows_imported;
  json["rows_refused"] = report.rows_refused();
  if (report.unread_from_row != 0) json["unread_from_row"] = report.unread_from_row;
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) {
    Json item = {{"defect", finding.defect}};
    if (!finding.column.empty()) item["column"] = finding.column;
    if (!finding.field.empty()) item["field"] = finding.field;
    if (finding.rows != 0) item["rows"] = finding.rows;
    item["note"] = finding.note;
    json["findings"].push_back(std::move(item));
  }
  json["refusals"] = Json::array();
  for (const RowRefusal& refusal : report.refusals) {
    json["refusals"].push_back({{"row", refusal.row},
                                {"field", refusal.field},
                                {"reason", refusal.reason},
                                {"hint", refusal.hint}});
  }
  return Dump(json);
}

std::string ToText(const ImportReport& report) {
  std::string text = Counted(report.rows_read, "row") + " read, " +
                     std::to_string(report.rows_imported) + " imported, " +
                     std::to_string(report.rows_refused()) + " refused\n";
  if (report.unread_from_row != 0) {
    text += "nothing was read after row " + std::to_string(report.unread_from_row) +
            ": correct its quotes and import the file again\n";
  }
  for (const Finding& finding : report.findings) {
    text += "note: " + finding.defect;
    if (!finding.column.empty()) text += ", column " + finding.column;
    if (!finding.field.empty()) text += ", " + finding.field;
    if (finding.rows != 0) text += ", " + Counted(finding.rows, "row");
    text += ": " + finding.note + "\n";
  }
  for (const RowRefusal& refusal : report.refusals) {
    text += "row " + std::to_string(refusal.row) + ": " + refusal.reason;
    if (!refusal.field.empty()) text += ", " + refusal.field;
    text += ": " + refusal.hint + "\n";
  }
  return text;
}

}  // namespace amana::iom
