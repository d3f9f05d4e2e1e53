// The fields of the Human Trafficking Case Data Standard 2.0: name, label, how a value is read, and
// where it goes in a referral. A table of our own; source: UNMigration/HTCDS, release 2.0 (commit
// 3c2f653), CC BY 4.0.
//
// Pure; thread-safe; everything returned lives as long as the program.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_FIELDS_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_FIELDS_H_

#include <optional>
#include <span>
#include <string_view>

namespace amana::iom {

enum class ValueKind {
  kText,
  kDate,         // YYYY-MM-DD
  kPicklist,     // one code
  kMultiselect,  // codes divided by ';'
  kCountries,    // ISO 3166-1 alpha-2 codes divided by ';'
  kPhone,        // E.164
  kNumber,       // a whole number, 0 to 150
  kDegrees,      // -180 to 180
  kCheckbox,     // TRUE or FALSE
};

enum class FieldUse {
  kCarried,      // goes into a section
  kNotCarried,   // the agency's own administration; named in the report, never sent
  kNotAConsent,  // a checkbox about consent: a referral needs a signed record, so it is ignored
};

struct Field {
  std::string_view name;
  std::string_view label;  // empty where the standard uses one label for several fields
  ValueKind kind;
  FieldUse use;
  bool deprecated = false;
};

std::span<const Field> AllFields();

// By the standard's own name; null when there is none.
const Field* FindField(std::string_view name);
// By label; null when there is none, or several.
const Field* FindFieldByLabel(std::string_view label);

// One column of the official Excel spreadsheet, verbatim, defects included.
struct OfficialColumn {
  std::string_view column;   // "B" ... "AM"
  std::string_view machine;  // as printed; empty for AJ
  std::string_view label;    // as printed
  std::string_view field;    // the standard's name for what `machine` means
};
std::span<const OfficialColumn> OfficialColumns();

// Another spelling of a field, found in one of the standard's own files.
struct Misspelling {
  std::string_view spelling;
  std::string_view field;
  std::string_view defect;  // the name of the defect in the import report
  bool xlsform;             // it is the XLSForm's
};
std::span<const Misspelling> Misspellings();

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_FIELDS_H_
