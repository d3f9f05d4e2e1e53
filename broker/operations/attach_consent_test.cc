// A sender lets a referral rest on another consent record: only this widens what the header pins.
#include "broker/operations/attach_consent.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "broker/delivery/outlet.h"
#include "broker/operations/testing_acts.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

v1::AttachConsentRequest RequestOf(World& world, const Sent& sent, const v1::ConsentRecord& record,
                                   const Edit<v1::ConsentAttachment>& edit = {},
                                   const tests::TestIdentity& signer = PoliceSigner()) {
  v1::ConsentAttachment message;
  *message.mutable_meta() = world.Meta(signer);
  message.mutable_referral()->set_sender_agency(sent.key.sender.value());
  message.mutable_referral()->set_referral_id(sent.key.referral.bytes());
  message.mutable_referral()->set_version(sent.key.version);
  message.set_header_digest(sent.digest);
  message.mutable_consent()->set_consent_id(record.consent_id());
  message.mutable_consent()->set_version(record.version());
  message.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(record)).bytes());
  if (edit) edit(message);
  v1::AttachConsentRequest request;
  *request.mutable_attachment() = world.Sign(envelope::kConsentAttachmentType, message, signer);
  return request;
}

absl::StatusOr<v1::AttachConsentResponse> Attach(World& world, const Sent& sent,
                                                 const v1::ConsentRecord& record,
                                                 const Edit<v1::ConsentAttachment>& edit = {},
                                                 std::string_view caller = "police") {
  const tests::TestIdentity& signer = caller == "police" ? PoliceSigner() : HavenSigner();
  const v1::AttachConsentRequest request = RequestOf(world, sent, record, edit, signer);
  return Await<v1::AttachConsentResponse>([&](auto reply) {
    AttachConsent(world.context(), World::CallerOf(caller), request, std::move(reply));
  });
}

TEST(AttachConsent, OnlyTheSendersAttachmentWidens) {
  World world;
  v1::ConsentRecord narrow = world.Consent('n');
  narrow.clear_categories();
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK}) {
    narrow.add_categories(category);
  }
  AMANA_ASSERT_OK(world.Register(narrow));
  const Sent sent = SendUnder(world, narrow);
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  v1::ConsentRecord wide = world.Consent('n');
  wide.set_consent_id(narrow.consent_id());
  wide.set_version(2);
  AMANA_ASSERT_OK(world.Register(wide));
  // The header pins the narrow version: the wider one gives nothing by itself.
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);

  struct Row {
    const char* reason;
    Edit<v1::ConsentAttachment> edit;
  };
  const v1::ConsentRecord another = world.Consent('a');  // another person's
  AMANA_ASSERT_OK(world.Register(another));
  const Row rows[] = {
      {"NOT_FOUND", [](auto& m) { m.mutable_consent()->set_version(3); }},
      {"NOT_FOUND", [](auto& m) { m.mutable_consent()->set_digest(std::string(32, 'x')); }},
      {"NOT_FOUND", [](auto& m) { m.mutable_referral()->set_version(2); }},
      {"NOT_FOUND",
       [&](auto& m) {
         m.mutable_consent()->set_consent_id(another.consent_id());
         m.mutable_consent()->set_version(1);
         m.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(another)).bytes());
       }},
      {"HEADER_DIGEST_MISMATCH", [](auto& m) { m.set_header_digest(std::string(32, 'x')); }},
      {"SENDER_NOT_CALLER", [](auto& m) { m.mutable_referral()->set_sender_agency("haven"); }},
      {"FIELD_INVALID", [](auto& m) { m.mutable_consent()->set_version(0); }},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ErrorReason(Attach(world, sent, wide, row.edit).status()), row.reason);
  }
  EXPECT_EQ(ErrorReason(Attach(world, sent, wide, {}, "haven").status()), "SENDER_NOT_CALLER");

  const auto attached = Attach(world, sent, wide);
  AMANA_ASSERT_OK(attached.status());
  ASSERT_EQ(attached->tasks_size(), 1);
  EXPECT_EQ(attached->tasks(0).state(), v1::TASK_STATE_ROUTED);
  const auto again = Attach(world, sent, wide);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            attached->receipt().event().SerializeAsString());
  const v1::Delivery delivery = ReceiveOne(world);
  EXPECT_EQ(delivery.openings_size(), 3);
}

