#include "agency-adapters/iom/htcds_csv_writer.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/htcds_record.h"
#include "agency-adapters/iom/spreadsheet_cell.h"

namespace amana::iom {
namespace {

constexpr std::string_view kConsent = "con_Consent";

bool HasColumn(std::string_view field) {
  return std::ranges::find(OfficialColumns(), field, &OfficialColumn::field) !=
         OfficialColumns().end();
}

// The spreadsheet's first column, unnamed, numbers the rows.
std::string HeaderRow(std::string_view OfficialColumn::*text) {
  std::string row;
  for (const OfficialColumn& column : OfficialColumns()) {
    row.append(",").append(formats::CsvCell(column.*text));
  }
  return row + "\r\n";
}

std::string Row(size_t number, const mapping::Record& record) {
  std::string row = std::to_string(number);
  for (const OfficialColumn& column : OfficialColumns()) {
    row += ',';
    const auto found = record.fields.find(column.field);
    if (found == record.fields.end() || column.field == kConsent) continue;
    row += formats::CsvCell(GuardCell(CellOf(found->second, ';')));
  }
  return row + "\r\n";
}

}  // namespace

CsvExport WriteHtcdsCsv(std::span<const mapping::Record> records, CsvHeader header) {
  CsvExport out;
  if (header == CsvHeader::kStandard) {
    out.csv = HeaderRow(&OfficialColumn::field);
  } else {
    out.csv = HeaderRow(&OfficialColumn::machine) + HeaderRow(&OfficialColumn::label);
  }
  std::map<std::string_view, uint32_t> left_out;
  size_t number = 0;
  for (const mapping::Record& record : records) {
    out.csv += Row(++number, record);
    for (const auto& [name, values] : record.fields) {
      if (!values.empty() && !HasColumn(name)) ++left_out[name];
    }
  }
  for (const auto& [name, rows] : left_out) {
    out.findings.push_back({"FIELD_NOT_IN_SPREADSHEET", "", std::string(name),
                            "the spreadsheet has no column for it: left out", rows});
  }
  return out;
}

}  // namespace amana::iom
