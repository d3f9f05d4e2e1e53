// Steps that need two signatures over one handover digest. For move_handover.cc.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_SIGNATURES_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_SIGNATURES_H_

#include "broker/delivery/handover_recorder.h"
#include "broker/operations/handover_steps.h"

namespace amana::operations {

// The first is kept; the second, of the other side and another person, completes the step. One over
// another digest is refused with HANDOVER_DIGEST_MISMATCH and kept as evidence;
// HANDOVER_ALREADY_SIGNED to the side that has, SIGNERS_NOT_TWO to the same person twice. A side
// may replace its own proposal of a correction that nobody has signed yet.
absl::StatusOr<Verdict> SignHandover(store::Transaction& tx, delivery::Recorder& recorder,
                                     delivery::HandoverRecorder& handovers,
                                     const CheckedStep& checked, referral::Actor side,
                                     store::HandoverRecord& handover);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_SIGNATURES_H_
