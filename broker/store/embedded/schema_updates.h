// The script of schema.cc for updates of referrals.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_

#include <string_view>

namespace amana::store::embedded {

// Bytes as in wrap_grant; a delivery's key names the update that it carries, 0: the referral
// itself.
inline constexpr std::string_view kUpdatesScript = R"sql(
CREATE TABLE referral_update (
  row INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL,
  key_slot INTEGER,
  UNIQUE (referral, number)
);

-- SQLite widens no primary key.
CREATE TABLE delivery_of_update (
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  offer_epoch INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  update_number INTEGER NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  recipient_cert BLOB NOT NULL,
  state INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  subject BLOB NOT NULL,
  disclosed INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  lease_epoch INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  due INTEGER,
  digest BLOB NOT NULL,
  PRIMARY KEY (referral, task, offer_epoch, stage, update_number)
) WITHOUT ROWID;
INSERT INTO delivery_of_update SELECT referral, task, offer_epoch, stage, 0, agency, unit,
  recipient_cert, state, reason, urgency, subject, disclosed, attempts, lease_epoch, queued, expires,
  changed, due, digest FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_of_update RENAME TO delivery;
CREATE INDEX delivery_queue ON delivery (agency, unit, urgency, queued) WHERE state = 1;
CREATE INDEX delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_recall ON delivery (agency, unit, queued) WHERE state IN (13, 16);
CREATE INDEX delivery_dead ON delivery (referral) WHERE state = 8;
CREATE INDEX delivery_disclosed ON delivery (subject, agency) WHERE disclosed = 1;
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_UPDATES_H_
