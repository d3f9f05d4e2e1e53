#include "broker/delivery/lease.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "amana/v1/delivery_service.pb.h"
#include "amana/v1/referral.pb.h"
#include "broker/delivery/carried.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/expire.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/route_task.h"
#include "broker/delivery/submission.h"
#include "broker/delivery/wire.h"
#include "broker/store/errors.h"
#include "proto/envelope/grant.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// So many deliveries that turn out to be withheld end a transaction: others wait for the writer.
constexpr size_t kTurnedAway = 16;

// Everything a lease needs to know about one queued delivery.
struct Consignment {
  store::ReferralRecord referral;
  store::TaskRecord task;
  v1::Submission submission;  // of an update: its sections in the place of the referral's own
  v1::ReferralHeader header;
  codes::CategorySet categories;  // of the referral, and of the update that is delivered
  v1::Grant grant;
  std::string sender_certificate;
  std::string grant_certificate;  // where another than the header's signed the grant
  v1::UpdateSubmission update;    // of an update: the statement and its note
  std::string update_certificate;
};

absl::StatusOr<std::string> CertificateOf(const store::Transaction& tx, const CertId& id) {
  AMANA_ASSIGN_OR_RETURN(std::optional<std::string> der, tx.directory().FindCertificate(id));
  if (!der.has_value()) return RecordUnreadable();
  return *std::move(der);
}

// Where the recipient's key was revoked and the sender has wrapped for its next one already, the
// delivery goes on with that.
absl::Status FollowRotation(const store::Transaction& tx, const Recipients& recipients,
                            const v1::Submission& submission, store::DeliveryRecord& delivery) {
  // An update is sealed once: who asked may ask again.
  if (delivery.key.update != 0) return absl::OkStatus();
  if (!recipients.Revoked(delivery.recipient, delivery.recipient_cert)) return absl::OkStatus();
  const crypto::Certificate* const next = recipients.Sealing(delivery.recipient);
  if (next == nullptr) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::optional<StoredGrant> grant,
                         FindGrant(tx, delivery.key.task.referral, submission, next->id()));
  if (grant.has_value()) delivery.recipient_cert = next->id();
  return absl::OkStatus();
}

// The referral's own grant.
absl::Status LoadGrant(const store::Transaction& tx, const store::DeliveryRecord& delivery,
                       Consignment& out) {
  AMANA_ASSIGN_OR_RETURN(
      std::optional<StoredGrant> grant,
      FindGrant(tx, delivery.key.task.referral, out.submission, delivery.recipient_cert));
  if (!grant.has_value()) return RecordUnreadable();
  out.grant = std::move(grant->grant);
  if (grant->signer == out.referral.cert_id) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(out.grant_certificate, CertificateOf(tx, grant->signer));
  return absl::OkStatus();
}

// An update in the place of the referral's sections and grant.
absl::Status LoadUpdate(const store::Transaction& tx, const store::DeliveryRecord& delivery,
                        Consignment& out) {
  AMANA_ASSIGN_OR_RETURN(out.update,
                         ReadUpdate(tx, delivery.key.task.referral, delivery.key.update));
  v1::Update statement;
  if (!statement.ParseFromString(out.update.update().payload())) return RecordUnreadable();
  AMANA_ASSIGN_OR_RETURN(const CertId signer, CertId::FromBytes(statement.meta().cert_id()));
  AMANA_ASSIGN_OR_RETURN(out.update_certificate, CertificateOf(tx, signer));
  *out.submission.mutable_openings() = std::move(*out.update.mutable_openings());
  *out.submission.mutable_sections() = std::move(*out.update.mutable_sections());
  for (v1::Grant& grant : *out.update.mutable_grants()) {
    v1::WrapGrant wraps;
    if (!wraps.ParseFromString(grant.envelope().payload())) return RecordUnreadable();
    if (wraps.recipient_cert_id() != delivery.recipient_cert.view()) continue;
    out.grant = std::move(grant);
    return absl::OkStatus();
  }
  return RecordUnreadable();
}

