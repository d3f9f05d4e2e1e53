// What a sender answers to a question, and what becomes of it on its way.
#include "broker/operations/answer_question.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "broker/delivery/carried.h"
#include "broker/events/update_detail.h"
#include "broker/operations/mark_seen.h"
#include "broker/operations/run_erasure.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/update.h"

namespace amana::operations {
namespace {

constexpr std::string_view kWords = "SYNTHETIC: she takes insulin";

class AnswerQuestionTest : public ::testing::Test {
 protected:
  AnswerQuestionTest() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
    v1::ConsentRecord consent = world.Consent();
    consent.add_categories(v1::CATEGORY_MEDICAL);
    std::sort(consent.mutable_categories()->begin(), consent.mutable_categories()->end());
    consent.add_recipients()->set_agency("refuge");
    AMANA_EXPECT_OK(RegisterAs(world, consent).status());
    sent = SendRoute(world, consent, {kHaven, kRefuge});
  }

  // The first recipient has read it and asked.
  v1::Delivery Asked() {
    v1::Delivery offer = SeeAt(world, kHaven);
    AMANA_EXPECT_OK(AskAt(world, kHaven, offer).status());
    return offer;
  }
  envelope::UpdateDraft Draft(const Shelter& asked = kHaven) {
    statement = envelope::ReferralStatement::Create(sent.submission.header());
    envelope::UpdateDraft draft{.referral = *statement,
                                .recipient = {asked.address(), asked.sealer().certificate}};
    draft.offer_epoch = TaskOf(world, sent).offer_epoch;
    draft.number = 1;
    draft.created = world.clock().Now();
    draft.sections = {{v1::CATEGORY_MEDICAL, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER,
                       R"({"needs":"SYNTHETIC insulin"})"}};
    return draft;
  }
  static v1::AnswerQuestionRequest Seal(const envelope::UpdateDraft& draft) {
    v1::AnswerQuestionRequest request;
    *request.mutable_update() =
        envelope::SealUpdate(draft, PoliceSigner().key, PoliceSigner().certificate).value();
    return request;
  }
  absl::StatusOr<v1::AnswerQuestionResponse> Send(const v1::AnswerQuestionRequest& request,
                                                  std::string_view caller = "police") {
    return Await<v1::AnswerQuestionResponse>([&](auto reply) {
      AnswerQuestion(world.context(), World::CallerOf(caller), request, std::move(reply));
    });
  }
  absl::StatusOr<v1::AnswerQuestionResponse> Send(const envelope::UpdateDraft& draft) {
    return Send(Seal(draft));
  }
  // The store's delivery of update `number`.
  store::DeliveryRecord UpdateOf(uint32_t number) {
    for (const store::DeliveryRecord& each : DeliveriesOf(world, sent)) {
      if (each.key.update == number) return each;
    }
    ADD_FAILURE() << "no delivery of update " << number;
    return {};
  }
  v1::TaskState State() { return TaskOf(world, sent).state; }

  World world;
  Sent sent;
  absl::StatusOr<envelope::ReferralStatement> statement = absl::UnknownError("");
};

TEST_F(AnswerQuestionTest, GoesToWhoAskedWhoThenDecides) {
  const v1::Delivery offer = Asked();
  world.clock().Advance(absl::Minutes(10));
  const absl::Time due = TaskOf(world, sent).clock.due;
  const uint64_t before = LogSize(world);
  envelope::UpdateDraft draft = Draft();
  draft.words = kWords;
  const auto answered = Send(draft);
  AMANA_ASSERT_OK(answered.status());
  EXPECT_EQ(answered->tasks(0).state(), v1::TASK_STATE_SEEN);
  EXPECT_EQ(State(), v1::TASK_STATE_SEEN);
  EXPECT_NE(TaskOf(world, sent).clock.due, due) << "the decision's clock goes on";
  EXPECT_EQ(TaskOf(world, sent).clock.paused, absl::Minutes(10));

  const auto events = EventsFrom(world, before);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_REFERRAL_UPDATED);
  EXPECT_EQ(events::UpdateOf(events[0].event), 1u);
  EXPECT_EQ(events[0].event.recipient, kHaven.address());
  EXPECT_EQ(events[1].event.kind, v1::EVENT_KIND_TASK_SEEN);
  EXPECT_EQ(events[1].event.actor_agency.value(), "police");

