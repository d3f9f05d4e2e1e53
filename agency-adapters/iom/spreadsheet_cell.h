// Texts that a spreadsheet would take for a formula and run, and telephone numbers, which begin
// like one: written with an apostrophe before them.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_SPREADSHEET_CELL_H_
#define AMANA_AGENCY_ADAPTERS_IOM_SPREADSHEET_CELL_H_

#include <string>
#include <string_view>

namespace amana::iom {

// For what begins with =, +, -, @, a tab or a line end, or with apostrophes before one of them: an
// apostrophe more. Anything else as it is. UnguardCell gives back what was guarded, for every text.
// Pure; thread-safe.
std::string GuardCell(std::string_view text);
std::string_view UnguardCell(std::string_view cell);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_SPREADSHEET_CELL_H_
