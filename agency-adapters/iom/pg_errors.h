// What a database of the agency's may answer, as errors of this room (pg_session.h says when each
// comes). None holds a value.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_PG_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_IOM_PG_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::iom {

absl::Status ConnectionInvalidError(std::string_view expected);  // CONNECTION_INVALID
absl::Status DatabaseUnreachableError(std::string_view why);     // DATABASE_UNREACHABLE
absl::Status DatabaseRefusedError(std::string_view column);      // DATABASE_REFUSED
absl::Status SchemaTooNewError(int found, int known);            // SCHEMA_TOO_NEW

// By SQLSTATE (appendix A of PostgreSQL's manual); `column` and `constraint` as the server names
// them, either may be empty.
absl::Status DatabaseError(std::string_view sqlstate, std::string_view column,
                           std::string_view constraint);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_PG_ERRORS_H_
