#include "broker/delivery/timers.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/decide_again.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/expire.h"
#include "broker/delivery/handover_recorder.h"
#include "broker/delivery/ladder.h"
#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/retry.h"
#include "broker/delivery/route_task.h"
#include "broker/delivery/submission.h"
#include "broker/store/errors.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// Backoff elapsed: consent is decided again before the delivery is queued.
absl::Status EndBackoff(store::Transaction& tx, const Moment& moment, const Policy& policy,
                        const store::ReferralRecord& referral, store::DeliveryRecord& delivery) {
  AMANA_ASSIGN_OR_RETURN(const StoredSubmission stored, ReadSubmission(tx, referral.key));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         tx.referrals().Tasks(referral.key));
  if (delivery.key.task.task >= tasks.size()) return RecordUnreadable();
  const store::TaskRecord& task = tasks[delivery.key.task.task];
  const consent::Decision decision =
      DecideTask(tx, moment, stored.header, task.key.task, delivery.recipient,
                 CategoriesOf(stored.submission), consent::Attempt::kRetry);
  if (!decision.Delivers()) {
    return Block(tx, referral, moment.now, policy, task, decision, {}).status();
  }
  AMANA_RETURN_IF_ERROR(KeepDecideAt(tx, task, decision.next_change));
  Recorder recorder(tx, referral, moment.now, {});
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveDelivery(delivery, v1::DELIVERY_STATE_QUEUED, Actor::kBroker,
                                          v1::REASON_UNSPECIFIED, absl::InfiniteFuture())
                            .status());
  tx.Wake(delivery.recipient);
  return absl::OkStatus();
}

absl::Status OnDue(store::Transaction& tx, const Moment& moment, const Policy& policy,
                   const store::ReferralRecord& referral, store::DeliveryRecord& delivery) {
  Recorder recorder(tx, referral, moment.now, {});
  switch (delivery.state) {
    case v1::DELIVERY_STATE_LEASED:
      AMANA_RETURN_IF_ERROR(recorder
                                .MoveDelivery(delivery, v1::DELIVERY_STATE_QUEUED, Actor::kBroker,
                                              v1::REASON_UNSPECIFIED, absl::InfiniteFuture())
                                .status());
      tx.Wake(delivery.recipient);
      return absl::OkStatus();
    case v1::DELIVERY_STATE_SENT:
      // No jitter: acknowledgement timeouts are spread as their deliveries were.
      return RetryLater(recorder, delivery, moment.now, policy, v1::REASON_UNSPECIFIED, 0.5);
    case v1::DELIVERY_STATE_RETRY_WAIT:
      return EndBackoff(tx, moment, policy, referral, delivery);
    case v1::DELIVERY_STATE_RECALL_SENT:
      return recorder
          .MoveDelivery(delivery, v1::DELIVERY_STATE_RECALL_UNANSWERED, Actor::kBroker,
                        v1::REASON_RECALL_SLA_MISSED, absl::InfiniteFuture())
          .status();
    default: {
      // No other state has a due time: what means nothing must not come up for ever.
      store::DeliveryRecord never = delivery;
      never.due = absl::InfiniteFuture();
      return tx.deliveries().Move(delivery.state, never);
    }
  }
}

// One that cannot be read must not keep the others from running: its events say what is known, and
// one whose consent cannot be decided again is a dead letter for the operator.
absl::Status RunOne(store::Transaction& tx, const Moment& moment, const Policy& policy,
                    store::DeliveryRecord& delivery) {
  const absl::StatusOr<std::optional<store::ReferralRecord>> found =
      std::as_const(tx).referrals().Find(delivery.key.task.referral);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  const bool known = found.ok() && found->has_value();
  const store::ReferralRecord referral =
      known ? **found : StandIn(delivery.key.task.referral, delivery.urgency);
  absl::Status done = OnDue(tx, moment, policy, referral, delivery);
  const bool unreadable = absl::IsDataLoss(done) || store::IsErased(done);
  if (!unreadable || delivery.state != v1::DELIVERY_STATE_RETRY_WAIT) return done;
  Recorder recorder(tx, referral, moment.now, {});
  return recorder
      .MoveDelivery(delivery, v1::DELIVERY_STATE_DEAD_LETTER, Actor::kBroker,
                    v1::REASON_MAX_ATTEMPTS, absl::InfiniteFuture())
      .status();
}

// One that cannot be read is tried again later, and keeps nobody else waiting; health tells.
absl::Status ClimbReadable(store::Transaction& tx, const Moment& moment, const Policy& policy,
                           const store::TaskRecord& task) {
  absl::Status climbed = Climb(tx, moment, policy, task);
  if (!absl::IsDataLoss(climbed)) return climbed;
  store::TaskRecord later = task;
  later.clock.due = moment.now + absl::Hours(1);
  absl::Status kept = tx.referrals().MoveTask(task.state, later);
  return absl::IsAborted(kept) ? absl::OkStatus() : kept;  // it has moved on
}

}  // namespace

