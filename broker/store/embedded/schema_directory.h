// A part of schema.cc, by its rules.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_DIRECTORY_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_DIRECTORY_H_

#include <string_view>

namespace amana::store::embedded {

// The directory: what agencies offer. The statements themselves are in `statement`.
inline constexpr std::string_view kDirectory = R"sql(
CREATE TABLE directory_entry (
  agency TEXT NOT NULL,
  version INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (agency, version)
) WITHOUT ROWID;

-- The newest version of each, and the number of the change that last touched the agency, be it an
-- entry or what a unit said of its room or duty.
CREATE TABLE directory_agency (
  agency TEXT PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  change INTEGER NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX directory_change ON directory_agency (change);
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_DIRECTORY_H_
