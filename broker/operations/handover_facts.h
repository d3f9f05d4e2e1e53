// What the steps of a handover rest on: the task, consent, and what the step itself names. For the
// handover operations.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_FACTS_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_FACTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/delivery/handover_recorder.h"
#include "broker/operations/handover_steps.h"

namespace amana::operations {

// The task of an attempt; NOT_FOUND.
absl::StatusOr<store::TaskRecord> FindTask(const store::Snapshot& snapshot,
                                           const store::TaskKey& key);

// What the machine asks of the step, but for the task, the clock, the code and other signatures.
referral::HandoverGuard GuardOf(const envelope::HandoverStatement& step, bool minor);
// What the step moves.
delivery::HandoverMove MoveOf(const envelope::HandoverStatement& step, referral::Actor actor);

// Whether something may begin on the strength of this task now: it is accepted, by this offer's
// recipient, and consent lets the recipient know of the person. HANDOVER_TASK_OVER,
// HANDOVER_CONSENT_DENIES.
absl::Status CheckMayShare(const store::Snapshot& snapshot, const delivery::Moment& moment,
                           const store::TaskRecord& task, uint32_t offer_epoch);

// Keeps the step at `index`, its note and the certificate that signed it.
absl::Status KeepTaken(store::Transaction& tx, const CheckedStep& checked,
                       const store::HandoverKey& key, uint64_t index);
// Keeps it as evidence of what was refused at `index`, if there is room for it.
absl::Status KeepRefused(store::Transaction& tx, const CheckedStep& checked,
                         const store::HandoverKey& key, uint64_t index);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_FACTS_H_
