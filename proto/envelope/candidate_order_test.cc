#include "proto/envelope/candidate_order.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

const Candidates& Order() {
  static const auto& order =
      *new Candidates{{1, {SampleAddress("iom-a/protection"), SampleAddress("shelter-a/intake")}}};
  return order;
}

SealedSubmission SealedWithOrder() {
  SubmissionDraft draft = SampleDraft();
  draft.order = Order();
  return SealSubmission(draft, SampleSigner().key, SampleSigner().certificate).value();
}

ReferralStatement StatementOf(const v1::Submission& submission) {
  return ReferralStatement::Create(submission.header()).value();
}

TEST(CandidateOrder, ACompanionIsNamedInTheHeader) {
  const v1::Submission submission = SealedWithOrder().submission;
  const ReferralStatement referral = StatementOf(submission);
  const auto order = CheckCandidateOrder(submission.candidate_order(), referral);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_TRUE(order->companion);
  EXPECT_EQ(order->number, 1u);
  EXPECT_EQ(order->tasks, Order());
  EXPECT_EQ(order->referral, referral.key());
  EXPECT_EQ(order->created, SampleTime());
  EXPECT_TRUE(CheckSubmission(submission, referral).ok());
}

TEST(CandidateOrder, AForeignCompanionIsRefused) {
  v1::Submission submission = SealedWithOrder().submission;
  const v1::Submission other = SealedWithOrder().submission;
  *submission.mutable_candidate_order() = other.candidate_order();
  const ReferralStatement referral = StatementOf(submission);
  EXPECT_EQ(ErrorReason(CheckSubmission(submission, referral).status()), "ORDER_INVALID");

  // For the same sections, but not what the header names.
  const GrantSource source = {referral.key(), referral.slots_digest(), referral.cert_id(),
                              SampleTime()};
  *submission.mutable_candidate_order() =
      MakeOrderCompanion(source, {{0, {SampleAddress("shelter-b/intake")}}}).value();
  EXPECT_EQ(ErrorReason(CheckSubmission(submission, referral).status()), "COMPANION_UNKNOWN");
}

TEST(CandidateOrder, ALaterOneIsSigned) {
  const ReferralStatement referral = StatementOf(SealedWithOrder().submission);
  const v1::SignedEnvelope envelope =
      MakeOrder(referral, Order(), 2, SampleSigner().key, SampleSigner().certificate, SampleTime())
          .value();
  EXPECT_TRUE(VerifyEnvelope(envelope, SampleSigner().certificate.public_key()).ok());
  const auto order = CheckCandidateOrder(envelope, referral);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_FALSE(order->companion);
  EXPECT_EQ(order->number, 2u);
}

TEST(CandidateOrder, ASignedOneIsNoCompanionOfASubmission) {
  v1::Submission submission = SealedWithOrder().submission;
  const ReferralStatement referral = StatementOf(submission);
  *submission.mutable_candidate_order() =
      MakeOrder(referral, Order(), 1, SampleSigner().key, SampleSigner().certificate, SampleTime())
          .value();
  EXPECT_EQ(ErrorReason(CheckSubmission(submission, referral).status()), "COMPANION_UNKNOWN");
}

struct Row {
  std::string_view name;
  std::function<void(v1::CandidateOrder&)> edit;
  std::string_view reason;
  std::string_view field;
};

TEST(CandidateOrder, RefusesWhatIsMalformed) {
  const ReferralStatement referral = StatementOf(SealedWithOrder().submission);
  const Row rows[] = {
      {"fine", [](v1::CandidateOrder&) {}, "", ""},
      {"no task", [](v1::CandidateOrder& m) { m.clear_tasks(); }, "ORDER_INVALID", "tasks"},
      {"no candidate", [](v1::CandidateOrder& m) { m.mutable_tasks(0)->clear_candidates(); },
       "ORDER_INVALID", "tasks[0].candidates"},
      {"twice",
       [](v1::CandidateOrder& m) {
         *m.mutable_tasks(0)->add_candidates() = m.tasks(0).candidates(0);
       },
       "ORDER_INVALID", "tasks[0].candidates[2]"},
      {"33 candidates",
       [](v1::CandidateOrder& m) {
         for (int i = 0; i < 31; ++i) {
           v1::Address& address = *m.mutable_tasks(0)->add_candidates();
           address.set_agency("shelter-a");
           address.set_unit("unit-" + std::to_string(i));
         }
       },
       "ORDER_INVALID", "tasks[0].candidates"},
      {"not a unit",
       [](v1::CandidateOrder& m) {
         m.mutable_tasks(0)->mutable_candidates(1)->set_unit("Not A Unit");
       },
       "ID_INVALID", "tasks[0].candidates[1].unit"},
      {"tasks do not ascend", [](v1::CandidateOrder& m) { *m.add_tasks() = m.tasks(0); },
       "ORDER_INVALID", "tasks[1].task"},
      {"no such task", [](v1::CandidateOrder& m) { m.mutable_tasks(0)->set_task(2); },
       "ORDER_INVALID", "tasks"},
      {"number 0", [](v1::CandidateOrder& m) { m.clear_number(); }, "ORDER_INVALID", "number"},
      {"another referral", [](v1::CandidateOrder& m) { m.mutable_referral()->set_version(2); },
       "ORDER_INVALID", "referral"},
      {"short digest", [](v1::CandidateOrder& m) { m.set_slots_digest("x"); }, "LENGTH_INVALID",
       "slots_digest"},
  };
  for (const Row& row : rows) {
    v1::CandidateOrder message;
    ASSERT_TRUE(message.ParseFromString(MakeOrder(referral, Order(), 2, SampleSigner().key,
                                                  SampleSigner().certificate, SampleTime())
                                            ->payload()));
    row.edit(message);
    const v1::SignedEnvelope envelope =
        SignMessage(kCandidateOrderType, message, SampleSigner().key).value();
    const absl::Status status = CheckCandidateOrder(envelope, referral).status();
    EXPECT_EQ(ErrorReason(status), row.reason) << row.name << status;
    EXPECT_EQ(ErrorField(status), row.field) << row.name;
  }
}

TEST(CandidateOrder, TakesOneOfTheEightCompanionSlots) {
  SubmissionDraft draft = SampleDraft();
  draft.order = Order();
  while (draft.recipients.size() < 8) draft.recipients.push_back(draft.recipients[0]);
  const auto sealed = SealSubmission(draft, SampleSigner().key, SampleSigner().certificate);
  EXPECT_EQ(ErrorReason(sealed.status()), "TOO_MANY_GRANTS");
}

}  // namespace
}  // namespace amana::envelope
