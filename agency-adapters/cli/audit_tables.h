// Tables that go into spreadsheets and programs. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_TABLES_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_TABLES_H_

#include <string>
#include <vector>

#include "agency-adapters/cli/report.h"

namespace amana::cli {

// These members of each object, in this order, CRLF, with a heading; no cell that a spreadsheet
// would run. A list is its items with spaces between them.
std::string CsvOf(const std::vector<std::string>& columns, const Json& objects);
// One object a line.
std::string JsonLinesOf(const Json& objects);

// `text` as the report's text, or into the new file `out`, private, when that is not empty; then
// the report says so, with `what` it holds. Errors of writing.
absl::Status Put(std::string text, const std::string& out, const std::string& what, Report& report);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_TABLES_H_
