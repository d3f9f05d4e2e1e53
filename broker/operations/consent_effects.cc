#include "broker/operations/consent_effects.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/consent/rule.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/lease.h"
#include "broker/operations/route_task.h"

namespace amana::operations {
namespace {

constexpr size_t kSlice = 256;

bool IsWithdrawn(const consent::Decision& decision) {
  return decision.rules.Has(consent::Rule::kWithdrawnBeforeDelivery) ||
         decision.rules.Has(consent::Rule::kWithdrawnAfterDelivery);
}

consent::Decision Unverifiable() {
  consent::Decision decision;
  decision.outcome = consent::Outcome::kHold;
  decision.rules.Add(consent::Rule::kConsentUnverifiable);
  decision.code = v1::REASON_CONSENT_UNVERIFIABLE;
  return decision;
}

// One task, which has a recipient, decided as of now.
class Again {
 public:
  Again(store::Transaction& tx, const delivery::Moment& moment, const delivery::Policy& policy,
        const NewWord& word)
      : tx_(tx), moment_(moment), policy_(policy), word_(word) {
    evidence_.statement = word.statement;
  }

  absl::Status Decide(const store::TaskRecord& task, Effect& effect) {
    const absl::StatusOr<std::optional<store::ReferralRecord>> referral =
        std::as_const(tx_).referrals().Find(task.key.referral);
    if (absl::IsDataLoss(referral.status())) return absl::OkStatus();  // no lease can read it
    if (!referral.ok()) return referral.status();
    if (!referral->has_value()) return delivery::RecordUnreadable();
    const bool waits =
        task.state == v1::TASK_STATE_BLOCKED_CONSENT || task.state == v1::TASK_STATE_NEEDS_WRAP;
    if (waits && moment_.clock_ok) {
      // Asked before anything is written: what follows must happen whole or not at all.
      const absl::Status readable =
          DecideStored(tx_, moment_, task, consent::Attempt::kFirst).status();
      if (absl::IsDataLoss(readable)) return absl::OkStatus();
      return RouteTask(tx_, moment_, policy_, evidence_, **referral, task);
    }
    AMANA_ASSIGN_OR_RETURN(const consent::Decision decision, DecisionOn(task));
    if (!moment_.clock_ok && !IsWithdrawn(decision)) return absl::OkStatus();
    if (decision.Delivers()) return Requeue(**referral, task);
    return TakeBack(**referral, task, decision, effect);
  }

 private:
  absl::StatusOr<consent::Decision> DecisionOn(const store::TaskRecord& task) {
    // Whether a withdrawal denies does not depend on what time it is.
    delivery::Moment moment = moment_;
    moment.clock_ok = true;
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                           std::as_const(tx_).deliveries().OfTask(task.key));
    const bool disclosed =
        std::any_of(all.begin(), all.end(), [](const auto& each) { return each.disclosed; });
    absl::StatusOr<consent::Decision> decision = DecideStored(
        tx_, moment, task, disclosed ? consent::Attempt::kAfterDelivery : consent::Attempt::kFirst);
    if (absl::IsDataLoss(decision.status())) return Unverifiable();
    return decision;
  }

  absl::Status TakeBack(const store::ReferralRecord& referral, const store::TaskRecord& task,
                        const consent::Decision& decision, Effect& effect) {
    AMANA_ASSIGN_OR_RETURN(const delivery::TakenBack taken,
                           delivery::Block(tx_, referral, moment_.now, policy_, task, decision,
                                           evidence_, word_.cause));
    effect.any |= taken.quiet + taken.recalled > 0;
    const bool sent = referral.sender.agency == word_.author;
    if (sent) effect.taken.quiet += taken.quiet;
    if (sent || task.recipient->agency == word_.author) effect.taken.recalled += taken.recalled;
    return absl::OkStatus();
  }

  // What was withheld while its task went on, for a reason that the task table has no word for.
  absl::Status Requeue(const store::ReferralRecord& referral, const store::TaskRecord& task) {
    AMANA_ASSIGN_OR_RETURN(std::vector<store::DeliveryRecord> all,
                           std::as_const(tx_).deliveries().OfTask(task.key));
    delivery::Recorder recorder(tx_, referral, moment_.now, evidence_);
    for (store::DeliveryRecord& each : all) {
      if (each.state != v1::DELIVERY_STATE_WITHHELD) continue;
      if (each.key.offer_epoch != task.offer_epoch) continue;
      const bool accepted = each.key.stage == v1::DISCLOSURE_STAGE_AT_ACCEPT;
      if (task.state != (accepted ? v1::TASK_STATE_ACCEPTED : v1::TASK_STATE_ROUTED)) continue;
      AMANA_RETURN_IF_ERROR(recorder
                                .MoveDelivery(each, v1::DELIVERY_STATE_QUEUED,
                                              referral::Actor::kBroker, v1::REASON_UNSPECIFIED,
                                              absl::InfiniteFuture())
                                .status());
      tx_.Wake(each.recipient);
    }
    return absl::OkStatus();
  }

  store::Transaction& tx_;
  const delivery::Moment& moment_;
  const delivery::Policy& policy_;
  const NewWord& word_;
  delivery::Evidence evidence_;
};

}  // namespace

absl::StatusOr<Effect> DecideAgain(store::Transaction& tx, const delivery::Moment& moment,
                                   const delivery::Policy& policy, const Pseudonym& subject,
                                   const NewWord& word) {
  Again again(tx, moment, policy, word);
  Effect effect;
  std::optional<store::TaskKey> after;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                           tx.referrals().OpenTasksOf(subject, after, kSlice));
    for (const store::TaskRecord& task : tasks) {
      if (!task.recipient.has_value()) continue;  // nobody was chosen, nothing can go
      AMANA_RETURN_IF_ERROR(again.Decide(task, effect));
    }
    if (tasks.size() < kSlice) return effect;
    after = tasks.back().key;
  }
}

events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version) {
  events::Event event;
  event.kind = kind;
  event.statement_digest = evidence.statement;
  event.actor_agency = evidence.agency;
  event.actor_unit = evidence.unit;
  event.actor_person = evidence.person;
  event.cert_id = evidence.cert_id;
  event.consent_id = id;
  event.consent_version = version;
  return event;
}

}  // namespace amana::operations
