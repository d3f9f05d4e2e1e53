// The tables in the agency's case database that the adapter and the agency's own programs share
// (schema `amana`), and how they come about: numbered scripts, each applied once, in a transaction
// of its own, by one program at a time.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_PG_SCHEMA_H_
#define AMANA_AGENCY_ADAPTERS_IOM_PG_SCHEMA_H_

#include <span>

#include "absl/status/status.h"
#include "agency-adapters/iom/pg_session.h"

namespace amana::iom {

std::span<const char* const> CaseTableScripts();

// Applies what of `scripts` the database has not seen. Any number of programs at once and times.
// SCHEMA_TOO_NEW: the database has seen more. Errors of PgSession.
absl::Status Migrate(PgSession& session, std::span<const char* const> scripts);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_PG_SCHEMA_H_
