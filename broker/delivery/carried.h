// What a delivery carries, as the store has it: the sections of the referral, or of an update of
// it. Thread-safe and pure.
#ifndef AMANA_BROKER_DELIVERY_CARRIED_H_
#define AMANA_BROKER_DELIVERY_CARRIED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "amana/v1/offer.pb.h"
#include "amana/v1/referral.pb.h"
#include "broker/store/store.h"

namespace amana::delivery {

// RECORD_UNREADABLE also where it is not there, or was erased.
absl::StatusOr<v1::UpdateSubmission> ReadUpdate(const store::Snapshot& snapshot,
                                                const StatementKey& referral, uint32_t number);

// Openings and sections. ERASED; RECORD_UNREADABLE.
absl::StatusOr<v1::Submission> ReadSections(const store::Snapshot& snapshot,
                                            const store::DeliveryKey& delivery);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CARRIED_H_
