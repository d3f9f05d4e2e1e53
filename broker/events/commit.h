// From an event to its leaf in the log, and to the openings that let others rebuild it
// (proto/transparency/salted_event.h has the hashing). Pure functions; any thread; about 10 us.
#ifndef AMANA_BROKER_EVENTS_COMMIT_H_
#define AMANA_BROKER_EVENTS_COMMIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "broker/events/event.h"
#include "broker/events/fields.h"
#include "proto/transparency/salted_event.h"

namespace amana::events {

using transparency::EventSeed;
using transparency::FieldSet;

struct CommittedEvent {
  FieldValues fields;
  std::string leaf_data;  // 33 bytes: what the entry bundle holds
  Digest leaf_hash;       // what the tree holds
};

// `event` with time and counters given; `seed` random and of this event alone.
CommittedEvent Commit(const Event& event, const EventSeed& seed);

// Everything of the event, for its parties.
v1::EventOpening ToOpening(const Event& event, const EventSeed& seed);

// The fields in `which`, the rest as hashes.
v1::PartialEventOpening ToPartialOpening(const Event& event, const EventSeed& seed,
                                         const FieldSet& which);

struct OpenedEvent {
  Event event;
  EventSeed seed;
  Digest leaf_hash;  // to be compared with the log
};

// EVENT_OPENING_MALFORMED: not a seed and 24 fields. EVENT_FIELD_INVALID: a field that no event
// has.
absl::StatusOr<OpenedEvent> FromOpening(const v1::EventOpening& opening);

struct PartialEvent {
  FieldSet opened;
  FieldValues fields;  // empty where not opened
  Digest leaf_hash;    // to be compared with the log
};

// EVENT_OPENING_MALFORMED: fields not numbered 0 to 23 upwards, opened and hidden together all 24,
// or salts or hashes not 32 bytes. The values are not decoded.
absl::StatusOr<PartialEvent> FromPartialOpening(const v1::PartialEventOpening& opening);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_COMMIT_H_
