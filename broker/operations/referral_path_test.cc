// The life of a referral through the core: submit, deliver, acknowledge, see, decide, cancel,
// withdraw; and what must not happen on the way.
#include <gtest/gtest.h>

#include "broker/audit/proofs.h"
#include "broker/operations/cancel_referral.h"
#include "broker/operations/testing.h"
#include "broker/operations/withdraw_consent.h"
#include "proto/crypto/random.h"
#include "proto/envelope/delivery.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

std::string DigestOf(const v1::SignedEnvelope& envelope) {
  return envelope::PayloadDigest(envelope).bytes();
}

// Registers a consent and submits a referral that rests on it.
v1::Submission Submitted(World& world, char subject = 's') {
  const v1::ConsentRecord consent = world.Consent(subject);
  AMANA_EXPECT_OK(world.Register(consent));
  v1::Submission submission = world.Seal(world.Draft(consent));
  AMANA_EXPECT_OK(world.Submit(submission).status());
  return submission;
}

absl::StatusOr<v1::WithdrawConsentResponse> Withdraw(World& world,
                                                     const v1::ConsentRecord& consent) {
  v1::Withdrawal message;
  *message.mutable_meta() = world.Meta(PoliceSigner());
  message.set_consent_id(consent.consent_id());
  message.set_subject_pseudonym(consent.subject_pseudonym());
  *message.mutable_recorder() = consent.recorder();
  v1::WithdrawConsentRequest request;
  *request.mutable_withdrawal() = world.Sign(envelope::kWithdrawalType, message, PoliceSigner());
  return Await<v1::WithdrawConsentResponse>([&](auto reply) {
    WithdrawConsent(world.context(), World::CallerOf("police"), request, std::move(reply));
  });
}

absl::StatusOr<v1::CancelReferralResponse> Cancel(World& world, const v1::Submission& submission) {
  v1::ReferralHeader header;
  header.ParseFromString(submission.header().payload());
  v1::Cancellation message;
  *message.mutable_meta() = world.Meta(PoliceSigner());
  message.mutable_referral()->set_sender_agency("police");
  message.mutable_referral()->set_referral_id(header.referral_id());
  message.mutable_referral()->set_version(1);
  message.set_header_digest(DigestOf(submission.header()));
  message.set_reason(v1::REASON_NO_LONGER_NEEDED);
  v1::CancelReferralRequest request;
  *request.mutable_cancellation() =
      world.Sign(envelope::kCancellationType, message, PoliceSigner());
  return Await<v1::CancelReferralResponse>([&](auto reply) {
    CancelReferral(world.context(), World::CallerOf("police"), request, std::move(reply));
  });
}

TEST(ReferralPath, FromSubmissionToAcceptanceEveryStepIsThere) {
  World world;
  const v1::Submission submission = Submitted(world);
  const std::vector<v1::ReceiveResponse> offered = world.Receive();
  ASSERT_EQ(offered.size(), 1u);
  const v1::Delivery& offer = offered[0].delivery();
  EXPECT_EQ(offer.sections_size(), 3);
  EXPECT_EQ(offer.attempt(), 1u);
  const auto sender = crypto::Certificate::FromDer(offer.sender_certificate());
  AMANA_ASSERT_OK(sender.status());
  const envelope::SealingIdentity identity{*ParseAddress("haven/intake", "unit"),
                                           HavenSealer().certificate, HavenSealer().key};
  const auto opened = envelope::OpenDelivery(
      {offer.header(), offer.grant(), offer.openings(), offer.sections(), offer.withheld_slots()},
      {*sender, std::nullopt}, {&identity, 1});
  AMANA_ASSERT_OK(opened.status());
  EXPECT_EQ(opened->sections[0].content, R"({"note":"SYNTHETIC"})");

  const std::string digest = DigestOf(submission.header());
  AMANA_ASSERT_OK(world.Acknowledge(offer));
  AMANA_EXPECT_OK(world.Acknowledge(offer));  // another signature, same fact: refused or replayed
  AMANA_ASSERT_OK(world.Seen(offer.delivery(), digest));
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), digest, true));
  const std::vector<v1::ReceiveResponse> rest = world.Receive();
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].delivery().delivery().stage(), v1::DISCLOSURE_STAGE_AT_ACCEPT);
  EXPECT_EQ(rest[0].delivery().sections_size(), 1);
  AMANA_ASSERT_OK(world.Acknowledge(rest[0].delivery()));
  EXPECT_EQ(world.Get(submission).tasks(0).state(), v1::TASK_STATE_ACCEPTED);
  EXPECT_TRUE(world.Receive().empty());
}

