#include "broker/delivery/lease.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "amana/v1/delivery_service.pb.h"
#include "amana/v1/referral.pb.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/wire.h"
#include "broker/referral/task_machine.h"
#include "proto/envelope/grant.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// Everything a lease needs to know about one queued delivery.
struct Consignment {
  store::ReferralRecord referral;
  store::TaskRecord task;
  v1::SignedEnvelope envelope;
  v1::ReferralHeader header;
  v1::Submission sections;  // openings and sections only
  v1::Grant grant;
  CertId grant_signer;
};

absl::StatusOr<Consignment> Load(const store::Transaction& tx,
                                 const store::DeliveryRecord& delivery) {
  const StatementKey& key = delivery.key.task.referral;
  Consignment out;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks, tx.referrals().Tasks(key));
  AMANA_ASSIGN_OR_RETURN(const store::ReferralBody body, tx.referrals().ReadBody(key));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::GrantRecord> grant,
                         tx.referrals().FindGrant(key, delivery.recipient_cert));
  if (!referral.has_value() || delivery.key.task.task >= tasks.size() || !grant.has_value() ||
      !out.envelope.ParseFromString(body.header_envelope) ||
      !out.header.ParseFromString(out.envelope.payload()) ||
      !out.sections.ParseFromString(body.sections) || !out.grant.ParseFromString(grant->grant)) {
    return RecordUnreadable();
  }
  out.referral = *referral;
  out.task = tasks[delivery.key.task.task];
  out.grant_signer = grant->signer_cert;
  return out;
}

// Splits the stage's sections into those that go and those that stay. A section without a wrap
// for this recipient stays: its sender gave no key.
struct Selection {
  std::vector<uint32_t> slots;
  std::vector<uint32_t> withheld_slots;
  Disclosure disclosure;
};

Selection Select(const Consignment& consignment, const consent::Decision& decision,
                 v1::DisclosureStage stage) {
  Selection out;
  for (const v1::SlotOpening& opening : consignment.sections.openings()) {
    if (opening.stage() != stage) continue;
    const bool wrapped =
        std::any_of(consignment.grant.wraps().begin(), consignment.grant.wraps().end(),
                    [&](const v1::Wrap& wrap) { return wrap.slot() == opening.slot(); });
    if (wrapped && decision.permitted.Has(opening.category())) {
      out.slots.push_back(opening.slot());
      out.disclosure.delivered.push_back(opening.category());
    } else {
      out.withheld_slots.push_back(opening.slot());
      out.disclosure.withheld.push_back(opening.category());
    }
  }
  out.disclosure.consent_rules = PublicRuleNumbers(decision);
  return out;
}

absl::StatusOr<std::string> CertificateOf(const store::Transaction& tx, const CertId& id) {
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> der, tx.directory().FindCertificate(id));
  if (!der.has_value()) return RecordUnreadable();
  return *std::move(der);
}

absl::StatusOr<MessagePtr> MakeMessage(const store::Transaction& tx, Consignment&& consignment,
                                       const Selection& selection,
                                       const store::DeliveryRecord& delivery) {
  auto message = std::make_shared<v1::ReceiveResponse>();
  v1::Delivery& out = *message->mutable_delivery();
  *out.mutable_delivery() = ToWire(delivery.key);
  out.set_lease_epoch(delivery.lease_epoch);
  out.set_lease_until_unix_ms(ToUnixMillis(delivery.due));
  out.set_attempt(delivery.attempts);
  AMANA_ASSIGN_OR_RETURN(*out.mutable_sender_certificate(),
                         CertificateOf(tx, consignment.referral.cert_id));
  if (consignment.grant_signer != consignment.referral.cert_id) {
    AMANA_ASSIGN_OR_RETURN(*out.mutable_grant_certificate(),
                           CertificateOf(tx, consignment.grant_signer));
  }
  *out.mutable_header() = std::move(consignment.envelope);
  *out.mutable_grant() = envelope::SelectWraps(std::move(consignment.grant), selection.slots);
  for (int i = 0; i < consignment.sections.openings_size(); ++i) {
    const uint32_t slot = consignment.sections.openings(i).slot();
    if (std::find(selection.slots.begin(), selection.slots.end(), slot) == selection.slots.end()) {
      continue;
    }
    *out.add_openings() = std::move(*consignment.sections.mutable_openings(i));
    *out.add_sections() = std::move(*consignment.sections.mutable_sections(i));
  }
  out.mutable_withheld_slots()->Add(selection.withheld_slots.begin(),
                                    selection.withheld_slots.end());
  return MessagePtr(std::move(message));
}

// The recipient's key was revoked after the sender wrapped for it.
absl::Status AskForWrap(store::Transaction& tx, Consignment consignment, absl::Time now,
                        const Policy& policy) {
  Recorder recorder(tx, consignment.referral, now, {});
  AMANA_RETURN_IF_ERROR(recorder
                            .TakeBack(consignment.task, v1::DELIVERY_STATE_RECALLED,
                                      v1::REASON_KEY_REVOKED, std::nullopt, policy)
                            .status());
  if (consignment.task.state != v1::TASK_STATE_ROUTED) return absl::OkStatus();
  // The next grant starts a new offer: one delivery per task, epoch and stage.
  ++consignment.task.offer_epoch;
  return recorder
      .MoveTask(consignment.task, v1::TASK_STATE_NEEDS_WRAP, Actor::kBroker, v1::REASON_KEY_REVOKED)
      .status();
}

