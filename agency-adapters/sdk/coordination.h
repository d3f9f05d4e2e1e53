// What a sender, a recipient or a coordinator signs about an offer that is under way: whom to ask
// instead, who was called, what is done about what waits in the queue. Each goes into the outbox;
// the same again, unless it was refused, is the same entry. Thread-safe; the objects given must
// outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_COORDINATION_H_
#define AMANA_AGENCY_ADAPTERS_SDK_COORDINATION_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/offer.pb.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/envelope/candidate_order.h"

namespace amana::sdk {

class Coordination {
 public:
  Coordination(const Identity& identity, Mailbox& mailbox, const Clock& clock)
      : identity_(identity), clock_(clock), outbox_(mailbox) {}

  // All return the outbox entry. ENTRY_UNKNOWN for a referral that this mailbox did not send, where
  // it must be one.

  // Whom to ask from now on, for the whole referral. Its number follows from what was sent before.
  // Errors also of envelope::MakeOrder.
  absl::StatusOr<int64_t> SetCandidates(const StatementKey& referral,
                                        const envelope::Candidates& order);
  // Somebody else is asked, `recipient` or the next candidate, instead of the offer of this epoch.
  // A person's key (PERSON_KEY_MISSING).
  absl::StatusOr<int64_t> Reroute(const StatementKey& referral, uint32_t task, uint32_t offer_epoch,
                                  const std::optional<Address>& recipient);
  // Who was called. `by` is filled in where absent; a person's key.
  absl::StatusOr<int64_t> RecordCall(v1::CallRecord call);
  // A coordinator's act on an item; `coordinator` is filled in where absent. A coordinator's key.
  absl::StatusOr<int64_t> Act(v1::CoordinatorAct act);

 private:
  const Identity& identity_;
  const Clock& clock_;
  Outbox outbox_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_COORDINATION_H_
