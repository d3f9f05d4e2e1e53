// The part of schema.cc for offers and their clocks.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_OFFERS_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_OFFERS_H_

#include <string_view>

namespace amana::store::embedded {

// Offers one at a time, their clocks, and who steps in.
inline constexpr std::string_view kOffers = R"sql(
CREATE TABLE past_offer (
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  offer_epoch INTEGER NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  offered INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (referral, task, offer_epoch)
) WITHOUT ROWID;

-- One that was set after the submission; bytes as in wrap_grant.
CREATE TABLE candidate_order (
  referral INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL
);

-- Only of units that say how many places they have.
CREATE TABLE held_place (
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  service INTEGER NOT NULL,
  until INTEGER NOT NULL,
  accepted INTEGER,
  PRIMARY KEY (agency, unit, referral, task)
) WITHOUT ROWID;

-- `standing`: urgency, and before all of them what is alerted.
CREATE TABLE queue_item (
  item INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  offer_epoch INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  alerted INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  assigned_agency TEXT NOT NULL,
  assigned_unit TEXT NOT NULL,
  assignee TEXT NOT NULL,
  standing INTEGER NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX queue_open ON queue_item (standing, opened) WHERE closed = 0;
CREATE INDEX queue_task ON queue_item (referral, task) WHERE closed = 0;
CREATE INDEX queue_assignee ON queue_item (assigned_agency, assignee, standing, opened)
  WHERE closed = 0 AND assignee <> '';

CREATE TABLE queue_note (
  log_index INTEGER PRIMARY KEY,
  item INTEGER NOT NULL,
  at INTEGER NOT NULL,
  annotation INTEGER NOT NULL,
  agency TEXT NOT NULL,
  person TEXT NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX queue_note_item ON queue_note (item);
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_OFFERS_H_
