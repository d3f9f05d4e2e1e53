// A person's no, apart from everything else that a decision is made of: what is left to decide
// where nothing can be sent any more, or nobody was chosen to receive it.
#ifndef AMANA_BROKER_DELIVERY_FIND_NO_H_
#define AMANA_BROKER_DELIVERY_FIND_NO_H_

#include <optional>

#include "absl/status/statusor.h"
#include "broker/consent/decision.h"
#include "broker/delivery/consent_check.h"
#include "broker/store/store.h"

namespace amana::delivery {

// A denial that rests on the withdrawal of what the task rests on, or on the exclusion of its
// recipient, and on nothing else; nullopt where there is neither. Needs no body: header and
// sections may have been erased, and what a task without a recipient asks for does not matter.
absl::StatusOr<std::optional<consent::Decision>> FindNo(const store::Snapshot& snapshot,
                                                        const Moment& moment,
                                                        const store::ReferralRecord& referral,
                                                        const store::TaskRecord& task,
                                                        consent::Attempt attempt);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_FIND_NO_H_
