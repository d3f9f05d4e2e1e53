#include "broker/operations/testing_acts.h"

#include "broker/delivery/wire.h"
#include "broker/operations/acknowledge.h"
#include "broker/operations/add_wraps.h"
#include "broker/operations/answer_recall.h"
#include "broker/operations/cancel_referral.h"
#include "broker/operations/decide.h"
#include "broker/operations/mark_seen.h"
#include "broker/operations/receive.h"
#include "broker/operations/redrive_delivery.h"
#include "broker/operations/register_consent.h"
#include "broker/operations/register_exclusion.h"
#include "broker/operations/withdraw_consent.h"
#include "proto/crypto/random.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;

const Address kIntake = *ParseAddress("haven/intake", "unit");

template <class Message>
Message AnswerAbout(World& world, const v1::DeliveryRef& ref, const std::string& digest,
                    const Answerer& by) {
  Message message;
  *message.mutable_meta() = world.Meta(by.signer);
  *message.mutable_delivery() = ref;
  message.mutable_recipient()->set_agency("haven");
  message.mutable_recipient()->set_unit(by.unit);
  message.set_header_digest(digest);
  return message;
}

template <class Message>
v1::SignedEnvelope SignEdited(World& world, std::string_view type, Message message,
                              const Edit<Message>& edit, const tests::TestIdentity& signer) {
  if (edit) edit(message);
  return world.Sign(type, message, signer);
}

}  // namespace

Sent Send(World& world, char subject, const Edit<envelope::SubmissionDraft>& edit) {
  const v1::ConsentRecord consent = world.Consent(subject);
  AMANA_EXPECT_OK(world.Register(consent));
  return SendUnder(world, consent, edit);
}

Sent SendUnder(World& world, const v1::ConsentRecord& consent,
               const Edit<envelope::SubmissionDraft>& edit) {
  envelope::SubmissionDraft draft = world.Draft(consent);
  if (edit) edit(draft);
  auto sealed = envelope::SealSubmission(draft, PoliceSigner().key, PoliceSigner().certificate);
  AMANA_EXPECT_OK(sealed.status());
  Sent sent{consent, std::move(sealed->submission), std::move(sealed->keys), {}, {}};
  sent.key = envelope::ReferralStatement::Create(sent.submission.header())->key();
  sent.digest = envelope::PayloadDigest(sent.submission.header()).bytes();
  AMANA_EXPECT_OK(world.Submit(sent.submission).status());
  return sent;
}

v1::Delivery ReceiveOne(World& world) {
  const std::vector<v1::ReceiveResponse> received = world.Receive();
  EXPECT_EQ(received.size(), 1u);
  if (received.size() != 1 || !received[0].has_delivery()) {
    ADD_FAILURE() << "not one delivery";
    return {};
  }
  return received[0].delivery();
}

v1::Delivery OfferSeen(World& world, const Sent& sent) {
  v1::Delivery offer = ReceiveOne(world);
  AMANA_EXPECT_OK(world.Acknowledge(offer));
  AMANA_EXPECT_OK(world.Seen(offer.delivery(), sent.digest));
  return offer;
}

absl::StatusOr<v1::MarkSeenResponse> MarkSeenAs(World& world, const v1::DeliveryRef& ref,
                                                const std::string& digest, const Answerer& by,
                                                const Edit<v1::Seen>& edit) {
  v1::MarkSeenRequest request;
  *request.mutable_seen() = SignEdited(
      world, envelope::kSeenType, AnswerAbout<v1::Seen>(world, ref, digest, by), edit, by.signer);
  return Await<v1::MarkSeenResponse>([&](auto reply) {
    MarkSeen(world.context(), World::CallerOf(by.caller), request, std::move(reply));
  });
}

absl::StatusOr<v1::DecideResponse> DecideAs(World& world, const v1::DeliveryRef& ref,
                                            const std::string& digest, const Answerer& by,
                                            const Edit<v1::Decision>& edit) {
  auto message = AnswerAbout<v1::Decision>(world, ref, digest, by);
  message.set_accepted(true);
  v1::DecideRequest request;
  *request.mutable_decision() =
      SignEdited(world, envelope::kDecisionType, std::move(message), edit, by.signer);
  return Await<v1::DecideResponse>([&](auto reply) {
    Decide(world.context(), World::CallerOf(by.caller), request, std::move(reply));
  });
}

