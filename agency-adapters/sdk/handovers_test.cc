// Each side's steps: what is signed, what is sealed, and what a bad link or a slip does to them.
#include "agency-adapters/sdk/handovers.h"

#include <cctype>

#include "agency-adapters/sdk/handover_for_test.h"
#include "agency-adapters/sdk/inbox.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TEST_F(HandoversTest, BothReadTheWordsAndNobodyElseTheCode) {
  UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  for (HandoverSide* side : {&police_, &shelter_}) {
    const HandoverView view = Get(*side)->view;
    const auto place = side->handovers.Words(view, *view.Find(v1::HANDOVER_STATE_AGREED));
    AMANA_ASSERT_OK(place.status());
    EXPECT_EQ(place->place(), "SYNTHETIC gate");
    const auto escort = side->handovers.Words(view, *view.Find(v1::HANDOVER_STATE_IN_TRANSIT));
    AMANA_ASSERT_OK(escort.status());
    EXPECT_EQ(escort->companion(), "SYNTHETIC guardian");
    EXPECT_EQ(
        ErrorReason(side->handovers.Words(view, *view.Find(v1::HANDOVER_STATE_OFFERED)).status()),
        "STATEMENT_INVALID");
  }
  // It is kept where it was made, and nowhere else before it was shown.
  EXPECT_EQ(police_.handovers.Code(Get(police_)->view).value(), code_);
  EXPECT_EQ(ErrorReason(shelter_.handovers.Code(Get(shelter_)->view).status()), "ENTRY_UNKNOWN");
  const std::string transit = broker_.requests(kTakeHandoverStep.method)[2];
  EXPECT_EQ(transit.find(code_), std::string::npos);
  EXPECT_EQ(transit.find("SYNTHETIC"), std::string::npos);
}

TEST_F(HandoversTest, ASlipInTheCodeIsNoAttempt) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  HandoverDraft draft = Draft(v1::HANDOVER_STATE_ARRIVED);
  const size_t sent = broker_.requests(kTakeHandoverStep.method).size();
  for (const std::string& wrong :
       {std::string("000000000000"), std::string("short"), std::string(), code_ + "0"}) {
    draft.code = wrong;
    const auto queued = shelter_.handovers.Queue(draft);
    EXPECT_EQ(ErrorReason(queued.status()), "STATEMENT_INVALID");
    EXPECT_EQ(ErrorField(queued.status()), "code");
  }
  EXPECT_EQ(broker_.requests(kTakeHandoverStep.method).size(), sent);
  // As people read it out.
  draft.code = Lower(code_.substr(0, 4) + "-" + code_.substr(4, 4) + " " + code_.substr(8));
  Step(shelter_, draft);
  EXPECT_EQ(Get(police_)->view.state, v1::HANDOVER_STATE_ARRIVED);
}

TEST_F(HandoversTest, NoSecondCodeForOneEscort) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  EXPECT_EQ(ErrorField(police_.handovers.Queue(Draft(v1::HANDOVER_STATE_IN_TRANSIT)).status()),
            "state");
  EXPECT_EQ(police_.handovers.Code(Get(police_)->view).value(), code_);
}

TEST_F(HandoversTest, StepsAreMadeWhileTheLinkIsDownAndSentInTheirOrder) {
  UpTo(v1::HANDOVER_STATE_AGREED);
  AMANA_ASSERT_OK(Get(police_).status());
  down_ = true;
  EXPECT_TRUE(Get(police_)->stale);
  const QueuedHandover transit = Queue(police_, Draft(v1::HANDOVER_STATE_IN_TRANSIT));
  HandoverDraft abort = Draft(v1::HANDOVER_STATE_ABORTED);
  abort.reason = v1::REASON_SITE_SECURITY_RISK;
  const QueuedHandover aborted = Queue(police_, abort);
  sdk::Outbox& outbox = police_.sender.outbox();
  EXPECT_EQ(*police_.handovers.CodeOf(*outbox.Get(transit.queued.entry)), transit.code);
  EXPECT_EQ(*police_.handovers.CodeOf(*outbox.Get(aborted.queued.entry)), std::nullopt);
  EXPECT_EQ(aborted.view.state, v1::HANDOVER_STATE_ABORTED);
  EXPECT_EQ(aborted.view.last_step, aborted.queued.digest);
  // Out of turn it would be refused for good.
  EXPECT_EQ(police_.sender.Send(aborted.queued.entry)->reason, "SUBMISSION_PENDING");
  EXPECT_FALSE(police_.sender.Flush()->accepted > 0);

  down_ = false;
  EXPECT_EQ(police_.sender.Flush()->accepted, 2u);
  const HandoverView view = Get(shelter_)->view;
  EXPECT_EQ(view.state, v1::HANDOVER_STATE_ABORTED);
  EXPECT_EQ(view.steps[2].statement.digest, transit.queued.digest);
}

