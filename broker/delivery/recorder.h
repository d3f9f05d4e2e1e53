// Moves tasks and deliveries of one referral inside a transaction: every move is checked against
// the state machines and is an event in the same transaction. Nothing else changes their states.
//
// Not thread-safe; lives no longer than the transaction.
#ifndef AMANA_BROKER_DELIVERY_RECORDER_H_
#define AMANA_BROKER_DELIVERY_RECORDER_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/delivery/policy.h"
#include "broker/referral/actor.h"
#include "broker/store/store.h"

namespace amana::delivery {

// Who caused a move and by which statement; empty: the broker itself.
struct Evidence {
  AgencyId agency;
  UnitId unit;
  PersonId person;
  CertId cert_id;
  Digest statement;
};

// What a move says besides its states: what a lease discloses, on what a recall is refused.
struct Disclosure {
  std::vector<v1::Category> delivered;  // ascending
  std::vector<v1::Category> withheld;
  std::vector<uint8_t> consent_rules;
  v1::LegalBasis legal_basis = v1::LEGAL_BASIS_UNSPECIFIED;
};

// How many deliveries never went out, and how many had and were recalled.
struct TakenBack {
  int quiet = 0;
  int recalled = 0;
};

class Recorder {
 public:
  // `referral` must outlive the recorder.
  Recorder(store::Transaction& tx, const store::ReferralRecord& referral, absl::Time now,
           Evidence evidence);

  // An event about this referral; the caller fills what is particular.
  events::Event NewEvent(v1::EventKind kind) const;
  absl::StatusOr<uint64_t> Append(events::Event event);

  // The event of a task that is in its state already: a new one's first.
  absl::StatusOr<uint64_t> AppendTask(const store::TaskRecord& task);

  // TRANSITION_NOT_ALLOWED and the like from the machines; CONFLICT from the store. On success
  // `task` holds the new state. Returns the event's index.
  absl::StatusOr<uint64_t> MoveTask(store::TaskRecord& task, v1::TaskState to,
                                    referral::Actor actor, v1::Reason reason);
  absl::StatusOr<uint64_t> MoveDelivery(store::DeliveryRecord& delivery, v1::DeliveryState to,
                                        referral::Actor actor, v1::Reason reason, absl::Time due,
                                        const Disclosure& disclosure = {});
  // Queues a new delivery of a task to its recipient and wakes the unit.
  absl::Status Queue(const store::TaskRecord& task, v1::DisclosureStage stage,
                     const CertId& recipient_cert);

  // Takes everything of a task back that is not over: what was never disclosed ends as `quiet`
  // (RECALLED, WITHHELD or EXPIRED), what was is recalled. `cause`: the statement shown with the
  // recall, where there is one. What is WITHHELD stays so: ERASED would say that its bytes are
  // gone.
  absl::StatusOr<TakenBack> TakeBack(const store::TaskRecord& task, v1::DeliveryState quiet,
                                     v1::Reason reason,
                                     const std::optional<store::StatementRecord>& cause,
                                     const Policy& policy);
  // The same for one delivery.
  absl::Status TakeBackOne(store::DeliveryRecord& delivery, v1::DeliveryState quiet,
                           v1::Reason reason, const std::optional<store::StatementRecord>& cause,
                           const Policy& policy, TakenBack& taken);
  // Whether anything of the task was disclosed.
  absl::StatusOr<bool> Disclosed(const store::TaskKey& task) const;

 private:
  events::Event TaskEvent(const store::TaskRecord& task) const;

  store::Transaction& tx_;
  const store::ReferralRecord& referral_;
  const absl::Time now_;
  const Evidence evidence_;
};

// Under which payload type the cause of a recall is kept with a delivery.
inline constexpr std::string_view kRecallCause = "recall-cause";

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_RECORDER_H_
