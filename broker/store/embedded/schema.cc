#include "broker/store/embedded/schema.h"

#include "broker/store/embedded/schema_directory.h"
#include "broker/store/embedded/schema_handovers.h"
#include "broker/store/embedded/schema_links.h"
#include "broker/store/embedded/schema_offers.h"
#include "broker/store/embedded/schema_updates.h"

namespace amana::store::embedded {
namespace {

// Rules. Referral ids are random, and every B-tree keyed by something random costs each commit a
// page of its own to write; so one table alone is ordered by them (referral_id) and all others by
// the small numbers it and `referral` give out. Partial indexes hold only what is still to be done.
// `digest` is over the row's record (record_rows.h, row.h). Times are Unix milliseconds.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE referral_id (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE
);

-- Accepted statements; the body is apart so that scans stay small.
CREATE TABLE referral (
  row INTEGER PRIMARY KEY,
  id_no INTEGER NOT NULL,
  sender TEXT NOT NULL,
  version INTEGER NOT NULL,
  id BLOB NOT NULL,
  sender_unit TEXT NOT NULL,
  cert_id BLOB NOT NULL,
  header_digest BLOB NOT NULL,
  urgency INTEGER NOT NULL,
  subject BLOB NOT NULL,
  consent_id BLOB NOT NULL,
  consent_version INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  test INTEGER NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (id_no, sender, version)
);

CREATE TABLE referral_body (
  referral INTEGER PRIMARY KEY,
  header BLOB NOT NULL,
  sections BLOB NOT NULL,
  digest BLOB NOT NULL
);

-- Which agencies sent a referral or were disclosed something of it.
CREATE TABLE party (
  agency TEXT NOT NULL,
  referral INTEGER NOT NULL,
  PRIMARY KEY (agency, referral)
) WITHOUT ROWID;

CREATE TABLE task (
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  service INTEGER NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  rules BLOB NOT NULL,
  withheld BLOB NOT NULL,
  offer_epoch INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  digest BLOB NOT NULL,
  open INTEGER NOT NULL,
  expiring INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  subject BLOB NOT NULL,
  PRIMARY KEY (referral, task)
) WITHOUT ROWID;
CREATE INDEX task_expiry ON task (expires) WHERE expiring = 1;
CREATE INDEX task_subject ON task (subject) WHERE open = 1;

CREATE TABLE wrap_grant (
  row INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  recipient_cert BLOB NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL,
  signer_cert BLOB NOT NULL,
  bytes BLOB NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (referral, recipient_cert)
);

CREATE TABLE delivery (
  referral INTEGER NOT NULL,
  task INTEGER NOT NULL,
  offer_epoch INTEGER NOT NULL,
  stage INTEGER NOT NULL,
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
  PRIMARY KEY (referral, task, offer_epoch, stage)
) WITHOUT ROWID;
CREATE INDEX delivery_queue ON delivery (agency, unit, urgency, queued) WHERE state = 1;
CREATE INDEX delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_recall ON delivery (agency, unit, queued) WHERE state IN (13, 16);
CREATE INDEX delivery_dead ON delivery (referral) WHERE state = 8;
CREATE INDEX delivery_disclosed ON delivery (subject, agency) WHERE disclosed = 1;

-- Signed statements kept verbatim; scope says about what (statement_table.h).
CREATE TABLE statement (
  row INTEGER PRIMARY KEY,
  scope BLOB NOT NULL UNIQUE,
  statement_digest BLOB NOT NULL,
  cert_id BLOB NOT NULL,
  log_index INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  digest BLOB NOT NULL
);

-- Facts are columns no query asks for, so they are one blob (consent_rows.h).
CREATE TABLE consent (
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  subject BLOB NOT NULL,
  facts BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (id, version)
) WITHOUT ROWID;
CREATE INDEX consent_subject ON consent (subject);

CREATE TABLE withdrawal (
  consent_id BLOB PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE exclusion (
  id BLOB PRIMARY KEY NOT NULL,
  subject BLOB NOT NULL,
  facts BLOB NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX exclusion_subject ON exclusion (subject);

CREATE TABLE registry_load (
  row INTEGER PRIMARY KEY,
  registry BLOB NOT NULL,
  digest BLOB NOT NULL
);

CREATE TABLE certificate (
  id BLOB PRIMARY KEY NOT NULL,
  der BLOB NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;

-- The log. `commitment` is the salted root: the leaf data without its format byte. It stays when
-- fields and seed are erased.
CREATE TABLE event (
  log_index INTEGER PRIMARY KEY,
  referral_no INTEGER,
  fields BLOB NOT NULL,
  seed BLOB NOT NULL,
  commitment BLOB NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX event_referral ON event (referral_no) WHERE referral_no IS NOT NULL;

-- Full hash tiles (256 hashes), each with the root over them, which is a hash of the next level.
CREATE TABLE tile (
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  root BLOB NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, tile_index)
);

-- What the sequencer has counted, by "s/<agency>" of senders and "r/<agency>/<unit>" of recipients.
CREATE TABLE counter (
  name TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;

-- One row: the tree as last signed.
CREATE TABLE log_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  time INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  checkpoint TEXT NOT NULL,
  digest BLOB NOT NULL
);

-- Written when the disk was full, to find out whether it still is.
CREATE TABLE disk_probe (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  bytes BLOB NOT NULL
);
)sql";

// What time, a person's word or the registry has decided again.
constexpr std::string_view kVersion2 = R"sql(
-- NULL: never. A task from before this version gets its time with its next decision.
ALTER TABLE task ADD COLUMN decide_at INTEGER;
CREATE INDEX task_decide ON task (decide_at) WHERE decide_at IS NOT NULL;
CREATE INDEX task_recipient ON task (agency) WHERE open = 1;

-- Words not yet carried out: few rows, most of the time none. The cursor is a task's key; an empty
-- sender: none yet.
CREATE TABLE reconsideration (
  id INTEGER PRIMARY KEY,
  subject BLOB NOT NULL,
  recipient TEXT NOT NULL,
  statement BLOB NOT NULL,
  withdrawn BLOB NOT NULL,
  cause_shown INTEGER NOT NULL,
  disclosed_pass INTEGER NOT NULL,
  after_sender TEXT NOT NULL,
  after_id BLOB NOT NULL,
  after_version INTEGER NOT NULL,
  after_task INTEGER NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX reconsideration_subject ON reconsideration (subject) WHERE recipient = '';
CREATE UNIQUE INDEX reconsideration_recipient ON reconsideration (recipient) WHERE recipient <> '';
)sql";

// Bodies are encrypted (body_table.h), and erased.
constexpr std::string_view kVersion3 = R"sql(
-- NULL: as it came, from before this version.
ALTER TABLE referral_body ADD COLUMN key_slot INTEGER;
ALTER TABLE wrap_grant ADD COLUMN key_slot INTEGER;
-- What a start makes sure of: that these keys are destroyed.
ALTER TABLE referral_body ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX referral_body_erased ON referral_body (key_slot) WHERE erased = 1;

-- Which key file the slots are of.
CREATE TABLE key_file (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL
);

-- Referrals that nothing is to be done with any more, until they are erased.
CREATE TABLE settled (
  referral INTEGER PRIMARY KEY,
  ending INTEGER NOT NULL,
  since INTEGER NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX settled_due ON settled (ending, since);

CREATE TABLE legal_hold (
  id_no INTEGER NOT NULL,
  sender TEXT NOT NULL,
  holder TEXT NOT NULL,
  held INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (id_no, sender, holder)
) WITHOUT ROWID;
)sql";

// What a referral rests on besides its header, and what people must look at afterwards.
constexpr std::string_view kVersion4 = R"sql(
-- By kind: 1 an attached consent (signer empty), 2 an approval, 3 a review. Facts as consent_rows.h
-- has them.
CREATE TABLE ground (
  referral INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  signer TEXT NOT NULL,
  facts BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (referral, kind, signer)
) WITHOUT ROWID;

CREATE TABLE review (
  opened_by INTEGER PRIMARY KEY,
  referral INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  due INTEGER NOT NULL,
  state INTEGER NOT NULL,
  due_open INTEGER,
  digest BLOB NOT NULL
);
CREATE INDEX review_referral ON review (referral) WHERE state <> 2;
CREATE INDEX review_due ON review (due_open) WHERE due_open IS NOT NULL;
)sql";

// How long a body is kept depends on what it holds.
constexpr std::string_view kVersion5 = R"sql(
-- A set of category codes as one number; -1: not known, from before this version.
ALTER TABLE settled ADD COLUMN categories INTEGER NOT NULL DEFAULT -1;
DROP INDEX settled_due;
CREATE INDEX settled_due ON settled (ending, categories, since);
)sql";

constexpr std::string_view kScripts[] = {
    kVersion1,        kVersion2,    kVersion3,        kVersion4,    kVersion5,     kOffersScript,
    kDirectoryScript, kNotesScript, kHandoversScript, kLinksScript, kUpdatesScript};

}  // namespace

std::span<const std::string_view> SchemaScripts() { return kScripts; }

}  // namespace amana::store::embedded
