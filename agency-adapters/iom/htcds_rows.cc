#include "agency-adapters/iom/htcds_rows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "agency-adapters/iom/htcds_cell.h"

namespace amana::iom {
namespace {

bool IsCarried(const RowValues::value_type& value) {
  return FindField(value.first)->use == FieldUse::kCarried;
}

std::string FieldAt(const Header& header, size_t column) {
  const bool named = column < header.columns.size() && header.columns[column] != nullptr;
  return named ? std::string(header.columns[column]->name) : ColumnLetters(column);
}

class Reader {
 public:
  Reader(Header header, const RowOptions& options)
      : header_(std::move(header)), rules_{header_.xlsform, options.today} {
    result_.report.findings = header_.findings;
  }

  void Read(const formats::CsvRecord& record) {
    if (IsBlank(record)) return;
    ++result_.report.rows_read;
    if (record.cells.size() != header_.columns.size()) {
      return Refuse(record.row, "row", "COLUMN_COUNT",
                    "the header has " + std::to_string(header_.columns.size()) +
                        " columns, the row " + std::to_string(record.cells.size()));
    }
    const size_t refusals = result_.report.refusals.size();
    HtcdsRow row{.row = record.row, .values = ReadCells(record), .others = Others(record)};
    if (result_.report.refusals.size() != refusals) return;
    if (std::ranges::none_of(row.values, &IsCarried)) {
      return Refuse(record.row, "row", "ROW_EMPTY_OF_FACTS", "no fact that a referral carries");
    }
    ++result_.report.rows_imported;
    result_.rows.push_back(std::move(row));
  }

  // The row in which quotes cannot be paired, and with it the rest of the file.
  void Break(const formats::CsvBreak& at) {
    ++result_.report.rows_read;
    Refuse(at.row, FieldAt(header_, at.column),
           at.unterminated ? "QUOTE_UNTERMINATED" : "QUOTE_MALFORMED",
           at.unterminated ? "a quote is opened and never closed"
                           : "a quote inside a cell is written twice, and the cell in quotes");
    result_.report.unread_from_row = at.row;
  }

  HtcdsRows Finish() && {
    for (auto& [key, rows] : cell_findings_) {
      const auto& [defect, column] = key;
      const bool label = defect == "CODE_BY_LABEL";
      result_.report.findings.push_back(
          {std::string(defect), ColumnLetters(column), std::string(header_.columns[column]->name),
           label ? "the code's label stood in its place: the code was taken"
                 : "RestrictsMovement is defined but not in the picklist: taken",
           rows});
    }
    return std::move(result_);
  }

 private:
  // No cell of a field of ours is filled, as in the numbered empty rows of the spreadsheet.
  bool IsBlank(const formats::CsvRecord& record) const {
    for (size_t i = 0; i < record.cells.size(); ++i) {
      const bool ours = i >= header_.columns.size() || header_.columns[i] != nullptr;
      if (ours && !record.cells[i].empty()) return false;
    }
    return true;
  }

  RowValues ReadCells(const formats::CsvRecord& record) {
    RowValues values;
    for (size_t i = 0; i < record.cells.size(); ++i) {
      const Field* field = header_.columns[i];
      if (field == nullptr || field->use == FieldUse::kNotAConsent) continue;
      Cell cell = ReadCell(*field, record.cells[i], rules_);
      if (!cell.reason.empty()) {
        Refuse(record.row, std::string(field->name), cell.reason, std::string(cell.hint));
        continue;
      }
      if (cell.by_label) ++cell_findings_[{"CODE_BY_LABEL", i}];
      if (cell.code_missing_from_picklist) ++cell_findings_[{"CODE_MISSING_FROM_PICKLIST", i}];
      if (!cell.value.is_null()) values[field->name] = std::move(cell.value);
    }
    return values;
  }

  std::map<std::string, std::string> Others(const formats::CsvRecord& record) const {
    std::map<std::string, std::string> others;
    for (size_t i = 0; i < record.cells.size(); ++i) {
      if (header_.columns[i] != nullptr || header_.names[i].empty()) continue;
      if (!record.cells[i].empty()) others.emplace(header_.names[i], record.cells[i]);
    }
    return others;
  }

  void Refuse(uint32_t row, std::string field, std::string_view reason, std::string hint) {
    result_.report.refusals.push_back(
        {row, std::move(field), std::string(reason), std::move(hint)});
  }

  const Header header_;
  const CellRules rules_;
  HtcdsRows result_;
  std::map<std::pair<std::string_view, size_t>, uint32_t> cell_findings_;  // rows concerned
};

}  // namespace

HtcdsRows ReadHtcdsRows(const formats::CsvRecords& file, Header header, const RowOptions& options) {
  const size_t first = header.rows;
  Reader reader(std::move(header), options);
  for (size_t i = first; i < file.records.size(); ++i) reader.Read(file.records[i]);
  if (file.broken.has_value()) reader.Break(*file.broken);
  return std::move(reader).Finish();
}

}  // namespace amana::iom
