// The erasure of what referrals hold, in its time.
#ifndef AMANA_BROKER_OPERATIONS_RUN_ERASURE_H_
#define AMANA_BROKER_OPERATIONS_RUN_ERASURE_H_

#include "absl/time/time.h"
#include "broker/operations/context.h"

namespace amana::operations {

// One slice of what is to be erased, in a transaction of its own; returns when to look again.
// Between slices others have the store to themselves for a moment.
absl::Time RunErasure(const Context& context);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_RUN_ERASURE_H_
