// Reads case files in the Human Trafficking Case Data Standard 2.0 (IOM), as CSV with the columns
// of the official Excel spreadsheet, of the XLSForm's export, or of any selection of the standard's
// fields. The defects of the official files are coped with, and each one met is named in the
// report.
//
// Nothing is guessed. A row with an unknown code, a malformed value or the wrong number of columns
// is refused with row and field, never with content; a missing fact is absent. A consent checkbox
// never becomes a consent.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/iom/htcds_rows.h"
#include "agency-adapters/iom/import_report.h"
#include "amana/v1/codes.pb.h"

namespace amana::iom {

struct ImportOptions {
  // What the rows ask for; goes into their SERVICES section.
  std::optional<v1::ServiceType> service;
  // Dates after it are refused; absent: any date is taken.
  std::optional<absl::CivilDay> today;
};

struct ImportedRow {
  uint32_t row = 0;  // as a spreadsheet numbers it; the header is row 1
  // JSON text by category, as iom.mapping.toml lays it out; only categories with a fact.
  std::map<v1::Category, std::string> sections;
  // For the subject class, which the caller decides.
  std::optional<absl::CivilDay> birthdate;
};

struct ImportResult {
  std::vector<ImportedRow> rows;
  ImportReport report;
};

// Errors, for a file in which nothing can be read: those of RecogniseHeader, and FILE_BROKEN when
// quotes cannot be paired in the header. Pure; thread-safe.
absl::StatusOr<HtcdsRows> ReadHtcdsCsv(std::string_view csv, const RowOptions& options = {});
absl::StatusOr<ImportResult> ImportHtcdsCsv(std::string_view csv,
                                            const ImportOptions& options = {});

// What was read, as the sections of referrals. A row that the mapping refuses is refused with its
// reason and field. Errors of BuiltInMapping.
absl::StatusOr<ImportResult> WithSections(HtcdsRows read, std::optional<v1::ServiceType> service);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CSV_H_
