#include "broker/delivery/offer_next.h"

#include <utility>

#include "broker/referral/escalation.h"
#include "broker/store/errors.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// What a search brought; nobody, where the referral can be read no more.
absl::StatusOr<Found> Find(const store::Snapshot& snapshot, const Moment& moment,
                           const store::ReferralRecord& referral, const store::TaskRecord& task,
                           const Cause& cause) {
  Found nobody;
  nobody.missing = v1::ROUTE_GAP_OTHER;
  if (referral.expires <= moment.now) return nobody;  // nothing goes out after its time
  const absl::StatusOr<OfferedFrom> from = LoadOffered(snapshot, referral);
  if (store::IsErased(from.status()) || absl::IsDataLoss(from.status())) return nobody;
  if (!from.ok()) return from.status();
  absl::StatusOr<Search> search = SearchFor(snapshot, *from, task);
  if (absl::IsDataLoss(search.status())) return nobody;
  if (!search.ok()) return search.status();
  search->named = cause.named;
  AMANA_ASSIGN_OR_RETURN(Found found, FindCandidate(snapshot, moment, *search));
  if (found.recipient.has_value() || !cause.may_part || !search->family.has_value()) return found;
  search->family.reset();
  return FindCandidate(snapshot, moment, *search);
}

// Recalls, and what the broker makes of it, name nobody: recipients see who recalls, and who has a
// task rerouted is no party to what its sender's consent says.
Evidence Unnamed(const Cause& cause) {
  Evidence unnamed;
  unnamed.statement = cause.evidence.statement;
  return unnamed;
}

Reoffered Nobody(const Found& found) {
  Reoffered out;
  out.missing = found.missing;
  return out;
}

absl::Status QueueIfRouted(Recorder& recorder, const store::TaskRecord& task, const Found& found) {
  if (task.state != v1::TASK_STATE_ROUTED) return absl::OkStatus();
  return recorder.Queue(task, v1::DISCLOSURE_STAGE_AT_OFFER, *found.sealed);
}

}  // namespace

void Begin(const Found& found, bool may_block, store::TaskRecord& task) {
  task.recipient = found.recipient;
  task.reason = v1::REASON_UNSPECIFIED;
  task.missing = v1::ROUTE_GAP_UNSPECIFIED;
  task.consent_rules = PublicRuleNumbers(found.decision);
  task.withheld.clear();
  task.decide_at = found.decision.next_change;
  if (found.recipient.has_value()) {
    for (const v1::Category category : found.decision.redacted) task.withheld.push_back(category);
    task.state = found.sealed.has_value() ? v1::TASK_STATE_ROUTED : v1::TASK_STATE_NEEDS_WRAP;
    return;
  }
  if (may_block && found.not_permitted.has_value()) {
    task.recipient = found.not_permitted;
    task.state = v1::TASK_STATE_BLOCKED_CONSENT;
    task.reason = found.decision.PublicCode();
    return;
  }
  task.state = v1::TASK_STATE_UNROUTABLE;
  task.reason = v1::REASON_UNROUTABLE;
  task.missing = found.missing;
  task.consent_rules.clear();
  task.decide_at = absl::InfiniteFuture();
}

absl::Status StartAgain(store::Transaction& tx, const Moment& moment,
                        const store::ReferralRecord& referral, const store::TaskRecord& task) {
  const absl::StatusOr<Found> found = Find(std::as_const(tx), moment, referral, task, {});
  if (absl::IsDataLoss(found.status())) {
    store::TaskRecord later = task;
    later.clock.due = moment.now + kStartAgainAfter;
    return tx.referrals().MoveTask(task.state, later);
  }
  if (!found.ok()) return found.status();
  Recorder recorder(tx, referral, moment.now, {});
  store::TaskRecord next = task;
  Begin(*found, /*may_block=*/true, next);
  const v1::TaskState to = std::exchange(next.state, v1::TASK_STATE_SUBMITTED);
  const v1::Reason reason = next.reason;
  AMANA_RETURN_IF_ERROR(recorder.MoveTask(next, to, Actor::kBroker, reason).status());
  return QueueIfRouted(recorder, next, *found);
}

