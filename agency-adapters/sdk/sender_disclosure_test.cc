// What a sender does not send: sections to immigration, a word about those who fled to an embassy.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "agency-adapters/sdk/testing_directory.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

constexpr const char* kDesk = "iom-a/protection";

class SenderDisclosureTest : public SenderTest {
 protected:
  SenderDisclosureTest() {
    AMANA_EXPECT_OK(sender_->AddCandidate(CandidateOf("shelter-a/intake")));
  }

  // This machine comes to know the desk as one of this kind.
  void Meet(v1::AgencyKind kind) {
    Candidate desk = CandidateOf(kDesk);
    desk.kind = kind;
    AMANA_EXPECT_OK(sender_->AddCandidate(desk));
  }
  // A consent recorded here that names it, or only its kind, pinned by the draft.
  ReferralDraft Resting(bool named) {
    v1::ConsentRecord record;
    record.set_consent_id(std::string(16, named ? 'n' : 'k'));
    record.set_version(1);
    record.add_recipient_kinds(v1::AGENCY_KIND_IMMIGRATION);
    if (named) record.add_recipients()->set_agency("iom-a");
    const auto queued = sender_->QueueConsent(record);
    AMANA_EXPECT_OK(queued.status());
    ReferralDraft draft = ToBoth();
    draft.header.mutable_consent()->set_digest(queued->digest.bytes());
    return draft;
  }
  static ReferralDraft ToBoth() {
    ReferralDraft draft = Draft();
    draft.recipients.push_back({envelope::SampleAddress(kDesk), {}});
    return draft;
  }
  // How many keys each of the grants of an entry has, by the recipient's agency.
  template <class Request>
  static std::map<std::string, int> Keys(const Request& grants) {
    std::map<std::string, int> keys;
    for (const v1::Grant& grant : grants) {
      v1::WrapGrant message;
      EXPECT_TRUE(message.ParseFromString(grant.envelope().payload()));
      keys[message.recipient().agency()] = grant.wraps_size();
    }
    return keys;
  }
  std::map<std::string, int> KeysOf(const QueuedReferral& queued) {
    v1::SubmitRequest request;
    EXPECT_TRUE(request.ParseFromString(sender_->outbox().Get(queued.entry)->request));
    return Keys(request.submission().grants());
  }
  std::map<std::string, int> KeysOf(const Queued& queued) {
    v1::AddWrapsRequest request;
    EXPECT_TRUE(request.ParseFromString(sender_->outbox().Get(queued.entry)->request));
    return Keys(request.grants());
  }
};

using KeyCount = std::map<std::string, int>;

TEST_F(SenderDisclosureTest, ImmigrationGetsTheHeaderOnlyUnlessTheConsentNamesIt) {
  Meet(v1::AGENCY_KIND_IMMIGRATION);
  const auto by_kind = sender_->Queue(Resting(/*named=*/false));
  AMANA_ASSERT_OK(by_kind.status());
  EXPECT_EQ(KeysOf(*by_kind), (KeyCount{{"shelter-a", 3}, {"iom-a", 0}}));
  ASSERT_EQ(by_kind->header_only.size(), 1u);
  EXPECT_EQ(ToString(by_kind->header_only[0]), kDesk);
  const auto named = sender_->Queue(Resting(/*named=*/true));
  AMANA_ASSERT_OK(named.status());
  EXPECT_EQ(KeysOf(*named), (KeyCount{{"shelter-a", 3}, {"iom-a", 3}}));
  EXPECT_TRUE(named->header_only.empty());
  // Even where the sections are picked for it.
  ReferralDraft picked = Resting(/*named=*/false);
  picked.recipients[1].sections = {0};
  EXPECT_EQ(KeysOf(*sender_->Queue(picked)), (KeyCount{{"shelter-a", 3}, {"iom-a", 0}}));
}

TEST_F(SenderDisclosureTest, TheSameForWhomItIsSealedLater) {
  Meet(v1::AGENCY_KIND_IMMIGRATION);
  const Address desk = envelope::SampleAddress(kDesk);
  for (const bool named : {false, true}) {
    ReferralDraft draft = Resting(named);
    draft.recipients.resize(1);
    const QueuedReferral referral = sender_->Queue(draft).value();
    Start();
    const auto wraps = sender_->QueueWraps(referral.key, {desk});
    AMANA_ASSERT_OK(wraps.status());
    EXPECT_EQ(KeysOf(*wraps), (KeyCount{{"iom-a", named ? 3 : 0}}));
    EXPECT_EQ(wraps->header_only.size(), named ? 0u : 1u);
  }
  // A consent that was attached since counts as the pinned one.
  ReferralDraft draft = Resting(/*named=*/false);
  draft.recipients.resize(1);
  const QueuedReferral referral = sender_->Queue(draft).value();
  v1::ConsentRef ref;
  ref.set_consent_id(std::string(16, 'n'));
  ref.set_version(1);
  ref.set_digest(Resting(/*named=*/true).header.consent().digest());
  AMANA_ASSERT_OK(sender_->QueueAttachment(referral.key, ref).status());
  EXPECT_EQ(KeysOf(*sender_->QueueWraps(referral.key, {desk})), (KeyCount{{"iom-a", 3}}));
}