absl::StatusOr<v1::AcknowledgeResponse> AcknowledgeAs(World& world, const v1::Delivery& delivery,
                                                      const Answerer& by,
                                                      const Edit<v1::Acknowledgement>& edit) {
  v1::Acknowledgement message;
  message.ParseFromString(world.Acknowledgement(delivery).payload());
  *message.mutable_meta() = world.Meta(by.signer);
  message.mutable_recipient()->set_unit(by.unit);
  v1::AcknowledgeRequest request;
  *request.mutable_acknowledgement() =
      SignEdited(world, envelope::kAcknowledgementType, std::move(message), edit, by.signer);
  return Await<v1::AcknowledgeResponse>([&](auto reply) {
    Acknowledge(world.context(), World::CallerOf(by.caller), request, std::move(reply));
  });
}

absl::StatusOr<v1::AnswerRecallResponse> AnswerRecallAs(World& world, const v1::DeliveryRef& ref,
                                                        const std::string& digest,
                                                        const Answerer& by,
                                                        const Edit<v1::RecallAnswer>& edit) {
  auto message = AnswerAbout<v1::RecallAnswer>(world, ref, digest, by);
  message.set_confirmed(true);
  v1::AnswerRecallRequest request;
  *request.mutable_answer() =
      SignEdited(world, envelope::kRecallAnswerType, std::move(message), edit, by.signer);
  return Await<v1::AnswerRecallResponse>([&](auto reply) {
    AnswerRecall(world.context(), World::CallerOf(by.caller), request, std::move(reply));
  });
}

absl::StatusOr<v1::RegisterConsentResponse> RegisterAs(World& world,
                                                       const v1::ConsentRecord& record,
                                                       std::string_view agency,
                                                       const tests::TestIdentity& signer) {
  v1::RegisterConsentRequest request;
  *request.mutable_consent() = world.Sign(envelope::kConsentType, record, signer);
  return Await<v1::RegisterConsentResponse>([&](auto reply) {
    RegisterConsent(world.context(), World::CallerOf(agency), request, std::move(reply));
  });
}

absl::StatusOr<v1::WithdrawConsentResponse> Withdraw(World& world, const v1::ConsentRecord& consent,
                                                     std::string_view agency,
                                                     const Edit<v1::Withdrawal>& edit) {
  const bool police = agency == "police";
  const tests::TestIdentity& signer = police ? PoliceSigner() : HavenSigner();
  v1::Withdrawal message;
  *message.mutable_meta() = world.Meta(signer);
  message.set_consent_id(consent.consent_id());
  message.set_subject_pseudonym(consent.subject_pseudonym());
  message.mutable_recorder()->set_agency(std::string(agency));
  message.mutable_recorder()->set_unit(police ? "desk" : "intake");
  v1::WithdrawConsentRequest request;
  *request.mutable_withdrawal() =
      SignEdited(world, envelope::kWithdrawalType, std::move(message), edit, signer);
  return Await<v1::WithdrawConsentResponse>([&](auto reply) {
    WithdrawConsent(world.context(), World::CallerOf(agency), request, std::move(reply));
  });
}

absl::StatusOr<v1::RegisterExclusionResponse> Exclude(World& world, char subject,
                                                      std::string_view excluded,
                                                      const Edit<v1::Exclusion>& edit) {
  v1::Exclusion message;
  *message.mutable_meta() = world.Meta(PoliceSigner());
  message.set_exclusion_id(crypto::RandomBytes(16));
  message.set_subject_pseudonym(std::string(16, subject));
  message.mutable_recorder()->set_agency("police");
  message.mutable_recorder()->set_unit("desk");
  message.mutable_excluded()->set_agency(std::string(excluded));
  v1::RegisterExclusionRequest request;
  *request.mutable_exclusion() =
      SignEdited(world, envelope::kExclusionType, std::move(message), edit, PoliceSigner());
  return Await<v1::RegisterExclusionResponse>([&](auto reply) {
    RegisterExclusion(world.context(), World::CallerOf("police"), request, std::move(reply));
  });
}

absl::StatusOr<v1::CancelReferralResponse> Cancel(World& world, const Sent& sent,
                                                  const Edit<v1::Cancellation>& edit) {
  v1::Cancellation message;
  *message.mutable_meta() = world.Meta(PoliceSigner());
  *message.mutable_referral() = delivery::ToWire(sent.key);
  message.set_header_digest(sent.digest);
  message.set_reason(v1::REASON_NO_LONGER_NEEDED);
  v1::CancelReferralRequest request;
  *request.mutable_cancellation() =
      SignEdited(world, envelope::kCancellationType, std::move(message), edit, PoliceSigner());
  return Await<v1::CancelReferralResponse>([&](auto reply) {
    CancelReferral(world.context(), World::CallerOf("police"), request, std::move(reply));
  });
}

