// What an import did, defect by defect and row by row: for people (text) and programs (JSON). It
// names columns, fields and reasons, and shows no cell of a row.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_IMPORT_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_IOM_IMPORT_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace amana::iom {

// Something about the file as a whole that the import coped with. `defect` is one of
//   MACHINE_HEADER_MISSPELT   the Excel file's vic_TraffickinStatusDecisionMakingOrg
//   MACHINE_HEADER_MISSING    column AJ: read by its label, or by its neighbours
//   LABEL_DISAGREES           machine name and label differ: the machine name was believed (N to R)
//   ONLY_LABELS               no machine row: columns were read by their labels
//   TITLE_LABELLED_SECOND_NAME  the XLSForm's label of prs_Title
//   XLSFORM_SPELLING          prs_First_Name, prs_Second_Name, vic_Methods_of_Control
//   XLSFORM_MULTISELECT       an XLSForm's export: several codes may be divided by spaces too
//   CODE_MISSING_FROM_PICKLIST  RestrictsMovement: defined by the standard, not in its picklist
//   CODE_BY_LABEL             a cell held a code's label; the code was taken
//   CONSENT_CHECKBOX_IGNORED  con_Consent is a checkbox, not a consent record: no consent was made
//   COLUMN_DEPRECATED         deprecated in 2.0; read all the same
//   COLUMN_NOT_CARRIED        the agency's own administration: not sent
//   COLUMN_UNKNOWN            not in the standard: ignored
//   CELL_GUARDED              an apostrophe before =, +, - or @, as spreadsheets want it: left out
//   ROW_NUMBER_COLUMN         the unnamed first column of the Excel file: ignored
struct Finding {
  std::string defect;
  std::string column;  // "N", as a spreadsheet letters it; empty when about no single column
  std::string field;   // the standard's name, or the header's own text for COLUMN_UNKNOWN
  std::string note;    // what was done
  uint32_t rows = 0;   // how many rows it concerns, for defects of cells

  friend bool operator==(const Finding&, const Finding&) = default;
};

// Why a row was not imported. `reason` is one of COLUMN_COUNT, TEXT_INVALID (not UTF-8, or control
// characters), TEXT_TOO_LONG, QUOTE_UNTERMINATED, QUOTE_MALFORMED, CODE_UNKNOWN, COUNTRY_UNKNOWN,
// DATE_INVALID, DATE_IN_FUTURE, NUMBER_INVALID, PHONE_INVALID, CHECKBOX_INVALID,
// ROW_EMPTY_OF_FACTS.
struct RowRefusal {
  uint32_t row = 0;
  std::string field;  // the standard's name, or the column letter where it has none
  std::string reason;
  std::string hint;

  friend bool operator==(const RowRefusal&, const RowRefusal&) = default;
};

struct ImportReport {
  uint32_t rows_read = 0;  // without the header
  uint32_t rows_imported = 0;
  std::vector<Finding> findings;
  std::vector<RowRefusal> refusals;  // ascending by row; a row may have several
  // After a quote that cannot be paired nothing is read: the row from which, or 0.
  uint32_t unread_from_row = 0;

  uint32_t rows_refused() const { return rows_read - rows_imported; }
};

std::string ToJson(const ImportReport& report);
std::string ToText(const ImportReport& report);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_IMPORT_REPORT_H_
