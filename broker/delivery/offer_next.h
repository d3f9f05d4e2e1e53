// Offers a stored task to the next candidate: one at a time, what the last one was given taken back
// first, consent decided for the new one, a new epoch. All functions run inside a store
// transaction.
#ifndef AMANA_BROKER_DELIVERY_OFFER_NEXT_H_
#define AMANA_BROKER_DELIVERY_OFFER_NEXT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/delivery/candidates.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/referral/actor.h"
#include "broker/store/store.h"

namespace amana::delivery {

// Who has a task offered to somebody else, and on what grounds.
struct Cause {
  referral::Actor actor = referral::Actor::kBroker;
  Evidence evidence;                           // a person's statement; the broker's own: none
  v1::Reason reason = v1::REASON_UNSPECIFIED;  // of REROUTED, and of the recalls
  std::optional<Address> named;                // a person says to whom
  // A person decides: one of a family may go elsewhere than the others, where it must.
  bool may_part = false;
};

// `task` as it begins with what was found: ROUTED, NEEDS_WRAP, BLOCKED_CONSENT where it `may_block`
// and consent alone stands against somebody, else UNROUTABLE. Its clock is left to whoever keeps
// it.
void Begin(const Found& found, bool may_block, store::TaskRecord& task);

// For a task that rests in SUBMITTED, because whom to offer it to could not be looked up: tries
// again, and in a minute if that fails.
absl::Status StartAgain(store::Transaction& tx, const Moment& moment,
                        const store::ReferralRecord& referral, const store::TaskRecord& task);
inline constexpr absl::Duration kStartAgainAfter = absl::Minutes(1);

// What became of an attempt to offer a task anew.
struct Reoffered {
  bool done = false;
  uint64_t event = 0;  // where done: of the state that the task is in now
  // Where not: why there is nobody, or why the named one cannot be asked.
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;
};

// For a task with a recipient, in a state from which the table lets the cause's actor reroute:
// offers it to the next candidate, where there is one. Else nothing is done. A referral whose time
// is over, that was erased or that cannot be read has none (ROUTE_GAP_OTHER).
absl::StatusOr<Reoffered> Reroute(store::Transaction& tx, const Moment& moment,
                                  const Policy& policy, const store::ReferralRecord& referral,
                                  const store::TaskRecord& task, const Cause& cause);

// For a task in UNROUTABLE, or in BLOCKED_CONSENT where its sender named nobody: looks for a
// candidate again, and offers the task to it. Else nothing is done.
absl::StatusOr<Reoffered> LookAgain(store::Transaction& tx, const Moment& moment,
                                    const store::ReferralRecord& referral,
                                    const store::TaskRecord& task, const Cause& cause);

// For a task that its recipient has just REJECTED: the next candidate; or UNROUTABLE, when there is
// none; or, when the reason is the person's or the case's (referral::AsksNext), or when others of
// the person's family are served with them (family.h), nothing: it waits for a person to say.
absl::Status AfterRejection(store::Transaction& tx, const Moment& moment, const Policy& policy,
                            const store::ReferralRecord& referral, const store::TaskRecord& task);

// For a task in NEEDS_WRAP whose chosen recipient can be sealed to no more: another candidate, or
// UNROUTABLE.
absl::Status GiveUpChoice(store::Transaction& tx, const Moment& moment,
                          const store::ReferralRecord& referral, const store::TaskRecord& task);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_OFFER_NEXT_H_
