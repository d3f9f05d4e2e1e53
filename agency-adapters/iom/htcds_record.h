// HTCDS values as a native record and back: texts by the standard's field name, one a code where a
// field takes several.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_RECORD_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_RECORD_H_

#include <string>
#include <vector>

#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/htcds_rows.h"
#include "agency-adapters/mapping/record.h"

namespace amana::iom {

// With the cells of columns that are not the standard's. Pure; thread-safe, as all here.
mapping::Record RecordOf(const HtcdsRow& row);

// Puts the values of the standard's fields into the one form: labels become codes, several codes in
// one text are divided, telephone numbers lose their spaces. A value that has none is left as it
// is, for the mapping to refuse by its field's name; so are other fields.
void TidyRecord(mapping::Record& record);

// The values of a field as one cell of a file, divided by `divider`.
std::string CellOf(const std::vector<std::string>& values, char divider);

// Whether a field takes several values.
bool IsRepeated(const Field& field);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_RECORD_H_
