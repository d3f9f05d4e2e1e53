#include "broker/store/embedded/schema.h"

#include <string>

#include "broker/store/embedded/schema_cases.h"
#include "broker/store/embedded/schema_directory.h"
#include "broker/store/embedded/schema_event_index.h"
#include "broker/store/embedded/schema_handovers.h"
#include "broker/store/embedded/schema_offers.h"
#include "broker/store/embedded/schema_updates.h"

namespace amana::store::embedded {
namespace {

// Rules. Referral ids are random, and every B-tree keyed by something random costs each commit a
// page of its own to write; so one index alone is ordered by them (referral_id) and everything else
// by the small numbers that `referral` gives out. A submission writes into few trees: its body and
// its first wraps are one value, and partial indexes hold only what is still to be done. `digest`
// is over the row's record (record_rows.h, row.h). Times are Unix milliseconds.
constexpr std::string_view kMain = R"sql(
-- Accepted statements. `first` is the first row with the same id, and stands for that. The events
-- from log_index to before log_end came with the statement, its own the first. `body` is the
-- submission, encrypted (body_table.h), with its tag apart: the digest covers that, and the tag the
-- rest. An empty tag: erased. What a referral has to do with others is empty in most. What is large
-- comes last: scans do not read it.
CREATE TABLE referral (
  row INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  sender TEXT NOT NULL,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
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
  log_end INTEGER NOT NULL,
  test INTEGER NOT NULL,
  parent_sender TEXT NOT NULL,
  parent_id BLOB NOT NULL,
  parent_version INTEGER NOT NULL,
  group_id BLOB NOT NULL,
  family_id BLOB NOT NULL,
  key_slot INTEGER NOT NULL,
  tag BLOB NOT NULL,
  digest BLOB NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX referral_id ON referral (id, version);
CREATE INDEX referral_group ON referral (group_id) WHERE group_id <> x'';
CREATE INDEX referral_family ON referral (family_id) WHERE family_id <> x'';
-- What a start makes sure of: that these keys are destroyed.
CREATE INDEX referral_erased ON referral (key_slot) WHERE tag = x'';

-- Which key file the slots are of.
CREATE TABLE key_file (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id BLOB NOT NULL
);

-- Which agencies sent a referral or were disclosed something of it.
CREATE TABLE party (
  agency TEXT NOT NULL,
  referral INTEGER NOT NULL,
  PRIMARY KEY (agency, referral)
) WITHOUT ROWID;

-- `decide_at` NULL: never. From `offered` on TaskClock in records.h: `offered` NULL: no offer;
-- `clock_due` NULL: never.
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
  decide_at INTEGER,
  offered INTEGER,
  paused INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  call INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  clock_due INTEGER,
  digest BLOB NOT NULL,
  open INTEGER NOT NULL,
  expiring INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  subject BLOB NOT NULL,
  PRIMARY KEY (referral, task)
) WITHOUT ROWID;
CREATE INDEX task_expiry ON task (expires) WHERE expiring = 1;
CREATE INDEX task_decide ON task (decide_at) WHERE decide_at IS NOT NULL;
CREATE INDEX task_subject ON task (subject) WHERE open = 1;
CREATE INDEX task_recipient ON task (agency) WHERE open = 1;
CREATE INDEX task_clock ON task (clock_due) WHERE clock_due IS NOT NULL;
CREATE INDEX task_unroutable ON task (referral, task) WHERE state = 5;

-- Added after the submission, whose own are in its body. Encrypted as that is.
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

-- `update_number`: of the update that it carries; 0: the referral itself.
CREATE TABLE delivery (
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
-- fields and seed are erased. `referral` is the first row with the id it is about; NULL for what came
-- with that row itself, which tells where it is.
CREATE TABLE event (
  log_index INTEGER PRIMARY KEY,
  referral INTEGER,
  fields BLOB NOT NULL,
  seed BLOB NOT NULL,
  commitment BLOB NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX event_referral ON event (referral) WHERE referral IS NOT NULL;

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

-- Words not yet carried out: few rows, most of the time none. The cursor is a task's key; an empty
-- sender: none yet. After an agency's tasks come those that nobody was found for.
CREATE TABLE reconsideration (
  id INTEGER PRIMARY KEY,
  subject BLOB NOT NULL,
  recipient TEXT NOT NULL,
  statement BLOB NOT NULL,
  withdrawn BLOB NOT NULL,
  cause_shown INTEGER NOT NULL,
  disclosed_pass INTEGER NOT NULL,
  unrouted_pass INTEGER NOT NULL,
  after_sender TEXT NOT NULL,
  after_id BLOB NOT NULL,
  after_version INTEGER NOT NULL,
  after_task INTEGER NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX reconsideration_subject ON reconsideration (subject) WHERE recipient = '';
CREATE UNIQUE INDEX reconsideration_recipient ON reconsideration (recipient) WHERE recipient <> '';

-- Referrals that nothing is to be done with any more, until they are erased. How long that is
-- depends on what the body holds: a set of category codes as one number.
CREATE TABLE settled (
  referral INTEGER PRIMARY KEY,
  ending INTEGER NOT NULL,
  categories INTEGER NOT NULL,
  since INTEGER NOT NULL,
  digest BLOB NOT NULL
);
CREATE INDEX settled_due ON settled (ending, categories, since);

CREATE TABLE legal_hold (
  id BLOB NOT NULL,
  sender TEXT NOT NULL,
  holder TEXT NOT NULL,
  held INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (id, sender, holder)
) WITHOUT ROWID;

-- What a referral rests on besides its header, and what people must look at afterwards.
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

constexpr std::string_view kParts[] = {kMain, kOffers, kDirectory, kNotes, kHandovers, kUpdates};

}  // namespace

std::span<const std::string_view> SchemaScripts() {
  static const std::string* const version1 = [] {
    auto* whole = new std::string;
    for (const std::string_view part : kParts) *whole += part;
    return whole;
  }();
  static const std::string_view scripts[] = {*version1, kCases, kEventIndex};
  return scripts;
}

}  // namespace amana::store::embedded