TEST_F(HandoversTest, WhatTheBrokerHasTakenIsBuiltOnThoughTheLinkIsDownSince) {
  UpTo(v1::HANDOVER_STATE_AGREED);
  Step(police_, v1::HANDOVER_STATE_IN_TRANSIT);
  down_ = true;  // seen last in AGREED, accepted since
  EXPECT_EQ(ErrorField(police_.handovers.Queue(Draft(v1::HANDOVER_STATE_IN_TRANSIT)).status()),
            "state");
  HandoverDraft abort = Draft(v1::HANDOVER_STATE_ABORTED);
  abort.reason = v1::REASON_SITE_SECURITY_RISK;
  Queue(police_, abort);
  down_ = false;
  EXPECT_EQ(police_.sender.Flush()->accepted, 1u);
  EXPECT_EQ(Get(shelter_)->view.state, v1::HANDOVER_STATE_ABORTED);
}

TEST_F(HandoversTest, AStepThatCameTooLateIsOver) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  broker_.RefuseNext(kTakeHandoverStep.method,
                     MakeError(absl::StatusCode::kAborted, "HANDOVER_STEP_OUTDATED", "previous",
                               "another came first"));
  const QueuedHandover late = Queue(shelter_, Draft(v1::HANDOVER_STATE_ARRIVED));
  const auto sent = shelter_.sender.Send(late.queued.entry);
  AMANA_ASSERT_OK(sent.status());
  EXPECT_EQ(sent->state, EntryState::kRefused);
  // What was refused is not built on.
  clock_.Advance(absl::Minutes(1));
  Step(shelter_, v1::HANDOVER_STATE_ARRIVED);
  EXPECT_EQ(Get(police_)->view.state, v1::HANDOVER_STATE_ARRIVED);
}

