#include "agency-adapters/iom/htcds_csv.h"

#include <utility>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_header.h"
#include "agency-adapters/iom/htcds_record.h"
#include "agency-adapters/iom/iom_mapping.h"
#include "agency-adapters/iom/spreadsheet_cell.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::iom {
namespace {

absl::CivilDay CivilDayOf(const std::string& date) {
  return absl::CivilDay(std::stoi(date.substr(0, 4)), std::stoi(date.substr(5, 2)),
                        std::stoi(date.substr(8, 2)));
}

ImportedRow Imported(const HtcdsRow& row, mapping::CaseFacts facts,
                     std::optional<v1::ServiceType> service) {
  ImportedRow imported{row.row, {}, std::nullopt};
  const auto services = facts.sections.find(v1::CATEGORY_SERVICES);
  if (service.has_value() && services != facts.sections.end()) {
    services->second["services"][0]["code"] = std::string(codes::CodeName(*service));
  }
  for (const auto& [category, section] : facts.sections) {
    imported.sections[category] = section.dump();
  }
  if (const auto birthdate = row.values.find("prs_Birthdate"); birthdate != row.values.end()) {
    imported.birthdate = CivilDayOf(birthdate->second.get<std::string>());
  }
  return imported;
}

// As our own export writes what a spreadsheet would take for a formula.
void UnguardCells(formats::CsvRecords& file, Header& header) {
  uint32_t rows = 0;
  for (size_t i = header.rows; i < file.records.size(); ++i) {
    bool any = false;
    for (std::string& cell : file.records[i].cells) {
      const std::string_view plain = UnguardCell(cell);
      any = any || plain.size() != cell.size();
      cell.erase(0, cell.size() - plain.size());
    }
    if (any) ++rows;
  }
  if (rows == 0) return;
  header.findings.push_back(
      {"CELL_GUARDED", "", "", "an apostrophe before =, +, - or @ was left out of cells", rows});
}

}  // namespace

absl::StatusOr<ImportResult> WithSections(HtcdsRows read, std::optional<v1::ServiceType> service) {
  AMANA_ASSIGN_OR_RETURN(const mapping::Mapping mapping, BuiltInMapping());
  ImportResult result{{}, std::move(read.report)};
  for (HtcdsRow& row : read.rows) {
    row.others.clear();  // named in the report
    absl::StatusOr<mapping::CaseFacts> facts = mapping.ToFacts(RecordOf(row));
    if (!facts.ok()) {
      --result.report.rows_imported;
      result.report.refusals.push_back({row.row, ErrorField(facts.status()),
                                        ErrorReason(facts.status()),
                                        "as iom.mapping.toml has this field"});
      continue;
    }
    result.rows.push_back(Imported(row, *std::move(facts), service));
  }
  return result;
}

absl::StatusOr<HtcdsRows> ReadHtcdsCsv(std::string_view csv, const RowOptions& options) {
  formats::CsvRecords file = formats::ReadCsvRecords(csv);
  if (file.records.empty() && file.broken.has_value()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "FILE_BROKEN", "header",
                     "the quotes of row 1 cannot be paired");
  }
  AMANA_ASSIGN_OR_RETURN(Header header, RecogniseHeader(file.records));
  UnguardCells(file, header);
  return ReadHtcdsRows(file, std::move(header), options);
}

absl::StatusOr<ImportResult> ImportHtcdsCsv(std::string_view csv, const ImportOptions& options) {
  AMANA_ASSIGN_OR_RETURN(HtcdsRows read, ReadHtcdsCsv(csv, {options.today}));
  return WithSections(std::move(read), options.service);
}

}  // namespace amana::iom
