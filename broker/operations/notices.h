// What the parties are told: every event about a referral to its sender, and to a recipient those
// that it is a party to, with proof, and with the signed statement behind it where the other side
// made one.
#ifndef AMANA_BROKER_OPERATIONS_NOTICES_H_
#define AMANA_BROKER_OPERATIONS_NOTICES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Whether `event` is a notice for the agency: about a referral it sent, or at a unit of its own.
bool IsNoticeFor(const events::Event& event, const AgencyId& agency);

// Where a reader of notices stands.
struct NoticePlace {
  uint64_t next = 0;  // everything below it was looked at
  uint64_t held = 0;  // size of the checkpoint that it holds; 0: none
};

struct NoticePage {
  v1::FollowEventsResponse response;
  uint64_t log_size = 0;  // of the checkpoint in it
};

// Notices for `agency` from `place` on, at most 64 and half a MiB or so, under the newest
// checkpoint; looks at no more than 1000 events. next_index says how far it got. FIELD_INVALID for
// a place beyond the log.
absl::StatusOr<NoticePage> ReadNotices(const store::Snapshot& snapshot, const AgencyId& agency,
                                       const NoticePlace& place);

// The same of events that are known to be notices for it, ascending; `after`: how far everything
// was looked at once they are told.
absl::StatusOr<NoticePage> ReadNoticesAt(const store::Snapshot& snapshot, const AgencyId& agency,
                                         const NoticePlace& place,
                                         const std::vector<uint64_t>& indexes, uint64_t after);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_NOTICES_H_
