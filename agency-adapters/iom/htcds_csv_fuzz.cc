// Case files: every row is imported whole or refused with its field, what is imported is JSON of
// what was read, and no report shows a cell of a row.
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_csv.h"
#include "agency-adapters/iom/htcds_generator.h"
#include "agency-adapters/iom/htcds_header.h"
#include "agency-adapters/iom/import_report.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using formats::CsvRecord;

void RequireRecords(std::string_view text) {
  const formats::CsvRecords file = formats::ReadCsvRecords(text);
  std::string written;
  uint32_t row = 0;
  for (const CsvRecord& record : file.records) {
    Require(record.row > row && !record.cells.empty(), "rows ascend and have cells");
    row = record.row;
    for (size_t i = 0; i < record.cells.size(); ++i) {
      if (i > 0) written += ',';
      // Quoted where it would be an empty line.
      const bool alone = record.cells.size() == 1 && record.cells[0].empty();
      written += alone ? "\"\"" : formats::CsvCell(record.cells[i]);
    }
    written += "\r\n";
  }
  const formats::CsvRecords again = formats::ReadCsvRecords(written);
  Require(!again.broken.has_value() && again.records.size() == file.records.size(),
          "records that are written are read again");
  for (size_t i = 0; i < file.records.size(); ++i) {
    Require(again.records[i].cells == file.records[i].cells,
            "cells that are written read the same");
  }
}

void RequireRows(const iom::ImportResult& result) {
  const iom::ImportReport& report = result.report;
  Require(report.rows_imported == result.rows.size(), "the rows imported");
  std::set<uint32_t> refused;
  for (const iom::RowRefusal& refusal : report.refusals) {
    Require(!refusal.reason.empty() && !refusal.field.empty() && !refusal.hint.empty(),
            "a refusal names its field, reason and remedy");
    refused.insert(refusal.row);
  }
  Require(report.rows_refused() == refused.size(), "the rows refused");
  for (const iom::ImportedRow& row : result.rows) {
    Require(!row.sections.empty() && !refused.contains(row.row), "imported whole or refused");
    for (const auto& [category, json] : row.sections) {
      const auto section = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
      Require(section.is_object() && !section.empty(), "a section is JSON and says something");
    }
  }
}

// The generator marks every name it makes: no report may show one that stands in a row. The header
// may be shown.
void RequireNothingShown(const iom::ImportReport& report, const std::vector<CsvRecord>& records) {
  const std::string json = iom::ToJson(report);
  Require(nlohmann::json::accept(json), "the report is JSON");
  const auto header = iom::RecogniseHeader(records);
  Require(header.ok(), "a header was recognised");
  for (const std::string_view mark : {"TESTCASE", "SYNTHETIC"}) {
    bool in_header = false;
    for (size_t i = 0; i < header->rows; ++i) {
      for (const std::string& cell : records[i].cells) {
        in_header = in_header || cell.find(mark) != std::string::npos;
      }
    }
    Require(in_header || (json.find(mark) == std::string::npos &&
                          iom::ToText(report).find(mark) == std::string::npos),
            "no report shows a cell");
  }
}

bool CheckImport(std::string_view csv) {
  iom::ImportOptions options;
  options.service = v1::SERVICE_TYPE_ACCOMMODATION;
  options.today = absl::CivilDay(2031, 3, 4);
  const auto result = iom::ImportHtcdsCsv(csv, options);
  RequireHidden(result.status(), "TESTCASE");
  if (!result.ok()) return RequireRefusal(result.status(), absl::StatusCode::kInvalidArgument);
  RequireRows(*result);
  RequireNothingShown(result->report, formats::ReadCsvRecords(csv).records);
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      iom::GenerateHtcdsCsv({.seed = 1, .rows = 2}),
      iom::GenerateHtcdsCsv({.seed = 2, .rows = 3, .header = iom::HeaderForm::kMachine}),
      "prs_FirstName,vic_MethodsofControl,prs_Birthdate\nSYNTHETIC,\"Threats;Debt\",1999-02-29\n",
      "\xEF\xBB\xBFprs_First_Name,prs_Citizenship\n\"SYNTHETIC \"\"A\"\"\",KE;UG\n\n,\n"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  RequireRecords(bytes);
  return CheckImport(bytes);
}

}  // namespace amana::fuzz
