#include "agency-adapters/cli/audit_tables.h"

#include <utility>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/spreadsheet_cell.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

std::string Cell(const Json& value) {
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::string cell;
  for (const Json& one : value) cell += (cell.empty() ? "" : " ") + Cell(one);
  return cell;
}

}  // namespace

std::string CsvOf(const std::vector<std::string>& columns, const Json& objects) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ",") + column;
  text += "\r\n";
  for (const Json& object : objects) {
    for (const std::string& column : columns) {
      if (&column != &columns.front()) text += ",";
      text += formats::CsvCell(iom::GuardCell(Cell(object.value(column, Json("")))));
    }
    text += "\r\n";
  }
  return text;
}

std::string JsonLinesOf(const Json& objects) {
  std::string text;
  for (const Json& object : objects) text += object.dump() + "\n";
  return text;
}

absl::Status Put(std::string text, const std::string& out, const std::string& what,
                 Report& report) {
  if (out.empty()) {
    report.text = std::move(text);
    return absl::OkStatus();
  }
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateAtomically(out, text, kPrivateFile));
  report.text = "wrote " + out + ": " + what + "\n";
  report.json["out"] = out;
  return absl::OkStatus();
}

}  // namespace amana::cli