absl::StatusOr<Consignment> Load(const store::Transaction& tx, const Recipients& recipients,
                                 store::DeliveryRecord& delivery) {
  const StatementKey& key = delivery.key.task.referral;
  AMANA_ASSIGN_OR_RETURN(StoredSubmission stored, ReadSubmission(tx, key));
  AMANA_RETURN_IF_ERROR(FollowRotation(tx, recipients, stored.submission, delivery));
  Consignment out;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks, tx.referrals().Tasks(key));
  if (!referral.has_value() || delivery.key.task.task >= tasks.size()) {
    return RecordUnreadable();
  }
  out.submission = std::move(stored.submission);
  out.header = std::move(stored.header);
  out.referral = *referral;
  out.task = tasks[delivery.key.task.task];
  AMANA_ASSIGN_OR_RETURN(out.sender_certificate, CertificateOf(tx, out.referral.cert_id));
  out.categories = CategoriesOf(out.submission);
  if (delivery.key.update == 0) {
    AMANA_RETURN_IF_ERROR(LoadGrant(tx, delivery, out));
    return out;
  }
  AMANA_RETURN_IF_ERROR(LoadUpdate(tx, delivery, out));
  out.categories = out.categories | CategoriesOf(out.submission);
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
  for (const v1::SlotOpening& opening : consignment.submission.openings()) {
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

MessagePtr MakeMessage(Consignment&& consignment, const Selection& selection,
                       const store::DeliveryRecord& delivery) {
  auto message = std::make_shared<v1::ReceiveResponse>();
  v1::Delivery& out = *message->mutable_delivery();
  *out.mutable_delivery() = ToWire(delivery.key);
  out.set_lease_epoch(delivery.lease_epoch);
  out.set_lease_until_unix_ms(ToUnixMillis(delivery.due));
  out.set_attempt(delivery.attempts);
  out.set_sender_certificate(std::move(consignment.sender_certificate));
  out.set_grant_certificate(std::move(consignment.grant_certificate));
  if (delivery.key.update != 0) {
    *out.mutable_update() = std::move(*consignment.update.mutable_update());
    out.set_update_certificate(std::move(consignment.update_certificate));
    if (consignment.update.has_note()) {
      *out.mutable_update_note() = std::move(*consignment.update.mutable_note());
    }
  }
  *out.mutable_header() = std::move(*consignment.submission.mutable_header());
  *out.mutable_grant() = envelope::SelectWraps(std::move(consignment.grant), selection.slots);
  for (int i = 0; i < consignment.submission.openings_size(); ++i) {
    const uint32_t slot = consignment.submission.openings(i).slot();
    if (std::find(selection.slots.begin(), selection.slots.end(), slot) == selection.slots.end()) {
      continue;
    }
    *out.add_openings() = std::move(*consignment.submission.mutable_openings(i));
    *out.add_sections() = std::move(*consignment.submission.mutable_sections(i));
  }
  out.mutable_withheld_slots()->Add(selection.withheld_slots.begin(),
                                    selection.withheld_slots.end());
  return message;
}

// The recipient's key was revoked after the sender wrapped for it, and there is no wrap for
// another. An offer waits for one; what an acceptance released cannot be offered again under the
// tables and is taken back alone, for the sender to see.
absl::Status AskForWrap(store::Transaction& tx, Consignment consignment,
                        store::DeliveryRecord delivery, absl::Time now, const Policy& policy) {
  Recorder recorder(tx, consignment.referral, now, {});
  TakenBack taken;
  AMANA_RETURN_IF_ERROR(recorder.TakeBackOne(delivery, v1::DELIVERY_STATE_RECALLED,
                                             v1::REASON_KEY_REVOKED, std::nullopt, policy, taken));
  if (consignment.task.state != v1::TASK_STATE_ROUTED) return absl::OkStatus();
  // The next grant starts a new offer: one delivery per task, epoch and stage.
  ++consignment.task.offer_epoch;
  return recorder
      .MoveTask(consignment.task, v1::TASK_STATE_NEEDS_WRAP, Actor::kBroker, v1::REASON_KEY_REVOKED)
      .status();
}

// One that cannot be read leaves the queue, and nothing may say that it was disclosed: it is
// withheld as unverifiable, or, where an earlier lease disclosed it, recalled.
absl::Status Park(store::Transaction& tx, const Moment& moment, const Policy& policy,
                  store::DeliveryRecord delivery) {
  const store::ReferralRecord referral = StandIn(delivery.key.task.referral, delivery.urgency);
  Recorder recorder(tx, referral, moment.now, {});
  TakenBack taken;
  return recorder.TakeBackOne(delivery, v1::DELIVERY_STATE_WITHHELD,
                              v1::REASON_CONSENT_UNVERIFIABLE, std::nullopt, policy, taken);
}

// Finds why a delivery that was loaded cannot go, and deals with it. True: it can.
absl::StatusOr<bool> MayGo(store::Transaction& tx, const Moment& moment, const Policy& policy,
                           const Recipients& recipients, const Consignment& consignment,
                           store::DeliveryRecord& delivery) {
  if (!IsWanted(consignment.task.state, delivery.key.stage)) {
    Recorder recorder(tx, consignment.referral, moment.now, {});
    TakenBack taken;
    AMANA_RETURN_IF_ERROR(recorder.TakeBackOne(delivery, v1::DELIVERY_STATE_RECALLED,
                                               v1::REASON_NO_LONGER_NEEDED, std::nullopt, policy,
                                               taken));
    return false;
  }
  // The timer may come a moment later; an accepted task does not expire.
  if (consignment.task.state == v1::TASK_STATE_ROUTED &&
      consignment.referral.expires <= moment.now) {
    AMANA_RETURN_IF_ERROR(Expire(tx, moment, policy, consignment.task));
    return false;
  }
  if (recipients.Revoked(delivery.recipient, delivery.recipient_cert)) {
    AMANA_RETURN_IF_ERROR(AskForWrap(tx, consignment, delivery, moment.now, policy));
    return false;
  }
  return true;
}

absl::Status LeaseOne(store::Transaction& tx, const Moment& moment, const Policy& policy,
                      store::DeliveryRecord delivery, LeaseResult& result) {
  AMANA_ASSIGN_OR_RETURN(const Recipients recipients, Recipients::Of(tx, moment));
  absl::StatusOr<Consignment> loaded = Load(tx, recipients, delivery);
  if (absl::IsDataLoss(loaded.status()) || store::IsErased(loaded.status())) {
    return Park(tx, moment, policy, delivery);
  }
  if (!loaded.ok()) return loaded.status();
  Consignment& consignment = *loaded;
  AMANA_ASSIGN_OR_RETURN(const bool may_go,
                         MayGo(tx, moment, policy, recipients, consignment, delivery));
  if (!may_go) return absl::OkStatus();
  const consent::Decision decision =
      DecideTask(tx, moment, consignment.header, delivery.key.task.task, delivery.recipient,
                 consignment.categories,
                 delivery.disclosed ? consent::Attempt::kRetry : consent::Attempt::kFirst);
  if (!decision.Delivers()) {
    return Block(tx, consignment.referral, moment.now, policy, consignment.task, decision, {})
        .status();
  }
  AMANA_RETURN_IF_ERROR(KeepDecideAt(tx, consignment.task, decision.next_change));
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
  result.deliveries.push_back({{delivery.key, delivery.lease_epoch},
                               delivery.subject,
                               MakeMessage(std::move(consignment), selection, delivery)});
  return absl::OkStatus();
}

absl::StatusOr<v1::Recall> MakeRecall(const store::Transaction& tx,
                                      const store::DeliveryRecord& delivery) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(delivery.key.task.referral));
  if (!referral.has_value()) return RecordUnreadable();
  v1::Recall recall;
  *recall.mutable_delivery() = ToWire(delivery.key);
  recall.set_header_digest(referral->header_digest.bytes());
  recall.set_reason(delivery.reason);
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> cause,
                         tx.deliveries().FindAnswer(delivery.key, kRecallCause));
  if (!cause.has_value()) return recall;
  if (!recall.mutable_cause()->ParseFromString(cause->envelope)) return RecordUnreadable();
  AMANA_ASSIGN_OR_RETURN(*recall.mutable_cause_certificate(), CertificateOf(tx, cause->cert_id));
  return recall;
}

