// The tables of a mirror's book, for mirror_book.cc alone: script by script, as versions came.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_SCHEMA_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_SCHEMA_H_

#include <string_view>

namespace amana::auditor {

inline constexpr std::string_view kMirrorBookSchema[] = {
    R"sql(
CREATE TABLE event (
  idx INTEGER PRIMARY KEY,
  whole INTEGER NOT NULL,
  opening BLOB NOT NULL,
  -- What it says, to find it by; NULL where it was not shown or does not apply.
  kind INTEGER, time INTEGER, reason INTEGER, sender TEXT, actor TEXT, recipient TEXT,
  referral BLOB, consent BLOB, cert BLOB, rules BLOB, categories BLOB
) STRICT;
CREATE INDEX event_kind ON event (kind, idx);
CREATE INDEX event_time ON event (time, idx);
CREATE INDEX event_reason ON event (reason, idx) WHERE reason IS NOT NULL;
CREATE INDEX event_sender ON event (sender, idx) WHERE sender IS NOT NULL;
CREATE INDEX event_actor ON event (actor, idx) WHERE actor IS NOT NULL;
CREATE INDEX event_recipient ON event (recipient, idx) WHERE recipient IS NOT NULL;
CREATE INDEX event_referral ON event (referral, idx) WHERE referral IS NOT NULL;
CREATE INDEX event_consent ON event (consent, idx) WHERE consent IS NOT NULL;
CREATE INDEX event_cert ON event (cert, idx) WHERE cert IS NOT NULL;
CREATE TABLE certificate (
  id BLOB PRIMARY KEY,
  der BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE place (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL
) STRICT;
INSERT INTO place VALUES (1, 0);
)sql",
    // Whether times have never gone back, so that a time is a
    // place in the order of the log.
    R"sql(
ALTER TABLE place ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE place ADD COLUMN disordered INTEGER NOT NULL DEFAULT 0;
UPDATE place SET
  newest = (SELECT coalesce(max(time), 0) FROM event),
  disordered = EXISTS (SELECT 1 FROM (
    SELECT time < lag(time) OVER (ORDER BY idx) AS back FROM event WHERE time IS NOT NULL)
    WHERE back);
)sql",
    // Rules by their number, categories by 256 and theirs.
    R"sql(
CREATE TABLE event_mark (
  mark INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (mark, idx)
) STRICT, WITHOUT ROWID;
WITH RECURSIVE
  place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < (
    SELECT max(length(rules) + length(categories)) FROM event)),
  byte(base, idx, two) AS (
    SELECT 0, idx, hex(substr(rules, i, 1)) FROM event JOIN place ON i <= length(rules)
    UNION ALL
    SELECT 256, idx, hex(substr(categories, i, 1)) FROM event JOIN place
      ON i <= length(categories))
INSERT OR IGNORE INTO event_mark SELECT
  base + 16 * (instr('0123456789ABCDEF', substr(two, 1, 1)) - 1)
    + instr('0123456789ABCDEF', substr(two, 2, 1)) - 1, idx FROM byte;
)sql"};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_BOOK_SCHEMA_H_