  const v1::Delivery update = SeeAt(world, kHaven);
  EXPECT_EQ(update.delivery().update(), 1u);
  ASSERT_EQ(update.openings_size(), 1);
  EXPECT_EQ(update.openings(0).category(), v1::CATEGORY_MEDICAL);
  const envelope::SealingIdentity identity{kHaven.address(), kHaven.sealer().certificate,
                                           kHaven.sealer().key};
  const auto opened =
      envelope::OpenUpdate({update.header(), update.grant(), update.openings(), update.sections(),
                            update.withheld_slots()},
                           {update.update(), PoliceSigner().certificate, &update.update_note()},
                           {PoliceSigner().certificate, std::nullopt}, {&identity, 1});
  AMANA_ASSERT_OK(opened.status());
  EXPECT_EQ(opened->sections[0].content, R"({"needs":"SYNTHETIC insulin"})");
  EXPECT_EQ(opened->update->words, kWords);
  EXPECT_EQ(UpdateOf(1).state, v1::DELIVERY_STATE_READ);
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_READ) << "as it was";

  EXPECT_EQ(ErrorReason(DecideAt(world, kHaven, update).status()), "FIELD_INVALID")
      << "what is decided is the referral";
  EXPECT_EQ(ErrorReason(AskAt(world, kHaven, update).status()), "FIELD_INVALID");
  AMANA_ASSERT_OK(DecideAt(world, kHaven, offer).status());
  EXPECT_EQ(State(), v1::TASK_STATE_ACCEPTED);
}

TEST_F(AnswerQuestionTest, ItMayBeAskedAgainAndAnsweredInWordsOnly) {
  const v1::Delivery offer = Asked();
  AMANA_ASSERT_OK(Send(Draft()).status());
  world.clock().Advance(absl::Seconds(1));
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  envelope::UpdateDraft words = Draft();
  words.sections.clear();
  words.words = kWords;
  EXPECT_EQ(ErrorReason(Send(words).status()), "UPDATE_OUT_OF_SEQUENCE") << "1 was used";
  words.number = 2;
  AMANA_ASSERT_OK(Send(words).status());
  std::vector<uint32_t> numbers;
  for (const v1::ReceiveResponse& each : ReceiveAt(world, kHaven)) {
    numbers.push_back(each.delivery().delivery().update());
  }
  EXPECT_EQ(numbers, (std::vector<uint32_t>{1, 2}));
}

TEST_F(AnswerQuestionTest, TheSameBytesGetTheSameReceiptForEver) {
  Asked();
  const v1::AnswerQuestionRequest request = Seal(Draft());
  const auto first = Send(request);
  AMANA_ASSERT_OK(first.status());
  const uint64_t size = LogSize(world);
  const auto again = Send(request);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().seed(), first->receipt().event().seed());
  EXPECT_EQ(LogSize(world), size);
  EXPECT_EQ(DeliveriesOf(world, sent).size(), 2u);
  world.Restart();
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  world.Reconsider();
  const auto late = Send(request);
  AMANA_ASSERT_OK(late.status());
  EXPECT_EQ(late->receipt().event().seed(), first->receipt().event().seed());
}

TEST_F(AnswerQuestionTest, NothingOutOfTurn) {
  EXPECT_EQ(ErrorReason(Send(Draft()).status()), "TRANSITION_NOT_ALLOWED") << "nobody has asked";
  Asked();
  EXPECT_EQ(ErrorReason(Send(Seal(Draft()), "haven").status()), "SENDER_NOT_CALLER");
  envelope::UpdateDraft older = Draft();
  older.offer_epoch += 1;
  EXPECT_EQ(ErrorReason(Send(older).status()), "OFFER_EPOCH_OUTDATED");
  envelope::UpdateDraft other = Draft();
  other.task = 7;
  EXPECT_EQ(ErrorReason(Send(other).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(Send(Draft(kRefuge)).status()), "UPDATE_RECIPIENT_MISMATCH");
  v1::AnswerQuestionRequest forged = Seal(Draft());
  forged.mutable_update()->mutable_update()->mutable_signature()->back() ^= 1;
  EXPECT_EQ(ErrorReason(Send(forged).status()), "SIGNATURE_INVALID");
  envelope::UpdateDraft old = Draft();
  old.created -= absl::Hours(24 * 15);
  EXPECT_EQ(ErrorReason(Send(old).status()), "STATEMENT_TOO_OLD");
  AMANA_ASSERT_OK(Send(Draft()).status());
  envelope::UpdateDraft next = Draft();
  next.number = 2;
  EXPECT_EQ(ErrorReason(Send(next).status()), "TRANSITION_NOT_ALLOWED") << "it is answered";
}

TEST_F(AnswerQuestionTest, ComesTooLateWhereTheOfferIsOver) {
  const v1::Delivery offer = Asked();
  const v1::AnswerQuestionRequest request = Seal(Draft());
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, offer, v1::REASON_INSUFFICIENT_INFORMATION).status());
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());
  EXPECT_EQ(ErrorReason(Send(request).status()), "OFFER_EPOCH_OUTDATED");
  EXPECT_EQ(TakeAt(world, kRefuge).delivery().update(), 0u);
}

