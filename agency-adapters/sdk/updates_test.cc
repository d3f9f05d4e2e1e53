// Answers to questions, from the sender's outbox into the recipient's inbox.
#include <string>
#include <vector>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/receiver.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "agency-adapters/sdk/service_answers.h"
#include "amana/v1/coordination_service.pb.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/update.h"

namespace amana::sdk {
namespace {

using testing::Delivering;
using testing::FakeBroker;
using testing::Recalling;

constexpr std::string_view kMedical = R"({"medication":"SYNTHETIC insulin"})";
constexpr std::string_view kWords = "SYNTHETIC: twice a day";

UpdateDraft AnswerTo(const StatementKey& referral) {
  return {.referral = referral,
          .offer_epoch = 1,
          .asked = envelope::SampleAddress("shelter-a/intake"),
          .sections = {{v1::CATEGORY_MEDICAL, "application/json", v1::DISCLOSURE_STAGE_AT_ACCEPT,
                        kMedical}},
          .words = kWords};
}

v1::AnswerQuestionRequest RequestOf(Outbox& outbox, int64_t entry) {
  v1::AnswerQuestionRequest request;
  EXPECT_TRUE(request.ParseFromString(outbox.Get(entry)->request));
  return request;
}

uint32_t NumberOf(Outbox& outbox, int64_t entry) {
  return envelope::UpdateStatement::Create(RequestOf(outbox, entry).update().update())
      ->message()
      .number();
}

using SenderUpdates = SenderTest;

TEST_F(SenderUpdates, AreSealedForWhoAskedAndNumbered) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  const auto queued = sender_->QueueUpdate(AnswerTo(referral.key));
  AMANA_ASSERT_OK(queued.status());
  const v1::AnswerQuestionRequest request = RequestOf(sender_->outbox(), queued->entry);
  const auto update = envelope::UpdateStatement::Create(request.update().update());
  AMANA_ASSERT_OK(update.status());
  EXPECT_EQ(update->referral(), referral.key);
  EXPECT_EQ(update->message().header_digest(), referral.digest.view());
  EXPECT_EQ(update->message().number(), 1u);
  EXPECT_EQ(update->message().offer_epoch(), 1u);
  const auto grants = envelope::CheckUpdate(request.update(), *update);
  AMANA_ASSERT_OK(grants.status());
  ASSERT_EQ(grants->size(), 1u);
  EXPECT_EQ(ToString((*grants)[0].recipient), "shelter-a/intake");
  EXPECT_EQ(request.update().openings(0).stage(), v1::DISCLOSURE_STAGE_AT_OFFER)
      << "who asked needs it to decide";

  EXPECT_EQ(ErrorReason(sender_->QueueUpdate(AnswerTo(referral.key)).status()), "STATEMENT_INVALID")
      << "the first one waits";
  AMANA_ASSERT_OK(sender_->Flush().status());
  EXPECT_EQ(StateOf(queued->entry), EntryState::kAccepted);
  const auto second = sender_->QueueUpdate(AnswerTo(referral.key));
  AMANA_ASSERT_OK(second.status());
  EXPECT_EQ(NumberOf(sender_->outbox(), second->entry), 2u);
  broker_.RefuseNext(kAnswerQuestion.method,
                     MakeError(absl::StatusCode::kFailedPrecondition, "CATEGORY_NOT_COVERED",
                               "openings.category", "no"));
  AMANA_ASSERT_OK(sender_->Flush().status());
  EXPECT_EQ(StateOf(second->entry), EntryState::kRefused);
  const auto third = sender_->QueueUpdate(AnswerTo(referral.key));
  AMANA_ASSERT_OK(third.status());
  EXPECT_EQ(NumberOf(sender_->outbox(), third->entry), 2u) << "that number was not used";
}

TEST_F(SenderUpdates, NeedTheReferralAndWhomToSealTo) {
  const QueuedReferral referral = Queue();
  StatementKey other = referral.key;
  ++other.version;
  EXPECT_EQ(ErrorReason(sender_->QueueUpdate(AnswerTo(other)).status()), "ENTRY_UNKNOWN");
  UpdateDraft unknown = AnswerTo(referral.key);
  unknown.asked = envelope::SampleAddress("iom-a/protection");
  EXPECT_EQ(ErrorReason(sender_->QueueUpdate(unknown).status()), "RECIPIENT_KIND_UNKNOWN");
  UpdateDraft nothing = AnswerTo(referral.key);
  nothing.sections.clear();
  nothing.words = {};
  EXPECT_EQ(ErrorReason(sender_->QueueUpdate(nothing).status()), "UPDATE_FIELD_INVALID");
  AMANA_ASSERT_OK(sender_->QueueUpdate(AnswerTo(referral.key)).status());
  // Nothing about a referral goes before it.
  broker_.RefuseNext(kSubmit.method, absl::UnavailableError("down"));
  AMANA_ASSERT_OK(sender_->Flush().status());
  EXPECT_TRUE(broker_.requests(kAnswerQuestion.method).empty());
}

class ReceiverUpdates : public ::testing::Test {
 protected:
  ReceiverUpdates() : receiver_(identity_, *client_, *mailbox_, clock_) {}

