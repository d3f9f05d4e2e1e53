#include "broker/delivery/route_task.h"

#include <optional>
#include <utility>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/lease.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/submission.h"
#include "broker/store/errors.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// What this offer's delivery is: withheld, to be queued again; or none. Where there was one that is
// over, the task makes a new offer.
absl::StatusOr<std::optional<store::DeliveryRecord>> FindWithheld(const store::Transaction& tx,
                                                                  store::TaskRecord& task) {
  while (true) {
    const store::DeliveryKey key{task.key, task.offer_epoch, v1::DISCLOSURE_STAGE_AT_OFFER};
    AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> found, tx.deliveries().Find(key));
    if (!found.has_value() || found->state == v1::DELIVERY_STATE_WITHHELD) return found;
    ++task.offer_epoch;
  }
}

absl::Status QueueOffer(store::Transaction& tx, Recorder& recorder, const store::TaskRecord& task,
                        std::optional<store::DeliveryRecord> withheld,
                        const CertId& recipient_cert) {
  if (!withheld.has_value()) {
    return recorder.Queue(task, v1::DISCLOSURE_STAGE_AT_OFFER, recipient_cert);
  }
  withheld->recipient_cert = recipient_cert;
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveDelivery(*withheld, v1::DELIVERY_STATE_QUEUED, Actor::kBroker,
                                          v1::REASON_UNSPECIFIED, absl::InfiniteFuture())
                            .status());
  tx.Wake(withheld->recipient);
  return absl::OkStatus();
}

// The recipient's present certificate, if there is a grant for it.
absl::StatusOr<std::optional<CertId>> FindWrapped(const store::Transaction& tx,
                                                  const Moment& moment,
                                                  const store::TaskRecord& task) {
  AMANA_ASSIGN_OR_RETURN(const Recipients recipients, Recipients::Of(tx, moment));
  const crypto::Certificate* const sealing = recipients.Sealing(*task.recipient);
  if (sealing == nullptr) return std::nullopt;
  const StatementKey& key = task.key.referral;
  AMANA_ASSIGN_OR_RETURN(const StoredSubmission stored, ReadSubmission(tx, key));
  AMANA_ASSIGN_OR_RETURN(const std::optional<StoredGrant> grant,
                         FindGrant(tx, key, stored.submission, sealing->id()));
  if (!grant.has_value()) return std::nullopt;
  return sealing->id();
}

}  // namespace

absl::StatusOr<consent::Decision> DecideStored(const store::Snapshot& snapshot,
                                               const Moment& moment, const store::TaskRecord& task,
                                               consent::Attempt attempt) {
  const absl::StatusOr<StoredSubmission> stored = ReadSubmission(snapshot, task.key.referral);
  // What was erased can be decided no more than what cannot be read.
  if (store::IsErased(stored.status())) return RecordUnreadable();
  if (!stored.ok()) return stored.status();
  if (!task.recipient.has_value()) return RecordUnreadable();
  return DecideTask(snapshot, moment, stored->header, task.key.task, *task.recipient,
                    CategoriesOf(stored->submission), attempt);
}

absl::Status RouteTask(store::Transaction& tx, const Moment& moment, const Policy& policy,
                       const Evidence& evidence, const store::ReferralRecord& referral,
                       const store::TaskRecord& task) {
  if (task.state != v1::TASK_STATE_NEEDS_WRAP) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const consent::Decision decision,
                         DecideStored(tx, moment, task, consent::Attempt::kFirst));
  if (!decision.Delivers()) {
    return Block(tx, referral, moment.now, policy, task, decision, evidence).status();
  }
  return RouteDecided(tx, moment, evidence, referral, task, decision, Actor::kSender);
}

absl::Status RouteDecided(store::Transaction& tx, const Moment& moment, const Evidence& evidence,
                          const store::ReferralRecord& referral, store::TaskRecord task,
                          const consent::Decision& decision, Actor released_by) {
  const bool blocked = task.state == v1::TASK_STATE_BLOCKED_CONSENT;
  AMANA_ASSIGN_OR_RETURN(const std::optional<CertId> wrapped,
                         FindWrapped(std::as_const(tx), moment, task));
  if (!blocked && !wrapped.has_value()) return KeepDecideAt(tx, task, decision.next_change);
  Recorder recorder(tx, referral, moment.now, evidence);
  task.consent_rules = PublicRuleNumbers(decision);
  task.withheld.clear();
  for (const v1::Category category : decision.redacted) task.withheld.push_back(category);
  task.decide_at = decision.next_change;
  if (blocked) {
    AMANA_RETURN_IF_ERROR(
        recorder.MoveTask(task, v1::TASK_STATE_SUBMITTED, released_by, v1::REASON_UNSPECIFIED)
            .status());
  }
  if (!wrapped.has_value()) {
    return recorder
        .MoveTask(task, v1::TASK_STATE_NEEDS_WRAP, Actor::kBroker, v1::REASON_UNSPECIFIED)
        .status();
  }
  AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> withheld, FindWithheld(tx, task));
  // What leads out of NEEDS_WRAP is the grant, and that is the sender's.
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveTask(task, v1::TASK_STATE_ROUTED,
                                      blocked ? Actor::kBroker : Actor::kSender,
                                      v1::REASON_UNSPECIFIED)
                            .status());
  return QueueOffer(tx, recorder, task, std::move(withheld), *wrapped);
}

absl::Status KeepDecideAt(store::Transaction& tx, store::TaskRecord task, absl::Time decide_at) {
  if (task.decide_at == decide_at) return absl::OkStatus();
  task.decide_at = decide_at;
  return tx.referrals().MoveTask(task.state, task);
}

}  // namespace amana::delivery
