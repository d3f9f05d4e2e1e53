// Receive: what a receiver's stream asks of the broker: leases, reports on them, and their end.
#ifndef AMANA_BROKER_OPERATIONS_RECEIVE_H_
#define AMANA_BROKER_OPERATIONS_RECEIVE_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Leases for the dispatcher: delivery::Lease in a transaction of its own.
delivery::LeaseFn MakeLeaseFn(const Context& context);
// delivery::GiveBack in a transaction of its own. Should it fail, the leases run out in time.
delivery::GiveBackFn MakeGiveBackFn(const Context& context);

// A receiver's report. `reply` gets LEASE_LOST for a late one, FIELD_INVALID for an outcome or
// native error class that is none.
void Report(const Context& context, const Address& unit, const v1::DeliveryReport& report,
            absl::AnyInvocable<void(absl::Status)> reply);

// The timers of delivery: one slice of what is due; returns when to look again.
absl::Time RunTimers(const Context& context);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_RECEIVE_H_
