// The parts of schema.cc for sealed notes, custody and handovers.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_HANDOVERS_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_HANDOVERS_H_

#include <string_view>

namespace amana::store::embedded {

// Words and places beside statements; bytes as in wrap_grant.
inline constexpr std::string_view kNotes = R"sql(
CREATE TABLE sealed_note (
  row INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  note BLOB NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (referral, note)
);
)sql";

// Who answers for whom, and handovers. What no query asks for is one blob (handover_rows.h).
inline constexpr std::string_view kHandovers = R"sql(
CREATE TABLE custody (
  subject BLOB PRIMARY KEY NOT NULL,
  revision INTEGER NOT NULL,
  facts BLOB NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE handover (
  row INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  state INTEGER NOT NULL,
  under_way INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  due INTEGER,
  facts BLOB NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (referral, task, attempt)
);
CREATE INDEX handover_due ON handover (due) WHERE due IS NOT NULL;

CREATE TABLE handover_party (
  agency TEXT NOT NULL,
  handover INTEGER NOT NULL,
  PRIMARY KEY (agency, handover)
) WITHOUT ROWID;

-- Signed statements about an attempt: those that were taken, and some that were refused.
CREATE TABLE handover_step (
  handover INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  statement_digest BLOB NOT NULL,
  cert_id BLOB NOT NULL,
  envelope BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (handover, log_index)
) WITHOUT ROWID;
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_HANDOVERS_H_
