// Whether a notice is what it says it is. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_NOTICE_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_SDK_NOTICE_CHECK_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/note.pb.h"
#include "proto/transparency/checkpoint.h"

namespace amana::sdk {

// A message's checkpoint, signed by the log, and extending (held_size, held_root); any does when
// that is 0. LOG_FORKED when it does not; errors of OpenCheckpoint.
absl::StatusOr<transparency::Checkpoint> CheckNoticeLog(const v1::FollowEventsResponse& message,
                                                        uint64_t held_size, const Digest& held_root,
                                                        const Identity& identity);

// The event of a notice, proven under `checkpoint`, about a referral of this agency's or at a unit
// of its own; and the statement beside it, if there is one, is the one that the event names, by the
// certificate that it names, which is pinned and was good at the event's time. EVENT_INVALID,
// PROOF_INVALID, NOTICE_INVALID.
absl::StatusOr<EventView> CheckNotice(const v1::Notice& notice,
                                      const transparency::Checkpoint& checkpoint,
                                      const Identity& identity);

// Every counter that an event moves on for this agency, by name. Pure.
std::map<std::string, uint64_t> CountersOf(const EventView& event, const AgencyId& agency);

// SHA-256 of the sealed note that a statement of the other side names; empty: it has none, as most
// kinds have not. Errors of parsing.
absl::StatusOr<std::string> NoteNamedBy(const v1::SignedEnvelope& statement);

// The words of a notice that was checked and is kept: the note that its statement names, opened
// with this agency's sealing keys. NOTICE_INVALID where it came beside another statement; errors of
// envelope::OpenNote.
absl::StatusOr<std::string> OpenNoticeWords(const v1::Notice& notice,
                                            const v1::NotedStatement& noted,
                                            const Identity& identity);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_NOTICE_CHECK_H_
