// One open task decided again: what a person's word, time or the registry does to it.
#ifndef AMANA_BROKER_DELIVERY_DECIDE_AGAIN_H_
#define AMANA_BROKER_DELIVERY_DECIDE_AGAIN_H_

#include "absl/status/statusor.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/store/store.h"

namespace amana::delivery {

// Why it is decided again, which says how far it goes:
enum class Occasion {
  // Everything: withheld or recalled, released, routed, queued again.
  kWord,
  // A validity began or ended. What was never disclosed is withheld, and nothing is recalled:
  // nobody said no. What a HOLD held back is released when it has ended; what a denial holds waits
  // for a word.
  kTime,
  // What is known of the recipient has changed. As a word, but nothing is recalled.
  kRegistry,
};

// Decides `task`, as the store holds it, as of now, and keeps when time could change the answer.
// What is permitted again is routed or queued with `evidence`; what is denied is taken back with
// the evidence of the pending word behind it, if there is one. A task that is over, or whose body
// is gone, is taken back by the person's no alone (find_no.h); so is one that nobody was found for,
// which else is looked for again. So is one whose chosen recipient can be sealed to no more, or is
// not permitted while another may be and the sender named nobody.
//
// While the clock is in doubt only what a withdrawal denies is taken back. A body that cannot be
// read is taken back as CONSENT_UNVERIFIABLE; where not even the referral or its deliveries can be
// read, nothing is done: no lease can read them either, and others must not be held up.
absl::StatusOr<TakenBack> DecideAgain(store::Transaction& tx, const Moment& moment,
                                      const Policy& policy, Occasion occasion,
                                      const Evidence& evidence, const store::TaskRecord& task);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_DECIDE_AGAIN_H_
