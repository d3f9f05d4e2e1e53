#include "broker/delivery/decide_again.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "broker/consent/rule.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/find_no.h"
#include "broker/delivery/lease.h"
#include "broker/delivery/offer_next.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/route_task.h"
#include "broker/delivery/settle.h"
#include "broker/delivery/unrouted.h"
#include "broker/delivery/word_behind.h"
#include "broker/referral/task_machine.h"

namespace amana::delivery {
namespace {

using referral::Actor;

consent::Decision Unverifiable() {
  consent::Decision decision;
  decision.outcome = consent::Outcome::kHold;
  decision.rules.Add(consent::Rule::kConsentUnverifiable);
  decision.code = v1::REASON_CONSENT_UNVERIFIABLE;
  return decision;
}

// The code of a HOLD, which time ends; a denial ends with a word.
bool IsHold(v1::Reason code) {
  for (int number = 1; number < 32; ++number) {
    const consent::RuleRow* row = consent::RowOf(static_cast<consent::Rule>(number));
    if (row != nullptr && row->code == code) return row->outcome == consent::Outcome::kHold;
  }
  return false;
}

class Again {
 public:
  Again(store::Transaction& tx, const Moment& moment, const Policy& policy, Occasion occasion,
        const Evidence& evidence, const store::ReferralRecord& referral,
        std::vector<store::DeliveryRecord> deliveries)
      : tx_(tx),
        moment_(moment),
        policy_(policy),
        occasion_(occasion),
        evidence_(evidence),
        referral_(referral),
        deliveries_(std::move(deliveries)) {}

  absl::StatusOr<TakenBack> Decide(const store::TaskRecord& task) {
    if (task.state == v1::TASK_STATE_UNROUTABLE) return DecideUnrouted(task);
    if (referral::IsTerminal(task.state) || !task.recipient.has_value()) return ObeyNo(task);
    const bool waits =
        task.state == v1::TASK_STATE_BLOCKED_CONSENT || task.state == v1::TASK_STATE_NEEDS_WRAP;
    AMANA_ASSIGN_OR_RETURN(const bool lost, IsChoiceLost(task));
    if (lost) {
      AMANA_RETURN_IF_ERROR(GiveUpChoice(tx_, moment_, referral_, task));
      return TakenBack{};
    }
    absl::StatusOr<consent::Decision> decision = DecisionOn(task);
    // Its body is gone for good: nothing is left to send.
    if (absl::IsNotFound(decision.status())) {
      AMANA_RETURN_IF_ERROR(KeepDecideAt(tx_, task, absl::InfiniteFuture()));
      return ObeyNo(task);
    }
    if (absl::IsDataLoss(decision.status())) {
      if (waits && moment_.clock_ok) return Leave(task, absl::InfiniteFuture());
      decision = Unverifiable();
    }
    if (!decision.ok()) return decision.status();
    if (!moment_.clock_ok) {
      // Nothing is known of a time in doubt, so neither is when to look again.
      if (decision->Delivers() || !decision->Withdrawn()) return TakenBack{};
      return TakeBack(task, *decision);
    }
    if (waits) return DecideWaiting(task, *decision);
    if (!decision->Delivers()) return TakeBack(task, *decision);
    AMANA_RETURN_IF_ERROR(Requeue(task));
    return Leave(task, decision->next_change);
  }

 private:
  // Nothing can be sealed to who was chosen, and so nothing comes of waiting for it.
  absl::StatusOr<bool> IsChoiceLost(const store::TaskRecord& task) const {
    if (task.state != v1::TASK_STATE_NEEDS_WRAP || occasion_ != Occasion::kRegistry ||
        !moment_.clock_ok) {
      return false;
    }
    AMANA_ASSIGN_OR_RETURN(const Recipients recipients,
                           Recipients::Of(std::as_const(tx_), moment_));
    return recipients.Sealing(*task.recipient) == nullptr;
  }

  absl::StatusOr<consent::Decision> DecisionOn(const store::TaskRecord& task) const {
    // Whether a withdrawal denies does not depend on what time it is.
    Moment moment = moment_;
    moment.clock_ok = true;
    return DecideStored(tx_, moment, task, AttemptNow());
  }

  consent::Attempt AttemptNow() const {
    const bool disclosed = std::any_of(deliveries_.begin(), deliveries_.end(),
                                       [](const auto& each) { return each.disclosed; });
    return disclosed ? consent::Attempt::kAfterDelivery : consent::Attempt::kFirst;
  }

  // Of what is over, or can go nowhere, a no takes back what went out; no other word changes it.
  absl::StatusOr<TakenBack> ObeyNo(const store::TaskRecord& task) {
    if (occasion_ != Occasion::kWord || WaitsForNothing(task)) return TakenBack{};
    const absl::StatusOr<std::optional<consent::Decision>> no =
        FindNo(tx_, moment_, referral_, task, AttemptNow());
    if (absl::IsDataLoss(no.status())) return ObeyUnread(task);
    if (!no.ok()) return no.status();
    if (!no->has_value() || (!moment_.clock_ok && !(*no)->Withdrawn())) return TakenBack{};
    return TakeBack(task, **no);
  }

  // Nobody was found for it: a no ends it, and what has changed may have brought somebody.
  absl::StatusOr<TakenBack> DecideUnrouted(const store::TaskRecord& task) {
    const absl::StatusOr<std::optional<consent::Decision>> no =
        FindNo(tx_, moment_, referral_, task, AttemptNow());
    if (absl::IsDataLoss(no.status())) return ObeyUnread(task);
    if (!no.ok()) return no.status();
    if (no->has_value()) return TakeBack(task, **no);
    if (moment_.clock_ok) AMANA_RETURN_IF_ERROR(LookForAnyone(tx_, moment_, referral_, task));
    return TakenBack{};
  }