absl::Status CollectRecalls(const store::Transaction& tx, const Address& unit,
                            const RecallWanted& wanted, LeaseResult& result) {
  // So many that none is left behind others that nobody answers.
  constexpr size_t kMostOpen = 100'000;
  constexpr size_t kAtOnce = 256;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> open,
                         tx.deliveries().OpenRecalls(unit, kMostOpen));
  for (const store::DeliveryRecord& delivery : open) {
    if (!wanted(delivery.key)) continue;
    if (result.recalls.size() == kAtOnce) {
      result.later = true;
      return absl::OkStatus();
    }
    absl::StatusOr<v1::Recall> recall = MakeRecall(tx, delivery);
    if (absl::IsDataLoss(recall.status())) continue;  // no reason to keep the others back
    if (!recall.ok()) return recall.status();
    auto message = std::make_shared<v1::ReceiveResponse>();
    *message->mutable_recall() = *std::move(recall);
    result.recalls.emplace_back(delivery.key, std::move(message));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsWanted(v1::TaskState task, v1::DisclosureStage stage) {
  switch (task) {
    case v1::TASK_STATE_ROUTED:
    case v1::TASK_STATE_RECEIVED:
    case v1::TASK_STATE_SEEN:
    case v1::TASK_STATE_INFO_REQUESTED:
      return stage == v1::DISCLOSURE_STAGE_AT_OFFER;
    case v1::TASK_STATE_ACCEPTED:
    case v1::TASK_STATE_IN_PROGRESS:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<LeaseResult> Lease(store::Transaction& tx, const Moment& moment,
                                  const Policy& policy, const Address& unit, uint32_t limit,
                                  const RecallWanted& wanted) {
  LeaseResult result;
  AMANA_RETURN_IF_ERROR(CollectRecalls(tx, unit, wanted, result));
  if (!moment.clock_ok) {
    // What nobody can decide is neither withheld nor recalled: it waits.
    result.later = true;
    return result;
  }
  for (size_t looked = 0; result.deliveries.size() < limit; ++looked) {
    if (looked - result.deliveries.size() >= kTurnedAway) break;
    AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> next,
                           tx.deliveries().NextQueued(unit));
    if (!next.has_value()) return result;
    AMANA_RETURN_IF_ERROR(LeaseOne(tx, moment, policy, *std::move(next), result));
  }
  result.more = true;
  return result;
}

}  // namespace amana::delivery