TEST(ReferralPath, SameBytesGetTheOriginalReceiptOthersAreEquivocation) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  envelope::SubmissionDraft draft = world.Draft(consent);
  const v1::Submission submission = world.Seal(draft);
  const auto first = world.Submit(submission);
  AMANA_ASSERT_OK(first.status());
  world.clock().Advance(absl::Hours(20 * 24));  // however late
  const auto again = world.Submit(submission);
  AMANA_ASSERT_OK(again.status());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());

  draft.created = world.clock().Now();
  draft.header.set_expires_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(1)));
  const v1::Submission other = world.Seal(draft);
  const auto size = [&] { return world.store().Read().value()->log().Head()->size; };
  const uint64_t before = size();
  EXPECT_EQ(ErrorReason(world.Submit(other).status()), "EQUIVOCATION");
  EXPECT_EQ(size(), before + 1);
  // Sent again, it is refused again, and told to the log once.
  EXPECT_EQ(ErrorReason(world.Submit(other).status()), "EQUIVOCATION");
  EXPECT_EQ(size(), before + 1);
}

// Who lost the answer must be able to get it, whatever has happened since to the keys involved.
TEST(ReferralPath, TheOriginalReceiptIsGivenWhateverBecameOfTheKeys) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  const v1::Submission submission = world.Seal(world.Draft(consent));
  const v1::Submission never_sent = world.Seal(world.Draft(consent));
  const auto first = world.Submit(submission);
  AMANA_ASSERT_OK(first.status());
  world.registry_files().Revoke(PoliceSigner().certificate.id());
  world.ReloadRegistry();
  const auto again = world.Submit(submission);
  AMANA_ASSERT_OK(again.status());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->tasks_size(), 1);
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_FALSE(again->receipt().tlog_proof().empty());
  // Only to its sender, and only for what was accepted.
  EXPECT_EQ(ErrorReason(world.Submit(submission, "haven").status()),
            ErrorReason(world.Submit(never_sent, "haven").status()));
  EXPECT_EQ(ErrorReason(world.Submit(never_sent).status()), "SIGNER_REVOKED");
}

TEST(ReferralPath, WithoutConsentItIsStoredBlockedAndDeliveredToNobody) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  const v1::Submission submission = world.Seal(world.Draft(consent));
  const auto response = world.Submit(submission);
  AMANA_ASSERT_OK(response.status());
  EXPECT_FALSE(response->receipt().tlog_proof().empty());
  EXPECT_EQ(response->tasks(0).state(), v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(response->tasks(0).reason(), v1::REASON_CONSENT_MISSING);
  EXPECT_TRUE(world.Receive().empty());
  // The consent it pins arrives: the referral goes on.
  AMANA_ASSERT_OK(world.Register(consent));
  EXPECT_EQ(world.Get(submission).tasks(0).state(), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(world.Receive().size(), 1u);
}

TEST(ReferralPath, WithdrawalBeforeDeliveryWithholdsAfterDeliveryRecalls) {
  World world;
  const v1::ConsentRecord quiet = world.Consent('q');
  const v1::ConsentRecord heard = world.Consent('h');
  AMANA_ASSERT_OK(world.Register(quiet));
  AMANA_ASSERT_OK(world.Register(heard));
  const v1::Submission delivered = world.Seal(world.Draft(heard));
  AMANA_ASSERT_OK(world.Submit(delivered).status());
  ASSERT_EQ(world.Receive().size(), 1u);
  const v1::Submission waiting = world.Seal(world.Draft(quiet));
  AMANA_ASSERT_OK(world.Submit(waiting).status());

  const auto first = Withdraw(world, quiet);
  AMANA_ASSERT_OK(first.status());
  EXPECT_EQ(first->withheld(), 1u);
  EXPECT_EQ(first->recalled(), 0u);
  EXPECT_EQ(world.Get(waiting).tasks(0).state(), v1::TASK_STATE_BLOCKED_CONSENT);
  const auto second = Withdraw(world, heard);
  AMANA_ASSERT_OK(second.status());
  EXPECT_EQ(second->withheld(), 0u);
  EXPECT_EQ(second->recalled(), 1u);
  EXPECT_EQ(world.Get(delivered).tasks(0).state(), v1::TASK_STATE_REVOKED);
  const std::vector<v1::ReceiveResponse> out = world.Receive();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].recall().reason(), v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(out[0].recall().cause().payload_type(), envelope::kWithdrawalType);
}

TEST(ReferralPath, CancelTakesBackWhatWaitsAndRecallsWhatWasDisclosed) {
  World world;
  const v1::Submission delivered = Submitted(world, 'a');
  ASSERT_EQ(world.Receive().size(), 1u);
  const v1::Submission waiting = Submitted(world, 'b');
  AMANA_ASSERT_OK(Cancel(world, waiting).status());
  AMANA_ASSERT_OK(Cancel(world, delivered).status());
  world.clock().Advance(absl::Seconds(1));  // another statement; the same one gets its receipt
  EXPECT_EQ(ErrorReason(Cancel(world, delivered).status()), "NOT_CANCELLABLE");
  EXPECT_EQ(world.Get(waiting).tasks(0).deliveries(0).state(), v1::DELIVERY_STATE_RECALLED);
  EXPECT_EQ(world.Get(delivered).tasks(0).deliveries(0).state(), v1::DELIVERY_STATE_RECALL_SENT);
  const std::vector<v1::ReceiveResponse> out = world.Receive();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].recall().cause().payload_type(), envelope::kCancellationType);
}