TEST_F(SenderDisclosureTest, NorInAnswerToAQuestion) {
  Meet(v1::AGENCY_KIND_IMMIGRATION);
  for (const bool named : {false, true}) {
    UpdateDraft update;
    update.referral = sender_->Queue(Resting(named))->key;
    update.offer_epoch = 1;
    update.asked = envelope::SampleAddress(kDesk);
    update.sections = {
        {v1::CATEGORY_MEDICAL, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, "{}"}};
    const absl::Status status = sender_->QueueUpdate(update).status();
    EXPECT_EQ(ErrorReason(status), named ? "" : "RECIPIENT_NOT_NAMED");
  }
}

TEST_F(SenderDisclosureTest, AConsentOfAnotherMachineIsLookedAtWhereItIsGiven) {
  Meet(v1::AGENCY_KIND_IMMIGRATION);
  v1::ConsentRecord record;
  record.add_recipients()->set_agency("iom-a");
  record.mutable_meta()->set_suite(1);
  record.mutable_meta()->set_cert_id(envelope::SampleSigner().certificate.id().bytes());
  record.mutable_meta()->set_created_unix_ms(ToUnixMillis(clock_.Now()));
  const auto envelope =
      envelope::SignMessage(envelope::kConsentType, record, envelope::SampleSigner().key);
  AMANA_ASSERT_OK(envelope.status());
  ReferralDraft draft = ToBoth();
  draft.header.mutable_consent()->set_digest(envelope::PayloadDigest(*envelope).bytes());
  EXPECT_EQ(KeysOf(*sender_->Queue(draft)), (KeyCount{{"shelter-a", 3}, {"iom-a", 0}}));
  draft.consent = *envelope;
  EXPECT_EQ(KeysOf(*sender_->Queue(draft)), (KeyCount{{"shelter-a", 3}, {"iom-a", 3}}));
  Start();
  draft.consent.reset();
  EXPECT_EQ(KeysOf(*sender_->Queue(draft)), (KeyCount{{"shelter-a", 3}, {"iom-a", 3}}));
  // One that the header does not pin says nothing of it.
  draft.consent = *envelope;
  draft.header.mutable_consent()->set_digest(std::string(32, 'd'));
  EXPECT_EQ(ErrorReason(sender_->Queue(draft).status()), "STATEMENT_INVALID");
}

TEST_F(SenderDisclosureTest, WhatARecipientIsMustBeKnownWhereTheConsentIsNot) {
  Meet(v1::AGENCY_KIND_UNSPECIFIED);
  const auto refused = sender_->Queue(ToBoth());
  EXPECT_EQ(ErrorReason(refused.status()), "RECIPIENT_KIND_UNKNOWN");
  EXPECT_EQ(ErrorField(refused.status()), "recipients[1]");
  EXPECT_EQ(KeysOf(*sender_->Queue(Resting(/*named=*/true)))["iom-a"], 3);
  EXPECT_EQ(KeysOf(*sender_->Queue(Resting(/*named=*/false)))["iom-a"], 0);
  // Its entry in the directory says more than whoever met it.
  testing::FakeDirectory directory(broker_);
  directory.Set("iom-a", {"protection"});
  AMANA_ASSERT_OK(sender_->directory().Fetch(*AgencyId::Create("iom-a")).status());
  EXPECT_EQ(KeysOf(*sender_->Queue(ToBoth()))["iom-a"], 3);
}

TEST_F(SenderDisclosureTest, NoEmbassyIsToldOfWhoMayHaveFled) {
  ReferralDraft draft = Draft();
  draft.header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_CONSENTED);
  const auto with = [&](std::string_view demographic) {
    draft.sections = {
        {v1::CATEGORY_DEMOGRAPHIC, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, demographic}};
    return ErrorReason(sender_->Queue(draft).status());
  };
  EXPECT_EQ(with(R"({"protection_status": "REFUGEE"})"), "EMBASSY_PROHIBITED");
  EXPECT_EQ(with(R"({"gender": "F"})"), "EMBASSY_PROHIBITED");
  EXPECT_EQ(with(R"({"protection_status": "NONE"})"), "");
  EXPECT_EQ(sender_->outbox().List(std::nullopt, 9)->size(), 1u) << "nothing refused is kept";
  draft.header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_PROHIBITED);
  EXPECT_EQ(with(R"({"protection_status": "REFUGEE"})"), "");
}

TEST_F(SenderDisclosureTest, APersonSignsWhereAPersonDecides) {
  ReferralDraft draft = Draft();
  draft.by_person = true;
  EXPECT_EQ(ErrorReason(sender_->Queue(draft).status()), "PERSON_KEY_MISSING");
  const Identity officer = testing::OfficerIdentity(broker_.log());
  Sender by_officer(officer, *client_, *mailbox_, clock_);
  const auto queued = by_officer.Queue(draft);
  AMANA_ASSERT_OK(queued.status());
  v1::SubmitRequest request;
  ASSERT_TRUE(request.ParseFromString(sender_->outbox().Get(queued->entry)->request));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(
      request.submission().header(),
      tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "officer")
          .certificate.public_key()));
}

}  // namespace
}  // namespace amana::sdk
