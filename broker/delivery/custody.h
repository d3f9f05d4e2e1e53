// Who answers for a person, and where they are: exactly one unit is responsible at every moment,
// from the first referral under the person's pseudonym on.
#ifndef AMANA_BROKER_DELIVERY_CUSTODY_H_
#define AMANA_BROKER_DELIVERY_CUSTODY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/referral.pb.h"
#include "broker/store/store.h"

namespace amana::delivery {

// Whether this referral is the first under its pseudonym: its sender is responsible from here on.
absl::StatusOr<bool> BeginsCustody(const store::Snapshot& snapshot, const Pseudonym& subject);
// For a referral that does, accepted in this transaction. The person is where its header says.
absl::Status BeginCustody(store::Transaction& tx, const store::ReferralRecord& referral,
                          const v1::ReferralHeader& header);

// What a step does, pure: `handover` is in its new state by it; `event` tells of it.
struct CustodyStep {
  v1::ExitCode exit = v1::EXIT_CODE_UNSPECIFIED;
  absl::Time now;
  uint64_t event = 0;
};
void ApplyStep(const store::HandoverRecord& handover, const CustodyStep& step,
               store::CustodyRecord& custody);

// Whether the person is still in the care that this handover gave: no later one moved them on.
bool StillInCare(const store::CustodyRecord& custody, const store::HandoverRecord& handover);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CUSTODY_H_
