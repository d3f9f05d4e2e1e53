#include "broker/delivery/erasure.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/expire.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/settle.h"

namespace amana::delivery {
namespace {

using referral::Actor;

absl::Status EraseWithheld(store::Transaction& tx, Recorder& recorder,
                           const store::TaskRecord& task) {
  absl::StatusOr<std::vector<store::DeliveryRecord>> all =
      std::as_const(tx).deliveries().OfTask(task.key);
  if (absl::IsDataLoss(all.status())) return absl::OkStatus();  // no lease can read them either
  if (!all.ok()) return all.status();
  for (store::DeliveryRecord& delivery : *all) {
    if (delivery.state != v1::DELIVERY_STATE_WITHHELD) continue;
    const v1::Reason reason = delivery.reason;
    AMANA_RETURN_IF_ERROR(recorder
                              .MoveDelivery(delivery, v1::DELIVERY_STATE_ERASED, Actor::kBroker,
                                            reason, absl::InfiniteFuture())
                              .status());
  }
  return absl::OkStatus();
}

// False: it is not to be erased after all. What cannot be read holds nothing up: the store says
// that it is settled, and the events say what is known.
absl::StatusOr<bool> EraseOne(store::Transaction& tx, absl::Time now, const StatementKey& key) {
  const store::Transaction& read = tx;
  const absl::StatusOr<bool> held = read.erasures().IsHeld(key.sender, key.referral);
  if (absl::IsDataLoss(held.status())) return false;
  if (!held.ok() || *held) return held.ok() ? absl::StatusOr<bool>(false) : held.status();
  const absl::StatusOr<std::optional<store::ReferralRecord>> found = read.referrals().Find(key);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  const store::ReferralRecord referral =
      found.ok() && found->has_value() ? **found : StandIn(key, v1::URGENCY_UNSPECIFIED);
  absl::StatusOr<std::vector<store::TaskRecord>> tasks = read.referrals().Tasks(key);
  if (absl::IsDataLoss(tasks.status())) tasks = std::vector<store::TaskRecord>();
  if (!tasks.ok()) return tasks.status();
  if (!std::all_of(tasks->begin(), tasks->end(), IsAtRest)) {
    AMANA_RETURN_IF_ERROR(tx.erasures().Unsettle(key));
    return true;
  }
  Recorder recorder(tx, referral, now, {});
  for (const store::TaskRecord& task : *tasks) {
    AMANA_RETURN_IF_ERROR(EraseWithheld(tx, recorder, task));
  }
  AMANA_ASSIGN_OR_RETURN(const bool erased, tx.erasures().Erase(key));
  if (!erased) return true;  // it had settled before, and has again
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_REFERRAL_ERASED);
  if (!tasks->empty()) event.reason = tasks->front().reason;
  AMANA_RETURN_IF_ERROR(recorder.Append(std::move(event)).status());
  return true;
}

}  // namespace

store::SettledBefore ErasableAt(const Policy& policy, absl::Time now) {
  return [&policy, now](store::Ending ending, codes::CategorySet holds) {
    switch (ending) {
      case store::Ending::kEnded:
        return now - policy.keep_ended.For(holds);
      case store::Ending::kCompleted:
        return now - policy.keep_completed.For(holds);
      default:
        return now;
    }
  };
}

absl::StatusOr<size_t> EraseDue(store::Transaction& tx, const Moment& moment, const Policy& policy,
                                size_t slice) {
  if (!moment.clock_ok) return 0;
  AMANA_ASSIGN_OR_RETURN(const std::vector<StatementKey> due,
                         std::as_const(tx).erasures().Due(ErasableAt(policy, moment.now), slice));
  size_t done = 0;
  for (const StatementKey& key : due) {
    AMANA_ASSIGN_OR_RETURN(const bool erased, EraseOne(tx, moment.now, key));
    if (erased) ++done;
  }
  return done;
}

}  // namespace amana::delivery
