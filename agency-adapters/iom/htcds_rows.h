// The rows of an HTCDS file as typed values, each whole or refused: what CSV and XForm files have
// in common once they are records of cells under a header.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_ROWS_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_ROWS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/time/civil_time.h"
#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_header.h"
#include "agency-adapters/iom/import_report.h"

namespace amana::iom {

// Values as ReadCell makes them, by the standard's field name; blank cells left out.
using RowValues = std::map<std::string_view, nlohmann::json>;

struct RowOptions {
  std::optional<absl::CivilDay> today;  // dates after it are refused; absent: any date is taken
};

struct HtcdsRow {
  uint32_t row = 0;       // as a spreadsheet numbers it; the header is row 1
  RowValues values = {};  // by the standard's field name, what is not carried included
  std::string key = {};   // the file's own of it, where it has one: an XForm's instanceID
  // Filled cells of columns that are not the standard's, by their header.
  std::map<std::string, std::string> others = {};
};

struct HtcdsRows {
  std::vector<HtcdsRow> rows;
  ImportReport report;
};

// `header` is what RecogniseHeader made of the file's first records. A row without a fact that a
// referral carries is refused. Pure; thread-safe.
HtcdsRows ReadHtcdsRows(const formats::CsvRecords& file, Header header, const RowOptions& options);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_ROWS_H_
