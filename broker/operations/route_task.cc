#include "broker/operations/route_task.h"

#include <optional>
#include <utility>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/lease.h"

namespace amana::operations {
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

absl::Status QueueOffer(store::Transaction& tx, delivery::Recorder& recorder,
                        const store::TaskRecord& task,
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

}  // namespace

absl::StatusOr<consent::Decision> DecideStored(const store::Snapshot& snapshot,
                                               const delivery::Moment& moment,
                                               const store::TaskRecord& task,
                                               consent::Attempt attempt) {
  AMANA_ASSIGN_OR_RETURN(const store::ReferralBody body,
                         snapshot.referrals().ReadBody(task.key.referral));
  v1::SignedEnvelope envelope;
  v1::ReferralHeader header;
  v1::Submission sections;
  if (!task.recipient.has_value() || !envelope.ParseFromString(body.header_envelope) ||
      !header.ParseFromString(envelope.payload()) || !sections.ParseFromString(body.sections)) {
    return delivery::RecordUnreadable();
  }
  return delivery::DecideTask(snapshot, moment, header, task.key.task, *task.recipient,
                              delivery::CategoriesOf(sections), attempt);
}

absl::Status RouteTask(store::Transaction& tx, const delivery::Moment& moment,
                       const delivery::Policy& policy, const delivery::Evidence& evidence,
                       const store::ReferralRecord& referral, store::TaskRecord task) {
  const bool blocked = task.state == v1::TASK_STATE_BLOCKED_CONSENT;
  if (!blocked && task.state != v1::TASK_STATE_NEEDS_WRAP) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const consent::Decision decision,
                         DecideStored(tx, moment, task, consent::Attempt::kFirst));
  if (!decision.Delivers()) {
    if (blocked) return absl::OkStatus();
    return delivery::Block(tx, referral, moment.now, policy, task, decision, evidence, std::nullopt)
        .status();
  }
  delivery::Recorder recorder(tx, referral, moment.now, evidence);
  task.consent_rules = delivery::PublicRuleNumbers(decision);
  task.withheld.clear();
  for (const v1::Category category : decision.redacted) task.withheld.push_back(category);

  const identity::RegisteredCertificate* sealing =
      moment.trust->registry->CurrentSealingCertificate(*task.recipient, moment.now,
                                                        *moment.trust->revocations);
  std::optional<store::GrantRecord> grant;
  if (sealing != nullptr) {
    AMANA_ASSIGN_OR_RETURN(grant,
                           tx.referrals().FindGrant(referral.key, sealing->certificate.id()));
  }
  if (blocked) {
    AMANA_RETURN_IF_ERROR(
        recorder.MoveTask(task, v1::TASK_STATE_SUBMITTED, Actor::kSender, v1::REASON_UNSPECIFIED)
            .status());
  }
  if (!grant.has_value()) {
    if (!blocked) return absl::OkStatus();
    return recorder
        .MoveTask(task, v1::TASK_STATE_NEEDS_WRAP, Actor::kBroker, v1::REASON_UNSPECIFIED)
        .status();
  }
  AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> withheld, FindWithheld(tx, task));
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveTask(task, v1::TASK_STATE_ROUTED,
                                      blocked ? Actor::kBroker : Actor::kSender,
                                      v1::REASON_UNSPECIFIED)
                            .status());
  return QueueOffer(tx, recorder, task, std::move(withheld), grant->recipient_cert);
}

}  // namespace amana::operations