TEST_F(AnswerQuestionTest, WhatConsentDeniesIsWithheldAndWhereAllIsItIsRefused) {
  Asked();
  envelope::UpdateDraft draft = Draft();
  draft.sections[0].category = v1::CATEGORY_FAMILY;
  const uint64_t size = LogSize(world);
  EXPECT_EQ(ErrorReason(Send(draft).status()), "CATEGORY_NOT_COVERED");
  EXPECT_EQ(LogSize(world), size) << "nothing of it is kept";
  EXPECT_EQ(State(), v1::TASK_STATE_INFO_REQUESTED);
  draft.sections.push_back(Draft().sections[0]);
  const auto answered = Send(draft);
  AMANA_ASSERT_OK(answered.status());
  EXPECT_EQ(EventsFrom(world, size)[0].event.withheld,
            std::vector<v1::Category>{v1::CATEGORY_FAMILY});
  EXPECT_EQ(TaskOf(world, sent).withheld, std::vector<v1::Category>{v1::CATEGORY_FAMILY});
  const v1::Delivery update = TakeAt(world, kHaven);
  ASSERT_EQ(update.openings_size(), 1);
  EXPECT_EQ(update.openings(0).category(), v1::CATEGORY_MEDICAL);
  EXPECT_EQ(update.withheld_slots_size(), 1);
  EXPECT_EQ(update.grant().wraps_size(), 1) << "nor its key";
}

TEST_F(AnswerQuestionTest, AWithdrawalRecallsTheUpdateToo) {
  Asked();
  AMANA_ASSERT_OK(Send(Draft()).status());
  TakeAt(world, kHaven);
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  world.Reconsider();
  EXPECT_EQ(UpdateOf(1).state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
  std::vector<uint32_t> recalled;
  for (const v1::ReceiveResponse& each : ReceiveAt(world, kHaven)) {
    ASSERT_TRUE(each.has_recall());
    recalled.push_back(each.recall().delivery().update());
    AMANA_EXPECT_OK(AnswerRecallAs(world, each.recall().delivery(), sent.digest, {},
                                   [](v1::RecallAnswer& answer) { answer.set_confirmed(true); })
                        .status());
  }
  std::sort(recalled.begin(), recalled.end());
  EXPECT_EQ(recalled, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(UpdateOf(1).state, v1::DELIVERY_STATE_RECALL_CONFIRMED);
}

TEST_F(AnswerQuestionTest, WhatTheWithdrawalFindsQueuedNeverLeaves) {
  Asked();
  AMANA_ASSERT_OK(Send(Draft()).status());
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  for (const v1::ReceiveResponse& each : ReceiveAt(world, kHaven)) {
    EXPECT_FALSE(each.has_delivery());
  }
  world.Reconsider();
  EXPECT_EQ(UpdateOf(1).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_FALSE(UpdateOf(1).disclosed);
}

TEST_F(AnswerQuestionTest, IsErasedWithTheReferral) {
  Asked();
  const v1::AnswerQuestionRequest request = Seal(Draft());
  AMANA_ASSERT_OK(Send(request).status());
  AMANA_ASSERT_OK(delivery::ReadUpdate(*world.store().Read().value(), sent.key, 1).status());
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  world.Reconsider();
  for (const v1::ReceiveResponse& each : ReceiveAt(world, kHaven)) {
    AMANA_EXPECT_OK(AnswerRecallAs(world, each.recall().delivery(), sent.digest, {},
                                   [](v1::RecallAnswer& answer) { answer.set_confirmed(true); })
                        .status());
  }
  while (RunErasure(world.context()) < world.clock().Now() + absl::Seconds(1)) {
  }
  const auto snapshot = world.store().Read().value();
  ASSERT_EQ(ErrorReason(snapshot->referrals().ReadBody(sent.key).status()), "ERASED");
  EXPECT_FALSE(snapshot->referrals().FindUpdate(sent.key, 1).value().has_value());
  AMANA_EXPECT_OK(Send(request).status());
}

TEST_F(AnswerQuestionTest, OneWhoseCertificateWasRevokedMeanwhileIsTakenBackAlone) {
  Asked();
  AMANA_ASSERT_OK(Send(Draft()).status());
  world.registry_files().Revoke(kHaven.sealer().certificate.id());
  world.ReloadAndRecordRegistry();
  world.Reconsider();
  EXPECT_TRUE(ReceiveAt(world, kHaven).empty());
  EXPECT_EQ(UpdateOf(1).state, v1::DELIVERY_STATE_RECALLED);
  EXPECT_EQ(UpdateOf(1).reason, v1::REASON_KEY_REVOKED);
  EXPECT_EQ(State(), v1::TASK_STATE_SEEN);
}

}  // namespace
}  // namespace amana::operations