  v1::Delivery Update(uint32_t number = 1, uint32_t epoch = 1) const {
    const auto statement = envelope::ReferralStatement::Create(offer_.header());
    envelope::UpdateDraft draft{.referral = *statement,
                                .recipient = envelope::SampleRecipient("shelter-a/intake")};
    draft.offer_epoch = epoch;
    draft.number = number;
    draft.created = envelope::SampleTime();
    draft.sections = {
        {v1::CATEGORY_MEDICAL, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, kMedical}};
    draft.words = kWords;
    const tests::TestIdentity& signer = envelope::SampleSigner();
    v1::UpdateSubmission sealed =
        envelope::SealUpdate(draft, signer.key, signer.certificate).value();
    v1::Delivery delivery;
    *delivery.mutable_delivery() = offer_.delivery();
    delivery.mutable_delivery()->set_update(number);
    delivery.set_lease_epoch(9);
    *delivery.mutable_header() = offer_.header();
    delivery.set_sender_certificate(offer_.sender_certificate());
    *delivery.mutable_update() = sealed.update();
    delivery.set_update_certificate(signer.certificate.der());
    *delivery.mutable_update_note() = sealed.note();
    *delivery.mutable_grant() = sealed.grants(0);
    *delivery.mutable_openings() = sealed.openings();
    *delivery.mutable_sections() = sealed.sections();
    return delivery;
  }
  ReceiveReport Take(const v1::ReceiveResponse& message) {
    broker_.Push(message);
    const auto report = receiver_.RunOnce(absl::Seconds(10), absl::Milliseconds(1));
    AMANA_EXPECT_OK(report.status());
    return report.value_or(ReceiveReport());
  }
  Inbox inbox() { return Inbox(*mailbox_); }
  std::vector<InboxItem> Items() { return inbox().List(std::nullopt, 10).value(); }

  TempDir dir_;
  FakeBroker broker_;
  const Identity identity_ = testing::ShelterIdentity(broker_.log());
  FakeClock clock_{envelope::SampleTime() + absl::Minutes(1)};
  std::unique_ptr<Client> client_ = broker_.Connect();
  std::unique_ptr<Mailbox> mailbox_ = Mailbox::Open(dir_.path()).value();
  Receiver receiver_;
  const v1::Delivery offer_ = testing::SampleDelivery(envelope::SampleSubmission());
};

TEST_F(ReceiverUpdates, AreItemsOfTheirOwnThatAnswerTheQuestion) {
  EXPECT_EQ(Take(Delivering(offer_)).received, 1u);
  const int64_t offer = Items()[0].id;
  AMANA_ASSERT_OK(inbox().MarkSeen(offer, identity_, clock_).status());
  ServiceAnswers answers(identity_, *mailbox_, clock_);
  AMANA_ASSERT_OK(answers.Ask(offer, {v1::CATEGORY_MEDICAL}, std::nullopt).status());
  EXPECT_EQ(inbox().Get(offer)->state, InboxState::kAsked);

  EXPECT_EQ(Take(Delivering(Update())).received, 1u);
  EXPECT_EQ(inbox().Get(offer)->state, InboxState::kSeen);
  const auto updates = inbox().UpdatesOf(Items()[0].key).value();
  ASSERT_EQ(updates.size(), 1u);
  const InboxItem& item = updates[0];
  EXPECT_EQ(item.key.update, 1u);
  EXPECT_EQ(item.state, InboxState::kReceived);
  const auto opened = inbox().Open(item.id, identity_);
  AMANA_ASSERT_OK(opened.status());
  ASSERT_TRUE(opened->update.has_value());
  EXPECT_EQ(opened->update->words, kWords);
  ASSERT_EQ(opened->sections.size(), 1u);
  EXPECT_EQ(opened->sections[0].content, kMedical);

  EXPECT_EQ(ErrorReason(inbox().Accept(item.id, identity_, clock_).status()), "STATEMENT_INVALID");
  EXPECT_EQ(ErrorReason(answers.Ask(item.id, {v1::CATEGORY_MEDICAL}, std::nullopt).status()),
            "STATEMENT_INVALID");
  AMANA_ASSERT_OK(inbox().MarkSeen(item.id, identity_, clock_).status());
  EXPECT_EQ(inbox().Get(item.id)->state, InboxState::kSeen);

  AMANA_ASSERT_OK(answers.Ask(offer, {v1::CATEGORY_MEDICAL}, std::nullopt).status());
  EXPECT_EQ(Take(Delivering(Update())).duplicates, 1u);
  EXPECT_EQ(inbox().Get(offer)->state, InboxState::kAsked) << "the same answers nothing new";
}

TEST_F(ReceiverUpdates, AreRecalledByThemselves) {
  Take(Delivering(offer_));
  Take(Delivering(Update()));
  EXPECT_EQ(Take(Recalling(Update(), v1::REASON_KEY_REVOKED)).recalls, 1u);
  const auto items = Items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].state, InboxState::kReceived);
  EXPECT_EQ(items[1].state, InboxState::kRecalled);
  EXPECT_EQ(ErrorReason(inbox().Open(items[1].id, identity_).status()), "CONTENT_ERASED");
}

TEST_F(ReceiverUpdates, AreNotKeptWhereTheyAreNotWhatTheySay) {
  Take(Delivering(offer_));
  const v1::Delivery update = Update();
  std::vector<v1::Delivery> lies(6, update);
  lies[0].mutable_delivery()->set_update(2);
  lies[1].mutable_delivery()->set_task(1);
  lies[2].mutable_delivery()->set_offer_epoch(2);
  lies[3].clear_update();
  lies[4].set_update_certificate(
      tests::TestSigner("iom-a", crypto::Role::kSystem, "desk").certificate.der());
  lies[5].clear_update_note();
  for (const v1::Delivery& lie : lies) {
    EXPECT_FALSE(CheckDelivery(lie, identity_).ok());
    EXPECT_EQ(Take(Delivering(lie)).failed, 1u);
  }
  v1::Delivery named = offer_;
  named.mutable_delivery()->set_update(1);
  EXPECT_EQ(ErrorReason(CheckDelivery(named, identity_).status()), "STATEMENT_INVALID");
  EXPECT_EQ(Items().size(), 1u);
}

}  // namespace
}  // namespace amana::sdk
