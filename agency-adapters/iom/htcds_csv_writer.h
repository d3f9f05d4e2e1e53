// Writes cases as CSV with the columns of the official HTCDS 2.0 spreadsheet, for people who open
// it in one and for the import (htcds_csv.h), which reads back exactly what was written.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_WRITER_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_WRITER_H_

#include <span>
#include <string>
#include <vector>

#include "agency-adapters/iom/import_report.h"
#include "agency-adapters/mapping/record.h"

namespace amana::iom {

enum class CsvHeader {
  // One row of the standard's names, put right: nothing in it misleads who reads it.
  kStandard,
  // Both rows of the spreadsheet, verbatim: for tools that look for its very header. Its labels
  // disagree with its names in N to R; values stand where the names say.
  kSpreadsheet,
};

struct CsvExport {
  std::string csv;  // UTF-8, CRLF (RFC 4180)
  // FIELD_NOT_IN_SPREADSHEET: a field that the spreadsheet has no column for, and in how many rows.
  std::vector<Finding> findings;
};

// `records` have the standard's field names and codes, as TidyRecord leaves them. No cell can be
// run as a formula (spreadsheet_cell.h). The consent column is left blank. Pure; thread-safe.
CsvExport WriteHtcdsCsv(std::span<const mapping::Record> records,
                        CsvHeader header = CsvHeader::kStandard);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_WRITER_H_
