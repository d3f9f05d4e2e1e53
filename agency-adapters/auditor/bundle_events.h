// The events of an evidence bundle: how one is opened no further than needed, and by which counters
// none can be missing. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_EVENTS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_EVENTS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/event_view.h"
#include "amana/v1/evidence.pb.h"
#include "base/ids.h"
#include "proto/transparency/salted_event.h"

namespace amana::auditor {

// Rebuilt from the opening alone. EVENT_INVALID.
absl::StatusOr<sdk::EventView> ViewOf(const v1::EvidenceEvent& event);

// As the mirror has it, whole or partial. EVENT_INVALID.
absl::StatusOr<v1::EvidenceEvent> AsMirrored(const MirroredEvent& event);
// With no more than `fields` opened of what the mirror has opened; its leaf is the same.
// EVENT_INVALID.
absl::StatusOr<v1::EvidenceEvent> Narrowed(const MirroredEvent& event,
                                           const transparency::FieldSet& fields);

// Something that counts events without a gap.
struct Chain {
  v1::EvidenceCounter counter = v1::EVIDENCE_COUNTER_ENTRIES;
  Address of = {};  // not of ENTRIES; without a unit, a sender or a recipient agency as a whole
  friend auto operator<=>(const Chain&, const Chain&) = default;
};
// BUNDLE_MALFORMED.
absl::StatusOr<Chain> ChainOf(const v1::EvidenceRange& range);
v1::EvidenceRange ToWire(const Chain& chain, uint64_t first, uint64_t last);

// The number that an event has on this chain, where it shows that it is on it.
std::optional<uint64_t> NumberOn(const Chain& chain, uint64_t index, const sdk::EventView& event);
// What must be opened of an event for its place there to be seen.
transparency::FieldSet FieldsOf(const Chain& chain);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_EVENTS_H_
