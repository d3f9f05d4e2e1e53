// When nothing is to be done with a referral any more, so that its body may be erased.
#ifndef AMANA_BROKER_DELIVERY_SETTLE_H_
#define AMANA_BROKER_DELIVERY_SETTLE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "broker/store/store.h"

namespace amana::delivery {

// The task is over, or stands still since its consent was withdrawn: that consent does not come
// back, and what rested on it is erased (rules 6 to 8).
bool IsSettled(const store::TaskRecord& task);
// The same, or it was declined or tried in vain: another recipient may be found until its referral
// expires, and no longer.
bool IsAtRest(const store::TaskRecord& task);

// To be called when a task has moved from `before` to `after`: tells the store when that has
// settled its referral, how it ended and since when, or that it is not settled any more. Of a
// referral that cannot be read it tells nothing.
absl::Status NoteSettled(store::Transaction& tx, const store::TaskRecord& before,
                         const store::TaskRecord& after, absl::Time now);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_SETTLE_H_
