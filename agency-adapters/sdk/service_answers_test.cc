#include "agency-adapters/sdk/service_answers.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/testing.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

class ServiceAnswersTest : public ::testing::Test {
 protected:
  int64_t Keep(v1::DisclosureStage stage = v1::DISCLOSURE_STAGE_AT_OFFER) {
    const v1::Delivery delivery =
        testing::SampleDelivery(envelope::SampleSubmission(static_cast<char>('r' + kept_)), stage);
    const CheckedDelivery checked = CheckDelivery(delivery, identity_).value();
    Inbox::Received received;
    received.item.key = checked.key;
    received.item.recipient = identity_.address().value();
    received.item.sender_unit = checked.opened.header.sender().unit;
    received.item.header_digest = checked.opened.header.digest();
    received.item.service = v1::SERVICE_TYPE_ACCOMMODATION;
    received.item.expires = checked.opened.header.expires();
    const std::string ack = "ack" + std::to_string(kept_++);
    received.acknowledgement = {EntryKind::kAcknowledgement, ack,
                                crypto::Sha256(ack),         std::nullopt,
                                v1::URGENCY_UNSPECIFIED,     clock_.Now()};
    received.delivery = delivery.SerializeAsString();
    return inbox_.Keep(received).value().id;
  }
  int64_t Accepted() {
    const int64_t item = Keep();
    AMANA_EXPECT_OK(inbox_.Accept(item, identity_, clock_));
    return item;
  }
  InboxState StateOf(int64_t item) { return inbox_.Get(item)->state; }
  template <class Message, class Request>
  Message Said(int64_t entry, const v1::SignedEnvelope& (Request::*slot)() const,
               const SigningIdentity& signer) {
    Request request;
    EXPECT_TRUE(request.ParseFromString(outbox_.Get(entry)->request));
    AMANA_EXPECT_OK(envelope::VerifyEnvelope((request.*slot)(), signer.certificate.public_key()));
    Message message;
    EXPECT_TRUE(message.ParseFromString((request.*slot)().payload()));
    return message;
  }
  Words ForSender(std::string_view text) const {
    return {text, tests::TestSealer("police-a", "desk").certificate};
  }

  TempDir dir_;
  testing::FakeBroker broker_;
  const Identity identity_ = testing::ShelterIdentity(broker_.log());
  FakeClock clock_{envelope::SampleTime()};
  std::unique_ptr<Mailbox> mailbox_ = Mailbox::Open(dir_.path()).value();
  Outbox outbox_{*mailbox_};
  Inbox inbox_{*mailbox_};
  ServiceAnswers answers_{identity_, *mailbox_, clock_};
  int kept_ = 0;
};

TEST_F(ServiceAnswersTest, AQuestionIsAPersonsWithWordsForTheSenderAlone) {
  const int64_t item = Keep();
  const auto entry = answers_.Ask(item, {v1::CATEGORY_RISK, v1::CATEGORY_MEDICAL},
                                  ForSender("does she need insulin?"));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(StateOf(item), InboxState::kAsked);
  const SigningIdentity& person = **identity_.PersonSigner();
  const auto question = Said<v1::Question>(*entry, &v1::AskQuestionRequest::question, person);
  EXPECT_EQ(question.categories_size(), 2);
  EXPECT_EQ(question.header_digest(), inbox_.Get(item)->header_digest.view());
  EXPECT_EQ(question.recipient().unit(), "intake");

  v1::AskQuestionRequest request;
  ASSERT_TRUE(request.ParseFromString(outbox_.Get(*entry)->request));
  AMANA_EXPECT_OK(envelope::CheckNote(request.note(), question.note_sha256()));
  const InboxItem kept = inbox_.Get(item).value();
  const tests::TestIdentity& sealer = tests::TestSealer("police-a", "desk");
  const envelope::SealingIdentity desk{*ParseAddress("police-a/desk", "unit"), sealer.certificate,
                                       sealer.key};
  const auto words = envelope::OpenNote(
      {kept.key.referral, kept.key.task, envelope::kQuestionType, person.certificate.id()},
      request.note(), question.note_sha256(), {&desk, 1});
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_EQ(*words, "does she need insulin?");
}

TEST_F(ServiceAnswersTest, WhatWasAskedMayStillBeDecided) {
  const int64_t item = Keep();
  AMANA_ASSERT_OK(answers_.Ask(item, {v1::CATEGORY_RISK}, std::nullopt).status());
  // A second question before the first is answered is another statement.
  const auto second = answers_.Ask(item, {v1::CATEGORY_MEDICAL}, std::nullopt);
  AMANA_ASSERT_OK(second.status());
  AMANA_ASSERT_OK(inbox_.Accept(item, identity_, clock_).status());
  EXPECT_EQ(StateOf(item), InboxState::kAccepted);
  EXPECT_EQ(ErrorReason(answers_.Ask(item, {v1::CATEGORY_RISK}, std::nullopt).status()),
            "STATEMENT_INVALID");
}

