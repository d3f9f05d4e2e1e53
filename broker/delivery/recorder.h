// Moves tasks and deliveries of one referral inside a transaction: every move is checked against
// the state machines and is an event in the same transaction. Nothing else changes their states.
//
// Not thread-safe; lives no longer than the transaction.
#ifndef AMANA_BROKER_DELIVERY_RECORDER_H_
#define AMANA_BROKER_DELIVERY_RECORDER_H_

#include <optional>
#include <string>
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
  // The task's clock begins anew, and what it has in the coordinator's queue is closed: that was of
  // the state before (but see CloseItems). `detail`: of the event.
  absl::StatusOr<uint64_t> MoveTask(store::TaskRecord& task, v1::TaskState to,
                                    referral::Actor actor, v1::Reason reason,
                                    std::string detail = {});
  // Ends the task's present offer, REROUTED for `reason`, which is kept as it is; the task goes on
  // as `next`: the same, of the next epoch, in the state that a new task could be in. `next` is
  // given its clock. What the offer disclosed must have been taken back before. Returns the index
  // of the second event.
  absl::StatusOr<uint64_t> Reroute(const store::TaskRecord& task, referral::Actor actor,
                                   v1::Reason reason, store::TaskRecord& next);
  // The offer was REJECTED, which is kept as it is, and there is nobody else: UNROUTABLE, and with
  // nobody. What it disclosed must have been taken back before.
  absl::StatusOr<uint64_t> Exhaust(const store::TaskRecord& task, v1::RouteGap missing);
  // Sees to it that the task's epoch is one in which nothing was delivered yet.
  absl::Status FreshEpoch(store::TaskRecord& task) const;
  absl::StatusOr<uint64_t> MoveDelivery(store::DeliveryRecord& delivery, v1::DeliveryState to,
                                        referral::Actor actor, v1::Reason reason, absl::Time due,
                                        const Disclosure& disclosure = {});
  // Queues a new delivery of a task to its recipient and wakes the unit. `update`: of the key.
  absl::Status Queue(const store::TaskRecord& task, v1::DisclosureStage stage,
                     const CertId& recipient_cert, uint32_t update = 0);

  // Holds a place at the unit that a task was just offered to, if it says how many it has. MoveTask
  // and Reroute see to it themselves.
  absl::Status HoldPlace(const store::TaskRecord& task);

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
  // Whether anything of the task was disclosed; of its present offer.
  absl::StatusOr<bool> Disclosed(const store::TaskKey& task) const;
  absl::StatusOr<bool> DisclosedNow(const store::TaskRecord& task) const;

  // --- the coordinator's queue (recorder_queue.cc)
  // Puts the task there, once for each reason and offer, with its event; `alerted`: ahead of what
  // is not, also where it is there already. Returns the index of the item's event.
  absl::StatusOr<uint64_t> Escalate(const store::TaskRecord& task, v1::QueueReason why,
                                    v1::Reason reason, bool alerted);
  // An alert: an event, and what the task has in the queue goes ahead.
  absl::Status Alert(const store::TaskRecord& task, v1::Clock clock, v1::Reason reason);
  // Closes what the task has there for this reason.
  absl::Status CloseItem(const store::TaskRecord& task, v1::QueueReason reason);
  // Closes what the task has there for what its state was, but for what goes on by its clock as it
  // is from now on.
  absl::Status CloseItems(const store::TaskKey& task, const store::TaskClock& now);

 private:
  events::Event TaskEvent(const store::TaskRecord& task) const;
  absl::Status EndOffer(const store::TaskRecord& task, v1::TaskState state, v1::Reason reason,
                        store::TaskRecord& next);
  store::OfferRecord Ended(const store::TaskRecord& task, v1::TaskState state,
                           v1::Reason reason) const;
  absl::Status FollowPlaces(const store::TaskRecord& before, const store::TaskRecord& next);
  absl::Status FollowRecall(const store::DeliveryRecord& delivery, v1::DeliveryState from);

  store::Transaction& tx_;
  const store::ReferralRecord& referral_;
  const absl::Time now_;
  const Evidence evidence_;
};

// Under which payload type the cause of a recall is kept with a delivery.
inline constexpr std::string_view kRecallCause = "recall-cause";

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_RECORDER_H_