v1::Grant GrantFor(World& world, const Sent& sent, int generation) {
  const auto statement = envelope::ReferralStatement::Create(sent.submission.header());
  auto grant =
      envelope::MakeGrant(*statement, {kIntake, HavenSealer(generation).certificate}, sent.keys,
                          PoliceSigner().key, PoliceSigner().certificate, world.clock().Now());
  AMANA_EXPECT_OK(grant.status());
  return grant.value_or(v1::Grant());
}

absl::StatusOr<v1::AddWrapsResponse> AddWrapsOf(World& world, const std::vector<v1::Grant>& grants,
                                                std::string_view caller) {
  v1::AddWrapsRequest request;
  request.mutable_grants()->Assign(grants.begin(), grants.end());
  return Await<v1::AddWrapsResponse>([&](auto reply) {
    AddWraps(world.context(), World::CallerOf(caller), request, std::move(reply));
  });
}

const tests::TestIdentity& AppointOperator(World& world) {
  const tests::TestIdentity& officer = tests::TestSigner("police", Role::kOperator, "desk", "op-1");
  world.registry_files().Edit(
      "certificates = \"police\"",
      "certificates = \"police\"\nroles = [\"system\", \"person\", \"operator\"]");
  world.registry_files().Add("police", "operator", officer.certificate);
  world.ReloadRegistry();
  return officer;
}

absl::StatusOr<v1::RedriveDeliveryResponse> Redrive(World& world, const v1::DeliveryRef& ref,
                                                    const tests::TestIdentity& signer,
                                                    const Edit<v1::Redrive>& edit) {
  v1::Redrive message;
  *message.mutable_meta() = world.Meta(signer);
  *message.mutable_delivery() = ref;
  message.set_reason(v1::REASON_NATIVE_SCHEMA);
  v1::RedriveDeliveryRequest request;
  *request.mutable_redrive() =
      SignEdited(world, envelope::kRedriveType, std::move(message), edit, signer);
  return Await<v1::RedriveDeliveryResponse>([&](auto reply) {
    RedriveDelivery(world.context(), World::CallerOf("police", Role::kOperator), request,
                    std::move(reply));
  });
}

absl::Status ReportOutcome(World& world, const v1::Delivery& delivery, v1::DeliveryOutcome outcome,
                           v1::Reason error) {
  v1::DeliveryReport report;
  *report.mutable_delivery() = delivery.delivery();
  report.set_lease_epoch(delivery.lease_epoch());
  report.set_outcome(outcome);
  report.set_error(error);
  absl::Notification done;
  absl::Status result;
  Report(world.context(), kIntake, report, [&](absl::Status status) {
    result = std::move(status);
    done.Notify();
  });
  done.WaitForNotification();
  return result;
}

store::TaskRecord TaskOf(World& world, const Sent& sent, uint32_t task) {
  const auto tasks = (*world.store().Read())->referrals().Tasks(sent.key);
  AMANA_EXPECT_OK(tasks.status());
  return tasks.ok() && task < tasks->size() ? (*tasks)[task] : store::TaskRecord();
}

std::vector<store::DeliveryRecord> DeliveriesOf(World& world, const Sent& sent, uint32_t task) {
  const auto deliveries = (*world.store().Read())->deliveries().OfTask({sent.key, task});
  AMANA_EXPECT_OK(deliveries.status());
  return deliveries.value_or(std::vector<store::DeliveryRecord>());
}

store::DeliveryRecord OfferOf(World& world, const Sent& sent) {
  const std::vector<store::DeliveryRecord> all = DeliveriesOf(world, sent);
  EXPECT_FALSE(all.empty());
  return all.empty() ? store::DeliveryRecord() : all[0];
}

std::vector<store::StoredEvent> EventsFrom(World& world, uint64_t first) {
  const auto events = (*world.store().Read())->log().ReadEvents(first, 100000);
  AMANA_EXPECT_OK(events.status());
  return events.value_or(std::vector<store::StoredEvent>());
}

uint64_t LogSize(World& world) { return (*world.store().Read())->log().Head()->size; }

}  // namespace amana::operations
