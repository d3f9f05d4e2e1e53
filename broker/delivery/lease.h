// What happens to a delivery between QUEUED and its acknowledgement: leased to a receiver with
// consent decided in the same transaction, reported on, queued again, or dead. All functions run
// inside a store transaction; none blocks.
#ifndef AMANA_BROKER_DELIVERY_LEASE_H_
#define AMANA_BROKER_DELIVERY_LEASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/dispatcher.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/store/store.h"

namespace amana::delivery {

// Leases up to `limit` queued deliveries of `unit`, most urgent and oldest first, and collects
// those of its open recalls that are `wanted`. A delivery that consent no longer permits is
// withheld (or recalled, where an earlier lease disclosed it) instead; one wrapped for a revoked
// certificate goes on with the grant for the current one, or else sends its task to NEEDS_WRAP; an
// offer that has expired expires its task. One whose record cannot be read leaves the queue,
// WITHHELD as CONSENT_UNVERIFIABLE or recalled, and is no reason to stop the others. While the
// clock is in doubt only recalls go. When time could next change a decision is kept with its task.
absl::StatusOr<LeaseResult> Lease(store::Transaction& tx, const Moment& moment,
                                  const Policy& policy, const Address& unit, uint32_t limit,
                                  const RecallWanted& wanted);

// Whether a task in this state still wants what is of this stage; a lease must not rest on every
// way here having looked.
bool IsWanted(v1::TaskState task, v1::DisclosureStage stage);

// Ends leases whose receiver went away before anything of them was written: the deliveries are
// queued again at once. No attempt was made, so none is counted; the lease stays what it was in the
// log, a disclosure. What has moved on since, or cannot be read, is left to itself.
absl::Status GiveBack(store::Transaction& tx, const Moment& moment,
                      const std::vector<LeaseRef>& leases);

enum class Outcome { kSent, kTransient, kPermanent };

// A receiver's report on its lease. LEASE_LOST (kAborted) when the lease is not the current one:
// the report is late, and the delivery has been offered again or is over.
absl::Status Report(store::Transaction& tx, const Moment& moment, const Policy& policy,
                    const store::DeliveryKey& key, const Address& unit, uint64_t lease_epoch,
                    Outcome outcome, v1::Reason error, double jitter);

// How far a denial goes: what was never disclosed alone, or what was as well.
enum class Reach { kUndisclosed, kEverything };

// Consent no longer permits: task and deliveries go where the tables say. What was never disclosed
// is withheld; what was is recalled, if `reach` goes that far, and else a task that it is of stays
// where it is. The events say what the pending word behind the denial lets them (word_behind.h),
// and its recalls show it; where there is none they say what `evidence` says. Recipients see those
// of recalls, so it must name no agency that they do not know of.
absl::StatusOr<TakenBack> Block(store::Transaction& tx, const store::ReferralRecord& referral,
                                absl::Time now, const Policy& policy, const store::TaskRecord& task,
                                const consent::Decision& decision, const Evidence& evidence,
                                Reach reach = Reach::kEverything);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_LEASE_H_