  // What they said cannot be read; a withdrawal that is being carried out is known all the same.
  absl::StatusOr<TakenBack> ObeyUnread(const store::TaskRecord& task) {
    const consent::Decision unread = Unverifiable();
    AMANA_ASSIGN_OR_RETURN(const std::optional<WordBehind> word,
                           FindWordBehind(tx_, referral_, unread));
    if (!word.has_value() || word->statement.is_zero()) return TakenBack{};
    return TakeBack(task, unread);
  }

  // A withdrawal has blocked it already.
  static bool WaitsForNothing(const store::TaskRecord& task) {
    return task.state == v1::TASK_STATE_BLOCKED_CONSENT && IsSettled(task);
  }

  absl::StatusOr<TakenBack> DecideWaiting(const store::TaskRecord& task,
                                          const consent::Decision& decision) {
    const bool blocked = task.state == v1::TASK_STATE_BLOCKED_CONSENT;
    const Actor released_by = occasion_ == Occasion::kWord ? Actor::kSender : Actor::kBroker;
    if (!decision.Delivers()) {
      // What something else has blocked goes for good with the consent.
      const bool gone =
          decision.Withdrawn() && occasion_ == Occasion::kWord && !WaitsForNothing(task);
      if (!blocked || gone) return TakeBack(task, decision);
      AMANA_RETURN_IF_ERROR(KeepDecideAt(tx_, task, decision.next_change));
      if (occasion_ != Occasion::kTime && !decision.Withdrawn()) {
        AMANA_RETURN_IF_ERROR(LookElsewhere(tx_, moment_, referral_, task, released_by, evidence_));
      }
      return TakenBack{};
    }
    // Time ends a HOLD; it brings no wrap and heals no denial.
    if (occasion_ == Occasion::kTime && (!blocked || !IsHold(task.reason))) {
      return Leave(task, decision.next_change);
    }
    AMANA_RETURN_IF_ERROR(
        RouteDecided(tx_, moment_, evidence_, referral_, task, decision, released_by));
    return TakenBack{};
  }

  absl::StatusOr<TakenBack> TakeBack(const store::TaskRecord& task,
                                     const consent::Decision& decision) {
    return Block(tx_, referral_, moment_.now, policy_, task, decision, {},
                 occasion_ == Occasion::kWord ? Reach::kEverything : Reach::kUndisclosed);
  }

  absl::StatusOr<TakenBack> Leave(const store::TaskRecord& task, absl::Time decide_at) {
    AMANA_RETURN_IF_ERROR(KeepDecideAt(tx_, task, decide_at));
    return TakenBack{};
  }

  static bool IsStillWanted(const store::TaskRecord& task, const store::DeliveryRecord& each) {
    if (each.key.update != 0) return IsWanted(task.state, each.key.stage);
    const bool accepted = each.key.stage == v1::DISCLOSURE_STAGE_AT_ACCEPT;
    return task.state == (accepted ? v1::TASK_STATE_ACCEPTED : v1::TASK_STATE_ROUTED);
  }

  // What was withheld while its task went on, for a reason that the task table has no word for.
  absl::Status Requeue(const store::TaskRecord& task) {
    Recorder recorder(tx_, referral_, moment_.now, evidence_);
    for (store::DeliveryRecord& each : deliveries_) {
      if (each.state != v1::DELIVERY_STATE_WITHHELD) continue;
      if (each.key.offer_epoch != task.offer_epoch) continue;
      // What a word has withheld waits for a word.
      if (occasion_ == Occasion::kTime && !IsHold(each.reason)) continue;
      if (!IsStillWanted(task, each)) continue;
      AMANA_RETURN_IF_ERROR(recorder
                                .MoveDelivery(each, v1::DELIVERY_STATE_QUEUED, Actor::kBroker,
                                              v1::REASON_UNSPECIFIED, absl::InfiniteFuture())
                                .status());
      tx_.Wake(each.recipient);
    }
    return absl::OkStatus();
  }

  store::Transaction& tx_;
  const Moment& moment_;
  const Policy& policy_;
  const Occasion occasion_;
  const Evidence& evidence_;
  const store::ReferralRecord& referral_;
  std::vector<store::DeliveryRecord> deliveries_;
};

}  // namespace

absl::StatusOr<TakenBack> DecideAgain(store::Transaction& tx, const Moment& moment,
                                      const Policy& policy, Occasion occasion,
                                      const Evidence& evidence, const store::TaskRecord& task) {
  const store::Transaction& read = tx;
  const absl::StatusOr<std::optional<store::ReferralRecord>> referral =
      read.referrals().Find(task.key.referral);
  absl::StatusOr<std::vector<store::DeliveryRecord>> deliveries =
      read.deliveries().OfTask(task.key);
  if (absl::IsDataLoss(referral.status()) || absl::IsDataLoss(deliveries.status())) {
    AMANA_RETURN_IF_ERROR(KeepDecideAt(tx, task, absl::InfiniteFuture()));
    return TakenBack{};
  }
  if (!referral.ok()) return referral.status();
  if (!deliveries.ok()) return deliveries.status();
  if (!referral->has_value()) return RecordUnreadable();
  return Again(tx, moment, policy, occasion, evidence, **referral, *std::move(deliveries))
      .Decide(task);
}

}  // namespace amana::delivery