// Held since the guardian's consent would last longer than the childhood; asked anew, of age.
TEST(AttachConsent, AtEighteenThePersonIsAskedAndThatIsAttached) {
  World world;
  v1::ConsentRecord guardians = world.Consent('c');
  guardians.set_given_by(v1::CONSENT_GIVER_GUARDIAN);
  guardians.set_authority_evidence_sha256(std::string(32, 'a'));
  guardians.set_child_assent(v1::CHILD_ASSENT_GIVEN);
  AMANA_ASSERT_OK(world.Register(guardians));
  const absl::CivilMonth next = absl::ToCivilMonth(world.clock().Now(), absl::UTCTimeZone()) + 1;
  const Sent sent = SendUnder(world, guardians, [&](envelope::SubmissionDraft& draft) {
    draft.header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
    draft.header.mutable_assertions()->set_majority_month(
        static_cast<uint32_t>(next - absl::CivilMonth(1970, 1)));
    draft.header.set_expires_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(80 * 24)));
  });
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, sent).reason, v1::REASON_RECONSENT_REQUIRED);

  const v1::ConsentRecord early = world.Consent('c');  // by the child alone
  AMANA_ASSERT_OK(world.Register(early));
  AMANA_ASSERT_OK(Attach(world, sent, early).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  world.clock().Advance(absl::FromCivil(next + 1, absl::UTCTimeZone()) - world.clock().Now());
  world.RunTimers();
  // That a child said so once is not an adult's word.
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  const v1::ConsentRecord own = world.Consent('c');
  AMANA_ASSERT_OK(world.Register(own));
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  AMANA_ASSERT_OK(Attach(world, sent, own).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(ReceiveOne(world).openings_size(), 3);
}

// The table keeps such a task ROUTED: its delivery waits alone, and comes back alone.
TEST(AttachConsent, WhatIsHeldUnderWayGoesOnByItselfWhenItsTimeComes) {
  World world;
  const Sent sent = Send(world, 'l');
  v1::ConsentRecord later = world.Consent('l');
  later.set_valid_from_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(1)));
  AMANA_ASSERT_OK(world.Register(later));
  AMANA_ASSERT_OK(Attach(world, sent, later).status());
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_EQ(OfferOf(world, sent).reason, v1::REASON_CONSENT_NOT_YET_VALID);
  world.clock().Advance(absl::Minutes(59));
  world.RunTimers();
  EXPECT_TRUE(world.Receive().empty());
  world.clock().Advance(absl::Minutes(1));
  world.RunTimers();
  ReceiveOne(world);
}

TEST(AttachConsent, WhatANarrowerRecordDoesNotGiveIsTakenBack) {
  World world;
  const Sent sent = Send(world, 'n');
  const v1::Delivery delivery = ReceiveOne(world);
  AMANA_ASSERT_OK(world.Acknowledge(delivery));
  v1::ConsentRecord elsewhere = sent.consent;
  elsewhere.set_version(2);
  elsewhere.mutable_recipients(0)->set_unit("coast");
  // Registered by itself it narrows already; a new consent of the person would, too.
  AMANA_ASSERT_OK(world.Register(elsewhere));
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
  const auto attached = Attach(world, sent, elsewhere);
  AMANA_ASSERT_OK(attached.status());
  EXPECT_NE(attached->tasks(0).state(), v1::TASK_STATE_ROUTED);
}

// A sender that asks again must not be told earlier than the first time.
TEST(AttachConsent, ARepetitionWaitsForWhatIsBeingWrittenToo) {
  World world;
  const Sent sent = Send(world, 'n');
  v1::ConsentRecord elsewhere = sent.consent;
  elsewhere.set_version(2);
  elsewhere.mutable_recipients(0)->set_unit("coast");
  AMANA_ASSERT_OK(world.Register(elsewhere));
  const auto outlet = std::make_shared<delivery::Outlet>(OfferOf(world, sent).recipient, [] {});
  outlet->PushDelivery({}, OfferOf(world, sent).subject,
                       std::make_shared<const v1::ReceiveResponse>());
  ASSERT_NE(outlet->Next(), nullptr);  // being written
  world.context().dispatcher->Attach(outlet);
  const v1::AttachConsentRequest request = RequestOf(world, sent, elsewhere);
  std::atomic<int> answered = 0;
  absl::Notification both;
  for (int i = 0; i < 2; ++i) {
    AttachConsent(world.context(), World::CallerOf("police"), request,
                  [&](const absl::StatusOr<v1::AttachConsentResponse>& response) {
                    AMANA_EXPECT_OK(response.status());
                    if (++answered == 2) both.Notify();
                  });
  }
  // Commits are completed in order, so both have come to their waiting.
  AMANA_ASSERT_OK(
      world.store().CommitAndWait([](store::Transaction&) { return absl::OkStatus(); }));
  EXPECT_EQ(answered, 0);
  outlet->Written();
  both.WaitForNotification();
  world.context().dispatcher->Detach(outlet);
}

}  // namespace
}  // namespace amana::operations
