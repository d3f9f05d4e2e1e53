#include "broker/delivery/ladder.h"

#include <optional>
#include <utility>

#include "broker/delivery/clocks.h"
#include "broker/delivery/expire.h"
#include "broker/delivery/family.h"
#include "broker/delivery/offer_next.h"
#include "broker/delivery/recorder.h"

namespace amana::delivery {
namespace {

using referral::Debtor;
using referral::Rung;

absl::Status Remind(store::Transaction& tx, Recorder& recorder, const Rung& rung,
                    const store::ReferralRecord& referral, store::TaskRecord task) {
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_TASK_REMINDED);
  event.task = task.key.task;
  event.offer_epoch = task.offer_epoch;
  event.detail.assign(1, static_cast<char>(rung.clock));
  if (referral::DebtorOf(rung.clock) == Debtor::kRecipient) {
    // One that was given nothing must not learn that there is something.
    AMANA_ASSIGN_OR_RETURN(const bool disclosed, recorder.DisclosedNow(task));
    if (disclosed) event.recipient = task.recipient;
  }
  AMANA_RETURN_IF_ERROR(recorder.Append(std::move(event)).status());
  task.clock.reached = rung.level;
  return KeepClock(tx, std::move(task), referral.urgency);
}

absl::Status ToCoordinator(store::Transaction& tx, const Moment& moment, const Policy& policy,
                           Recorder& recorder, const Rung& rung,
                           const store::ReferralRecord& referral, store::TaskRecord task) {
  const v1::Reason missed = referral::MissedReason(rung.clock);
  const absl::StatusOr<bool> kept = IsKeptTogether(std::as_const(tx), referral, task);
  if (!kept.ok() && !absl::IsDataLoss(kept.status())) return kept.status();
  const bool together = !kept.ok() || *kept;  // whom they belong to cannot be read: a person must
  if (rung.reroute && !together) {
    Cause cause;
    cause.reason = missed;
    AMANA_ASSIGN_OR_RETURN(const Reoffered next,
                           Reroute(tx, moment, policy, referral, task, cause));
    if (next.done) return absl::OkStatus();
  }
  const bool unserved = rung.clock == v1::CLOCK_UNSERVED;
  if (task.state == v1::TASK_STATE_REJECTED && referral::AsksNext(task.reason) && !together) {
    // Nobody could be asked when it was declined: the clock was in doubt.
    return AfterRejection(tx, moment, policy, referral, task);
  }
  AMANA_RETURN_IF_ERROR(
      recorder
          .Escalate(task, referral::QueueReasonOf(rung.clock, task.state),
                    unserved && task.reason != v1::REASON_UNSPECIFIED ? task.reason : missed,
                    /*alerted=*/false)
          .status());
  task.clock.reached = rung.level;
  return KeepClock(tx, std::move(task), referral.urgency);
}

absl::Status Alert(store::Transaction& tx, const Moment& moment, Recorder& recorder,
                   const Rung& rung, const store::ReferralRecord& referral,
                   store::TaskRecord task) {
  if (task.state == v1::TASK_STATE_UNROUTABLE) {
    // What a unit said of its room is not believed for ever: somebody may be asked again.
    AMANA_ASSIGN_OR_RETURN(const Reoffered found, LookAgain(tx, moment, referral, task, {}));
    if (found.done) return absl::OkStatus();
  }
  const v1::Reason missed = referral::MissedReason(rung.clock);
  if (rung.clock == v1::CLOCK_CALL) {
    AMANA_RETURN_IF_ERROR(
        recorder.Escalate(task, v1::QUEUE_REASON_NO_CALL, missed, /*alerted=*/true).status());
    task.clock.call = store::CallState::kEscalated;
  } else {
    task.clock.reached = rung.level;
  }
  AMANA_RETURN_IF_ERROR(recorder.Alert(task, rung.clock, missed));
  return KeepClock(tx, std::move(task), referral.urgency);
}

}  // namespace

absl::Status Climb(store::Transaction& tx, const Moment& moment, const Policy& policy,
                   const store::TaskRecord& task) {
  const absl::StatusOr<std::optional<store::ReferralRecord>> read =
      std::as_const(tx).referrals().Find(task.key.referral);
  if (!read.ok() && !absl::IsDataLoss(read.status())) return read.status();
  const store::ReferralRecord referral =
      read.ok() && read->has_value() ? **read : StandIn(task.key.referral, v1::URGENCY_NORMAL);
  if (task.state == v1::TASK_STATE_SUBMITTED) return StartAgain(tx, moment, referral, task);
  const std::optional<Rung> rung = NextRungOf(std::as_const(tx), task, referral.urgency);
  // The windows may have changed since; and what means nothing must not come up for ever.
  if (!rung.has_value() || rung->at > moment.now) return KeepClock(tx, task, referral.urgency);
  Recorder recorder(tx, referral, moment.now, {});
  switch (rung->level) {
    case v1::ESCALATION_LEVEL_REMINDED:
      return Remind(tx, recorder, *rung, referral, task);
    case v1::ESCALATION_LEVEL_COORDINATOR:
      return ToCoordinator(tx, moment, policy, recorder, *rung, referral, task);
    default:
      return Alert(tx, moment, recorder, *rung, referral, task);
  }
}

}  // namespace amana::delivery