absl::StatusOr<Reoffered> Reroute(store::Transaction& tx, const Moment& moment,
                                  const Policy& policy, const store::ReferralRecord& referral,
                                  const store::TaskRecord& task, const Cause& cause) {
  AMANA_ASSIGN_OR_RETURN(const Found found, Find(std::as_const(tx), moment, referral, task, cause));
  if (!found.recipient.has_value()) return Nobody(found);
  Recorder unnamed(tx, referral, moment.now, Unnamed(cause));
  // First what the last one was given is called back.
  const v1::Reason recall =
      cause.reason == v1::REASON_UNSPECIFIED ? v1::REASON_NO_LONGER_NEEDED : cause.reason;
  AMANA_RETURN_IF_ERROR(
      unnamed.TakeBack(task, v1::DELIVERY_STATE_RECALLED, recall, std::nullopt, policy).status());
  store::TaskRecord next = task;
  Begin(found, /*may_block=*/false, next);
  Reoffered out;
  out.done = true;
  Recorder recorder(tx, referral, moment.now, cause.evidence);
  AMANA_ASSIGN_OR_RETURN(out.event, recorder.Reroute(task, cause.actor, cause.reason, next));
  AMANA_RETURN_IF_ERROR(QueueIfRouted(unnamed, next, found));
  return out;
}

absl::StatusOr<Reoffered> LookAgain(store::Transaction& tx, const Moment& moment,
                                    const store::ReferralRecord& referral,
                                    const store::TaskRecord& task, const Cause& cause) {
  AMANA_ASSIGN_OR_RETURN(const Found found, Find(std::as_const(tx), moment, referral, task, cause));
  if (!found.recipient.has_value()) return Nobody(found);
  Recorder recorder(tx, referral, moment.now, cause.evidence);
  Recorder unnamed(tx, referral, moment.now, Unnamed(cause));
  store::TaskRecord next = task;
  AMANA_RETURN_IF_ERROR(
      recorder.MoveTask(next, v1::TASK_STATE_SUBMITTED, cause.actor, v1::REASON_UNSPECIFIED)
          .status());
  Begin(found, /*may_block=*/false, next);
  const v1::TaskState to = std::exchange(next.state, v1::TASK_STATE_SUBMITTED);
  AMANA_RETURN_IF_ERROR(unnamed.FreshEpoch(next));
  Reoffered out;
  out.done = true;
  AMANA_ASSIGN_OR_RETURN(out.event,
                         unnamed.MoveTask(next, to, Actor::kBroker, v1::REASON_UNSPECIFIED));
  AMANA_RETURN_IF_ERROR(QueueIfRouted(unnamed, next, found));
  return out;
}

absl::Status AfterRejection(store::Transaction& tx, const Moment& moment, const Policy& policy,
                            const store::ReferralRecord& referral, const store::TaskRecord& task) {
  if (!referral::AsksNext(task.reason)) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const bool together, IsKeptTogether(std::as_const(tx), referral, task));
  if (together) return absl::OkStatus();
  Cause cause;
  cause.reason = task.reason;
  AMANA_ASSIGN_OR_RETURN(const Reoffered next, Reroute(tx, moment, policy, referral, task, cause));
  if (next.done) return absl::OkStatus();
  Recorder recorder(tx, referral, moment.now, {});
  AMANA_RETURN_IF_ERROR(
      recorder.TakeBack(task, v1::DELIVERY_STATE_RECALLED, task.reason, std::nullopt, policy)
          .status());
  return recorder.Exhaust(task, next.missing).status();
}

absl::Status GiveUpChoice(store::Transaction& tx, const Moment& moment,
                          const store::ReferralRecord& referral, const store::TaskRecord& task) {
  AMANA_ASSIGN_OR_RETURN(const Found found, Find(std::as_const(tx), moment, referral, task, {}));
  Recorder recorder(tx, referral, moment.now, {});
  store::TaskRecord none = task;
  none.recipient.reset();
  none.missing = found.recipient.has_value() ? v1::ROUTE_GAP_OTHER : found.missing;
  none.decide_at = absl::InfiniteFuture();
  AMANA_RETURN_IF_ERROR(
      recorder.MoveTask(none, v1::TASK_STATE_UNROUTABLE, Actor::kBroker, v1::REASON_UNROUTABLE)
          .status());
  if (!found.recipient.has_value()) return absl::OkStatus();
  return LookAgain(tx, moment, referral, none, {}).status();
}

}  // namespace amana::delivery
