// What a checked step does in its transaction: it begins an attempt, moves one, is kept as the
// first of two signatures, or is refused and kept as evidence. For take_handover_step.cc.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/note.pb.h"
#include "broker/operations/commit.h"
#include "broker/operations/context.h"
#include "broker/operations/statement.h"
#include "broker/referral/actor.h"
#include "proto/envelope/handover.h"

namespace amana::operations {

// A step that was checked as far as it can be without the store.
struct CheckedStep {
  delivery::Moment moment;
  identity::Caller caller;
  envelope::HandoverStatement step;
  VerifiedSigner signer;
  v1::SignedEnvelope envelope;
  v1::SealedNote note;     // where the step names one
  absl::Status freshness;  // no reason to refuse a replay
};

struct Offered {
  store::HandoverRecord handover;
  uint64_t event = 0;
};

// The step is to begin an attempt that is not there yet. NOT_FOUND unless the caller's agency is
// responsible for the person.
absl::StatusOr<Offered> OfferHandover(store::Transaction& tx, const Context& context,
                                      const CheckedStep& checked,
                                      const store::ReferralRecord& referral);

// The step is of `side` about `handover`, which holds what it has become afterwards.
absl::StatusOr<Verdict> MoveHandover(store::Transaction& tx, const Context& context,
                                     const CheckedStep& checked,
                                     const store::ReferralRecord& referral, referral::Actor side,
                                     store::HandoverRecord& handover);

// How many wrong codes more are taken.
uint32_t CodesLeft(const store::HandoverRecord& handover);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_STEPS_H_
