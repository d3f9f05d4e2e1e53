// The code lists of the Human Trafficking Case Data Standard 2.0, as a table of our own.
//
// Source: UNMigration/HTCDS, release 2.0 (commit 3c2f653), data dictionary and XLSForm, CC BY 4.0.
// No endorsement by IOM is implied. Countries: ISO 3166-1 alpha-2, as the XLSForm lists them, and
// ICAO Doc 9303's specimen state Utopia (UT, UTO), which only test records bear.
//
// Pure; thread-safe; everything returned lives as long as the program.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CODES_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CODES_H_

#include <optional>
#include <span>
#include <string_view>

namespace amana::iom {

struct Code {
  std::string_view name;   // "ForcedLabour"
  std::string_view label;  // "Forced labour"
  // In the standard's definitions but not in its picklist (RestrictsMovement).
  bool missing_from_picklist = false;
};

struct CodeList {
  std::string_view field;  // "vic_TypeOfExploitation"
  std::span<const Code> codes;
};

// All lists, in the order of the data dictionary.
std::span<const CodeList> AllCodeLists();

// The list of a field; null when the field has none.
const CodeList* FindCodeList(std::string_view field);

// By name, else by label, both verbatim; null when the list has neither.
const Code* FindCode(const CodeList& list, std::string_view text);

bool IsCountry(std::string_view code);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_CODES_H_