TEST_F(HandoversTest, ACorrectionIsWhatBothSay) {
  UpTo(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  HandoverDraft draft = Draft(v1::HANDOVER_STATE_CORRECTED);
  EXPECT_EQ(ErrorField(police_.handovers.Queue(draft).status()), "corrected");
  draft.reason = v1::REASON_SENT_IN_ERROR;
  draft.corrected = {v1::HANDOVER_DETAIL_PLACE, v1::HANDOVER_DETAIL_TIME};
  draft.arrived = clock_.Now() + absl::Hours(2);
  draft.words.set_place("SYNTHETIC other gate");
  Step(shelter_, draft);
  const HandoverView half = Get(police_)->view;
  EXPECT_EQ(half.state, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(half.signed_correction.arrived_unix_ms(), ToUnixMillis(*draft.arrived));
  EXPECT_EQ(police_.handovers.Words(half, *half.Find(v1::HANDOVER_STATE_CORRECTED))->place(),
            "SYNTHETIC other gate");

  Step(police_, v1::HANDOVER_STATE_CORRECTED);  // agrees
  const HandoverView view = Get(shelter_)->view;
  EXPECT_EQ(view.state, v1::HANDOVER_STATE_CORRECTED);
  EXPECT_EQ(view.signed_by, std::nullopt);
}

TEST_F(HandoversTest, TheNextAttemptNamesTheLastOne) {
  UpTo(v1::HANDOVER_STATE_OFFERED);
  HandoverDraft decline = Draft(v1::HANDOVER_STATE_DECLINED);
  decline.reason = v1::REASON_NO_CAPACITY;
  const QueuedHandover declined = Step(shelter_, decline);
  const QueuedHandover second = Step(police_, v1::HANDOVER_STATE_OFFERED);
  EXPECT_EQ(second.view.name.attempt, 2u);
  EXPECT_EQ(second.view.steps[0].statement.previous, declined.queued.digest);
  EXPECT_EQ(Get(shelter_)->view.name.attempt, 2u);
}

TEST_F(HandoversTest, AnotherStepsWordsAreNotBelieved) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  const HandoverView view = Get(shelter_)->view;
  const VerifiedStep& agreed = *view.Find(v1::HANDOVER_STATE_AGREED);
  const VerifiedStep& transit = *view.Find(v1::HANDOVER_STATE_IN_TRANSIT);
  v1::NotedStatement& of_transit = book_.notes[transit.statement.message.note_sha256()];
  const v1::NotedStatement genuine = of_transit;

  of_transit = book_.notes[agreed.statement.message.note_sha256()];
  EXPECT_EQ(ErrorField(shelter_.handovers.Words(view, transit).status()), "note.statement");
  of_transit = genuine;
  (*of_transit.mutable_note()->mutable_ciphertext())[3] ^= 1;
  EXPECT_EQ(ErrorReason(shelter_.handovers.Words(view, transit).status()), "NOTE_MISMATCH");
  of_transit = genuine;
  AMANA_EXPECT_OK(shelter_.handovers.Words(view, transit).status());
}

// Kept sealed as it came: neither the broker nor the link is asked again, and a recall takes it.
TEST_F(HandoversTest, WordsAreKeptUntilTheReferralIsRecalled) {
  UpTo(v1::HANDOVER_STATE_IN_TRANSIT);
  const HandoverView view = Get(shelter_)->view;
  const VerifiedStep& transit = *view.Find(v1::HANDOVER_STATE_IN_TRANSIT);
  AMANA_ASSERT_OK(shelter_.handovers.Words(view, transit).status());
  book_.notes.clear();
  AMANA_ASSERT_OK(shelter_.handovers.Words(view, transit).status());

  const DeliveryKey key{BookReferral(), 0, 1, v1::DISCLOSURE_STAGE_AT_OFFER};
  AMANA_ASSERT_OK(Inbox(*shelter_.mailbox)
                      .Recall({key, envelope::SampleAddress("shelter-a/intake"), BookHeader(),
                               v1::REASON_CONSENT_WITHDRAWN, "recall", clock_.Now()},
                              **shelter_.identity.Signer())
                      .status());
  EXPECT_NE(ErrorReason(shelter_.handovers.Words(view, transit).status()), "");
}

TEST_F(HandoversTest, OnlyAPersonSigns) {
  HandoverSide desk{broker_, testing::PoliceIdentity(broker_.log()), clock_, "shelter-a/intake"};
  EXPECT_EQ(ErrorReason(desk.handovers.Queue(Draft(v1::HANDOVER_STATE_OFFERED)).status()),
            "PERSON_KEY_MISSING");
}

TEST_F(HandoversTest, WhereAPersonIsIsSaidOfWhatTheBrokerSaidLast) {
  broker_.answers[std::string(kGetCustody.method)] = [](const std::string&) {
    v1::GetCustodyResponse response;
    response.set_subject_pseudonym(std::string(16, 's'));
    response.set_last_report(std::string(32, 'l'));
    return response.SerializeAsString();
  };
  v1::PhysicalCustody now;
  now.set_none(v1::NO_CUSTODY_DIED);
  const auto queued = police_.handovers.QueueReport(BookReferral(), now, v1::EXIT_CODE_PERSON_DIED);
  AMANA_ASSERT_OK(queued.status());
  v1::ReportCustodyRequest request;
  ASSERT_TRUE(request.ParseFromString(police_.sender.outbox().Get(queued->entry)->request));
  v1::CustodyReport report;
  ASSERT_TRUE(report.ParseFromString(request.report().payload()));
  EXPECT_EQ(report.subject_pseudonym(), std::string(16, 's'));
  EXPECT_EQ(report.previous(), std::string(32, 'l'));
  EXPECT_EQ(report.exit(), v1::EXIT_CODE_PERSON_DIED);
  EXPECT_EQ(report.now().none(), v1::NO_CUSTODY_DIED);
  // What the broker would refuse is not signed.
  now.set_none(v1::NO_CUSTODY_STREET);
  EXPECT_EQ(
      ErrorReason(
          police_.handovers.QueueReport(BookReferral(), now, v1::EXIT_CODE_PERSON_DIED).status()),
      "HANDOVER_FIELD_INVALID");
}

}  // namespace
}  // namespace amana::sdk