// Nobody has judged an override in time. It stays open: a review is owed all the same.
absl::Status MissReview(store::Transaction& tx, const Moment& moment, store::ReviewTask review) {
  review.state = store::ReviewState::kMissed;
  AMANA_RETURN_IF_ERROR(tx.grounds().MoveReview(review));
  const absl::StatusOr<std::optional<store::ReferralRecord>> found =
      std::as_const(tx).referrals().Find(review.referral);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  // One that cannot be read keeps nobody else's time from coming.
  const bool known = found.ok() && found->has_value();
  const store::ReferralRecord referral =
      known ? **found : StandIn(review.referral, v1::URGENCY_UNSPECIFIED);
  Recorder recorder(tx, referral, moment.now, {});
  return recorder.Append(recorder.NewEvent(v1::EVENT_KIND_OVERRIDE_REVIEW_MISSED)).status();
}

// A handover that stands still: whoever must step, then the coordinator, then everybody is told.
absl::Status EscalateHandover(store::Transaction& tx, const Moment& moment, const Policy& policy,
                              store::HandoverRecord handover) {
  const StatementKey& key = handover.key.task.referral;
  const absl::StatusOr<std::optional<store::ReferralRecord>> found =
      std::as_const(tx).referrals().Find(key);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  const bool known = found.ok() && found->has_value();
  const store::ReferralRecord referral = known ? **found : StandIn(key, v1::URGENCY_UNSPECIFIED);
  Recorder recorder(tx, referral, moment.now, {});
  HandoverRecorder handovers(tx, recorder, policy, moment.now);
  return handovers.Escalate(handover).status();
}

absl::StatusOr<size_t> RunDue(store::Transaction& tx, const Moment& moment, const Policy& policy,
                              size_t slice) {
  if (!moment.clock_ok) return 0;
  AMANA_ASSIGN_OR_RETURN(std::vector<store::DeliveryRecord> due,
                         tx.deliveries().Due(moment.now, slice));
  for (store::DeliveryRecord& delivery : due) {
    AMANA_RETURN_IF_ERROR(RunOne(tx, moment, policy, delivery));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> expired,
                         tx.referrals().ExpiredTasks(moment.now, slice));
  for (const store::TaskRecord& task : expired) {
    AMANA_RETURN_IF_ERROR(Expire(tx, moment, policy, task));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> changed,
                         tx.referrals().TasksToDecide(moment.now, std::min(slice, kDecideAtOnce)));
  for (const store::TaskRecord& task : changed) {
    AMANA_RETURN_IF_ERROR(
        DecideAgain(tx, moment, policy, Occasion::kTime, Evidence{}, task).status());
  }
  AMANA_ASSIGN_OR_RETURN(
      const std::vector<store::TaskRecord> clocks,
      std::as_const(tx).offers().DueClocks(moment.now, std::min(slice, kDecideAtOnce)));
  for (const store::TaskRecord& task : clocks) {
    AMANA_RETURN_IF_ERROR(ClimbReadable(tx, moment, policy, task));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::ReviewTask> reviews,
                         std::as_const(tx).grounds().DueReviews(moment.now, slice));
  for (const store::ReviewTask& review : reviews) {
    AMANA_RETURN_IF_ERROR(MissReview(tx, moment, review));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::HandoverRecord> handovers,
                         std::as_const(tx).handovers().Due(moment.now, slice));
  for (const store::HandoverRecord& handover : handovers) {
    AMANA_RETURN_IF_ERROR(EscalateHandover(tx, moment, policy, handover));
  }
  return due.size() + expired.size() + changed.size() + clocks.size() + reviews.size() +
         handovers.size();
}

TimerLoop::TimerLoop(const Clock* clock, Tick tick)
    : clock_(clock), tick_(std::move(tick)), thread_([this] { Run(); }) {}

TimerLoop::~TimerLoop() { Stop(); }

void TimerLoop::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void TimerLoop::Poke() {
  absl::MutexLock lock(&mu_);
  poked_ = true;
}

void TimerLoop::Run() {
  const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopping_ || poked_; };
  while (true) {
    const absl::Time next = tick_();
    const absl::Duration wait =
        std::clamp(next - clock_->Now(), absl::ZeroDuration(), absl::Seconds(1));
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(&woken), wait);
    if (stopping_) return;
    poked_ = false;
  }
}

}  // namespace amana::delivery