TEST(ReferralPath, AnUnacknowledgedLeaseComesAgainWithTheNextEpoch) {
  World world;
  Submitted(world);
  const std::vector<v1::ReceiveResponse> first = world.Receive();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_TRUE(world.Receive().empty());
  world.clock().Advance(absl::Seconds(61));
  world.RunTimers();
  EXPECT_EQ(ErrorReason(world.Acknowledge(first[0].delivery())), "DELIVERY_NOT_LEASED");
  const std::vector<v1::ReceiveResponse> second = world.Receive();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].delivery().lease_epoch(), first[0].delivery().lease_epoch() + 1);
  AMANA_EXPECT_OK(world.Acknowledge(second[0].delivery()));
}

TEST(ReferralPath, ExpiryRecallsWhatWasDisclosed) {
  World world;
  const v1::Submission submission = Submitted(world);
  ASSERT_EQ(world.Receive().size(), 1u);
  world.clock().Advance(absl::Hours(14 * 24 + 1));
  world.RunTimers();
  const v1::GetReferralResponse after = world.Get(submission);
  EXPECT_EQ(after.tasks(0).state(), v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(after.tasks(0).deliveries(0).state(), v1::DELIVERY_STATE_RECALL_SENT);
}

TEST(ReferralPath, ARevokedSealingKeyAsksForANewWrap) {
  World world;
  const v1::Submission submission = Submitted(world);
  world.registry_files().Revoke(HavenSealer().certificate.id());
  world.ReloadRegistry();
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(world.Get(submission).tasks(0).state(), v1::TASK_STATE_NEEDS_WRAP);
}

TEST(ReferralPath, EveryForgeryIsNamedAndStoresNothing) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  const v1::Submission good = world.Seal(world.Draft(consent));
  struct Row {
    std::string reason;
    std::function<v1::Submission()> make;
    std::string caller = "police";
  };
  const auto edited = [&](auto edit) {
    return [&, edit] {
      v1::Submission bad = good;
      edit(bad);
      return bad;
    };
  };
  const auto redrafted = [&](auto edit) {
    return [&, edit] {
      envelope::SubmissionDraft draft = world.Draft(consent);
      edit(draft);
      return world.Seal(draft);
    };
  };
  const Row rows[] = {
      {"SIGNATURE_INVALID",
       edited([](v1::Submission& s) { s.mutable_header()->mutable_signature()->back() ^= 1; })},
      {"SIGNATURE_INVALID",
       edited([](v1::Submission& s) { s.mutable_header()->clear_signature(); })},
      {"SENDER_NOT_CALLER", edited([](v1::Submission&) {}), "haven"},
      {"UNKNOWN_FIELD", edited([](v1::Submission& s) {
         s.mutable_header()->mutable_payload()->append("\xfa\x7f\x01x", 4);
       })},
      {"UNKNOWN_FIELD", edited([](v1::Submission& s) {
         v1::SignedEnvelope& header = *s.mutable_header();
         header.GetReflection()->MutableUnknownFields(&header)->AddLengthDelimited(15, "SYNTHETIC");
       })},
      {"SECTION_MISMATCH", edited([](v1::Submission& s) {
         s.mutable_sections(0)->mutable_ciphertext()->front() ^= 1;
       })},
      {"PAYLOAD_TYPE_UNEXPECTED", edited([](v1::Submission& s) {
         s.mutable_header()->set_payload_type(std::string(envelope::kSeenType));
       })},
      {"WRAP_MISMATCH", edited([](v1::Submission& s) {
         s.mutable_grants(0)->mutable_wraps(0)->mutable_sealed_key()->front() ^= 1;
       })},
      {"RECIPIENT_UNKNOWN", redrafted([](envelope::SubmissionDraft& d) {
         d.header.mutable_services(0)->mutable_recipient()->set_unit("nowhere");
       })},
      {"STATEMENT_TOO_OLD", redrafted([&](envelope::SubmissionDraft& d) {
         d.created = world.clock().Now() - absl::Hours(15 * 24);
       })},
      {"CREATED_IN_FUTURE", redrafted([&](envelope::SubmissionDraft& d) {
         d.created = world.clock().Now() + absl::Hours(1);
       })},
      {"HEADER_EXPIRED", redrafted([&](envelope::SubmissionDraft& d) {
         d.created = world.clock().Now() - absl::Hours(2);
         d.header.set_expires_unix_ms(ToUnixMillis(world.clock().Now() - absl::Hours(1)));
       })},
      {"VERSION_OUT_OF_ORDER",
       redrafted([](envelope::SubmissionDraft& d) { d.header.set_version(2); })},
  };
  const uint64_t before = (*(*world.store().Read())->log().Head()).size;
  for (const Row& row : rows) {
    const auto response = world.Submit(row.make(), row.caller);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  EXPECT_EQ((*(*world.store().Read())->log().Head()).size, before);
  AMANA_EXPECT_OK(world.Submit(good).status());
}

}  // namespace
}  // namespace amana::operations
