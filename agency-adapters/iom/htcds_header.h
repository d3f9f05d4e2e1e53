// Finds out which column of a file is which HTCDS 2.0 field, coping with the known defects of the
// standard's own files and naming each one met.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_HEADER_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_HEADER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/import_report.h"

namespace amana::iom {

struct Header {
  std::vector<const Field*> columns;  // null: not the standard's
  std::vector<std::string> names;     // as the file names them; as many
  size_t rows = 0;                    // how many of the first records are the header: 1 or 2
  bool xlsform = false;               // spelt as the XLSForm spells
  std::vector<Finding> findings;
};

// "A", "B", ... "Z", "AA", ...: how a spreadsheet names the column of this index.
std::string ColumnLetters(size_t index);

// The first record holds machine names, the second possibly labels; or the first holds labels.
// Where both are there and differ, the machine name is believed. Errors: HEADER_UNRECOGNISED (no
// field of the standard is in the first record), COLUMN_DUPLICATED (a field twice), both naming the
// field. Pure; thread-safe.
absl::StatusOr<Header> RecogniseHeader(const std::vector<formats::CsvRecord>& records);

// The same of the element names of a form instance, which has no labels and whose codes may be
// divided by spaces. The same errors.
absl::StatusOr<Header> RecogniseXForm(const std::vector<std::string>& elements);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_HEADER_H_