TEST_F(ServiceAnswersTest, OtherIsDeclinedInWordsOnly) {
  const int64_t item = Keep();
  EXPECT_EQ(ErrorReason(inbox_.Decline(item, v1::REASON_OTHER, identity_, clock_).status()),
            "STATEMENT_INVALID");
  const auto entry =
      answers_.DeclineInWords(item, v1::REASON_OTHER, ForSender("the lift is broken"));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(StateOf(item), InboxState::kRejected);
  const auto said =
      Said<v1::Decision>(*entry, &v1::DecideRequest::decision, **identity_.PersonSigner());
  EXPECT_FALSE(said.accepted());
  EXPECT_EQ(said.reason(), v1::REASON_OTHER);
  EXPECT_EQ(said.note_sha256().size(), 32u);
  EXPECT_EQ(answers_.DeclineInWords(item, v1::REASON_OTHER, ForSender("again")).value(), *entry);
}

TEST_F(ServiceAnswersTest, AServiceStartsAfterYesAndEndsOnce) {
  const int64_t item = Keep();
  EXPECT_EQ(ErrorReason(answers_.Start(item).status()), "STATEMENT_INVALID");
  AMANA_ASSERT_OK(inbox_.Accept(item, identity_, clock_).status());
  EXPECT_EQ(ErrorReason(answers_.Report(item, true, v1::REASON_PROVIDED, {}).status()),
            "STATEMENT_INVALID");
  const int64_t start = answers_.Start(item).value();
  EXPECT_EQ(StateOf(item), InboxState::kInProgress);
  EXPECT_EQ(answers_.Start(item).value(), start);
  const int64_t done = answers_.Report(item, true, v1::REASON_PROVIDED, {}).value();
  EXPECT_EQ(StateOf(item), InboxState::kCompleted);
  EXPECT_EQ(answers_.Report(item, true, v1::REASON_PROVIDED, {}).value(), done);
  EXPECT_EQ(ErrorReason(answers_.Report(item, false, v1::REASON_UNMET, {}).status()),
            "STATEMENT_INVALID");
  const auto said =
      Said<v1::Outcome>(done, &v1::ReportOutcomeRequest::outcome, **identity_.Signer());
  EXPECT_TRUE(said.completed());
  EXPECT_EQ(said.outcome(), v1::REASON_PROVIDED);
}

TEST_F(ServiceAnswersTest, AnOutcomeMustSayWhatCameOfIt) {
  const int64_t item = Accepted();
  AMANA_ASSERT_OK(answers_.Start(item).status());
  for (const v1::Reason reason : {v1::REASON_NO_CAPACITY, v1::REASON_UNSPECIFIED}) {
    EXPECT_EQ(ErrorReason(answers_.Report(item, true, reason, {}).status()), "STATEMENT_INVALID");
  }
  EXPECT_EQ(ErrorReason(answers_.Report(item, false, v1::REASON_PROVIDED, {}).status()),
            "STATEMENT_INVALID");
  AMANA_EXPECT_OK(answers_.Report(item, false, v1::REASON_PERSON_LEFT, {}).status());
  EXPECT_EQ(StateOf(item), InboxState::kFailed);
}

TEST_F(ServiceAnswersTest, OfTheOfferAndNotOfWhatWasRecalled) {
  const int64_t later = Keep(v1::DISCLOSURE_STAGE_AT_ACCEPT);
  EXPECT_EQ(ErrorReason(answers_.Start(later).status()), "STATEMENT_INVALID");
  EXPECT_EQ(ErrorReason(answers_.Start(99).status()), "ENTRY_UNKNOWN");
  const int64_t item = Keep();
  const InboxItem kept = inbox_.Get(item).value();
  AMANA_ASSERT_OK(inbox_
                      .Recall({kept.key, kept.recipient, kept.header_digest,
                               v1::REASON_SENT_IN_ERROR, "recall", clock_.Now()},
                              *identity_.Signer().value())
                      .status());
  EXPECT_EQ(ErrorReason(answers_.Ask(item, {v1::CATEGORY_RISK}, {}).status()), "CONTENT_ERASED");
}

TEST_F(ServiceAnswersTest, WhatTheBrokerRefusedIsSignedAnew) {
  const int64_t item = Accepted();
  const int64_t start = answers_.Start(item).value();
  AMANA_ASSERT_OK(outbox_.Refuse(
      start, MakeError(absl::StatusCode::kFailedPrecondition, "STATEMENT_TOO_OLD", "", "")));
  clock_.Advance(absl::Seconds(1));
  const auto again = answers_.Start(item);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(*again, start);
}

}  // namespace
}  // namespace amana::sdk
