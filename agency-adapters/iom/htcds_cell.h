// One cell of an HTCDS file as a typed value, or the reason why it is none.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CELL_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CELL_H_

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "absl/time/civil_time.h"
#include "agency-adapters/iom/htcds_fields.h"

namespace amana::iom {

struct CellRules {
  bool xlsform = false;                 // codes may be divided by spaces
  std::optional<absl::CivilDay> today;  // dates after it are refused
};

// Either `value` is not null, or `reason` is not empty, or the cell is blank and holds no fact.
struct Cell {
  nlohmann::json value;     // text, number, or a list of codes
  std::string_view reason;  // as in import_report.h
  std::string_view hint;    // what would be right; never the cell's content
  bool by_label = false;    // a label stood where the code belongs
  bool code_missing_from_picklist = false;
};

// Nothing is guessed: a code that is in no list, a date in another form than YYYY-MM-DD, a number
// with a fraction are refused. Spaces, hyphens and brackets in telephone numbers are left out.
// Pure; thread-safe.
Cell ReadCell(const Field& field, std::string_view text, const CellRules& rules);

inline constexpr size_t kMaxCellSize = 32 * 1024;

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CELL_H_