absl::Status Bury(store::Transaction& tx, const Moment& moment, store::DeliveryRecord delivery) {
  store::ReferralRecord referral;
  referral.key = delivery.key.task.referral;
  referral.urgency = delivery.urgency;
  Recorder recorder(tx, referral, moment.now, {});
  // The tables know no way from QUEUED to DEAD_LETTER but through a lease; it discloses nothing.
  ++delivery.lease_epoch;
  for (const v1::DeliveryState to : {v1::DELIVERY_STATE_LEASED, v1::DELIVERY_STATE_DEAD_LETTER}) {
    AMANA_RETURN_IF_ERROR(recorder
                              .MoveDelivery(delivery, to, Actor::kAdapter, v1::REASON_NATIVE_SCHEMA,
                                            absl::InfiniteFuture())
                              .status());
  }
  return absl::OkStatus();
}

absl::Status LeaseOne(store::Transaction& tx, const Moment& moment, const Policy& policy,
                      store::DeliveryRecord delivery, LeaseResult& result) {
  absl::StatusOr<Consignment> loaded = Load(tx, delivery);
  if (!loaded.ok()) {
    return absl::IsDataLoss(loaded.status()) ? Bury(tx, moment, delivery) : loaded.status();
  }
  Consignment& consignment = *loaded;
  if (moment.trust->revocations->Contains(delivery.recipient_cert)) {
    return AskForWrap(tx, std::move(consignment), moment.now, policy);
  }
  const consent::Decision decision =
      DecideTask(tx, moment, consignment.header, delivery.key.task.task, delivery.recipient,
                 CategoriesOf(consignment.sections),
                 delivery.disclosed ? consent::Attempt::kRetry : consent::Attempt::kFirst);
  if (!decision.Delivers()) {
    return Block(tx, consignment.referral, moment.now, policy, consignment.task, decision,
                 std::nullopt)
        .status();
  }
  const Selection selection = Select(consignment, decision, delivery.key.stage);
  delivery.disclosed = true;
  ++delivery.attempts;
  ++delivery.lease_epoch;
  Recorder recorder(tx, consignment.referral, moment.now, {});
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveDelivery(delivery, v1::DELIVERY_STATE_LEASED, Actor::kAdapter,
                                          v1::REASON_UNSPECIFIED, moment.now + policy.lease,
                                          selection.disclosure)
                            .status());
  AMANA_ASSIGN_OR_RETURN(MessagePtr message,
                         MakeMessage(tx, std::move(consignment), selection, delivery));
  result.deliveries.push_back({delivery.subject, std::move(message)});
  return absl::OkStatus();
}

absl::Status CollectRecalls(const store::Transaction& tx, const Address& unit,
                            LeaseResult& result) {
  constexpr size_t kAtOnce = 64;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> open,
                         tx.deliveries().OpenRecalls(unit, kAtOnce));
  for (const store::DeliveryRecord& delivery : open) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                           tx.referrals().Find(delivery.key.task.referral));
    if (!referral.has_value()) return RecordUnreadable();
    auto message = std::make_shared<v1::ReceiveResponse>();
    v1::Recall& recall = *message->mutable_recall();
    *recall.mutable_delivery() = ToWire(delivery.key);
    recall.set_header_digest(referral->header_digest.bytes());
    recall.set_reason(delivery.reason);
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> cause,
                           tx.deliveries().FindAnswer(delivery.key, kRecallCause));
    if (cause.has_value()) {
      if (!recall.mutable_cause()->ParseFromString(cause->envelope)) return RecordUnreadable();
      AMANA_ASSIGN_OR_RETURN(*recall.mutable_cause_certificate(),
                             CertificateOf(tx, cause->cert_id));
    }
    result.recalls.emplace_back(delivery.key, std::move(message));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LeaseResult> Lease(store::Transaction& tx, const Moment& moment,
                                  const Policy& policy, const Address& unit, uint32_t limit) {
  LeaseResult result;
  AMANA_RETURN_IF_ERROR(CollectRecalls(tx, unit, result));
  // Bounds the transaction where many in a row turn out to be withheld.
  for (uint32_t looked = 0; result.deliveries.size() < limit; ++looked) {
    if (looked >= 4 * limit) break;
    AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> next,
                           tx.deliveries().NextQueued(unit));
    if (!next.has_value()) return result;
    AMANA_RETURN_IF_ERROR(LeaseOne(tx, moment, policy, *std::move(next), result));
  }
  result.more = true;
  return result;
}

absl::StatusOr<TakenBack> Block(store::Transaction& tx, const store::ReferralRecord& referral,
                                absl::Time now, const Policy& policy, store::TaskRecord task,
                                const consent::Decision& decision,
                                const std::optional<store::StatementRecord>& cause) {
  Recorder recorder(tx, referral, now, {});
  const v1::Reason reason = decision.PublicCode();
  task.consent_rules = PublicRuleNumbers(decision);
  AMANA_ASSIGN_OR_RETURN(const bool disclosed, recorder.Disclosed(task.key));
  AMANA_ASSIGN_OR_RETURN(const TakenBack taken, recorder.TakeBack(task, v1::DELIVERY_STATE_WITHHELD,
                                                                  reason, cause, policy));
  const v1::TaskState to = disclosed ? v1::TASK_STATE_REVOKED : v1::TASK_STATE_BLOCKED_CONSENT;
  const Actor actor = disclosed ? Actor::kConsentHolder : Actor::kBroker;
  // A task whose state knows no such move (it is over, or blocked already) stays where it is.
  if (!referral::CheckTaskTransition(task.state, to, actor, reason).ok()) return taken;
  AMANA_RETURN_IF_ERROR(recorder.MoveTask(task, to, actor, reason).status());
  return taken;
}

}  // namespace amana::delivery
