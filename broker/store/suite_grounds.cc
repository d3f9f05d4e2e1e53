// What a referral rests on besides its header, and what people must look at afterwards.
#include <gmock/gmock.h>

#include "base/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

using testing::SizeIs;

consent::Signatory Officer(std::string_view agency, std::string_view person, uint32_t key) {
  consent::Signatory officer;
  officer.address = SampleAddress(agency, "desk");
  officer.person = PersonId::Create(person).value();
  officer.key = SampleId<Digest>(key);
  return officer;
}

consent::ApprovalFacts Approval(const consent::Signatory& by) {
  consent::ApprovalFacts facts;
  facts.authentic = true;
  facts.basis = v1::LEGAL_BASIS_COURT_ORDER;
  facts.header = SampleId<Digest>(7);
  facts.approver = by;
  facts.on_approver_list = true;
  facts.categories = {v1::CATEGORY_LEGAL, v1::CATEGORY_RISK};
  facts.has_citation = true;
  facts.has_reason = true;
  facts.approved_at = SampleTime();
  facts.lapses_at = SampleTime() + absl::Hours(3);
  return facts;
}

consent::ReviewFacts ReviewBy(const consent::Signatory& by) {
  consent::ReviewFacts facts;
  facts.authentic = true;
  facts.header = SampleId<Digest>(7);
  facts.reviewer = by;
  facts.on_approver_list = true;
  facts.upheld = true;
  facts.reviewed_at = SampleTime() + absl::Hours(1);
  return facts;
}

PersonRef Ref(const consent::Signatory& who) { return {who.address.agency, who.person}; }

TEST_P(StoreSuite, GroundsSurviveWhole) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  const consent::PinnedConsent pinned{SampleId<ConsentId>(3), 4, SampleId<Digest>(5)};
  const consent::Signatory one = Officer("police", "officer-7", 1);
  const consent::Signatory two = Officer("court", "judge-1", 2);
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    Grounds& grounds = tx.grounds();
    AMANA_RETURN_IF_ERROR(grounds.Attach(SampleKey(1), pinned, SampleStatement(1)));
    AMANA_RETURN_IF_ERROR(grounds.Approve(SampleKey(1), Approval(one), SampleStatement(2)));
    AMANA_RETURN_IF_ERROR(grounds.Approve(SampleKey(1), Approval(two), SampleStatement(3)));
    return grounds.Review(SampleKey(1), ReviewBy(one), SampleStatement(4));
  }));
  Reopen();
  const auto look = Look();
  const auto found = look->grounds().Of(SampleKey(1));
  AMANA_ASSERT_OK(found);
  ASSERT_TRUE(found->attached.has_value());
  EXPECT_EQ(found->attached->id, pinned.id);
  EXPECT_EQ(found->attached->version, 4u);
  EXPECT_EQ(found->attached->digest, pinned.digest);
  ASSERT_THAT(found->approvals, SizeIs(2));
  const consent::ApprovalFacts& approval = found->approvals[1];  // by agency and person
  EXPECT_TRUE(approval.authentic && approval.on_approver_list && approval.has_citation &&
              approval.has_reason);
  EXPECT_EQ(approval.basis, v1::LEGAL_BASIS_COURT_ORDER);
  EXPECT_EQ(approval.header, SampleId<Digest>(7));
  EXPECT_EQ(approval.approver.address, SampleAddress("police", "desk"));
  EXPECT_EQ(approval.approver.person, one.person);
  EXPECT_EQ(approval.approver.key, one.key);
  EXPECT_EQ(approval.categories, Approval(one).categories);
  EXPECT_EQ(approval.approved_at, SampleTime());
  EXPECT_EQ(approval.lapses_at, SampleTime() + absl::Hours(3));
  ASSERT_THAT(found->reviews, SizeIs(1));
  EXPECT_TRUE(found->reviews[0].upheld);
  EXPECT_EQ(found->reviews[0].reviewer.key, one.key);
  EXPECT_EQ(found->reviews[0].reviewed_at, SampleTime() + absl::Hours(1));
  EXPECT_EQ(Print(*look->grounds().FindAttachment(SampleKey(1), pinned.id, 4).value()),
            Print(SampleStatement(1)));
  EXPECT_EQ(Print(*look->grounds().FindApproval(SampleKey(1), Ref(two)).value()),
            Print(SampleStatement(3)));
  EXPECT_EQ(Print(*look->grounds().FindReview(SampleKey(1), Ref(one)).value()),
            Print(SampleStatement(4)));

  EXPECT_FALSE(look->grounds().FindReview(SampleKey(1), Ref(two))->has_value());
  EXPECT_FALSE(look->grounds().FindAttachment(SampleKey(2), pinned.id, 4)->has_value());
  EXPECT_TRUE(look->grounds().Of(SampleKey(2))->approvals.empty());
  EXPECT_FALSE(look->grounds().Of(SampleKey(99))->attached.has_value());
}

TEST_P(StoreSuite, TheNewestAttachmentCountsAndAPersonSpeaksOnce) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const consent::Signatory one = Officer("police", "officer-7", 1);
  for (const uint32_t version : {1u, 2u}) {
    AMANA_ASSERT_OK(Do([version](Transaction& tx) {
      return tx.grounds().Attach(SampleKey(1), {SampleId<ConsentId>(3), version, Digest()},
                                 SampleStatement(version));
    }));
  }
  EXPECT_EQ(Look()->grounds().Of(SampleKey(1))->attached->version, 2u);
  EXPECT_EQ(
      Print(*Look()->grounds().FindAttachment(SampleKey(1), SampleId<ConsentId>(3), 1).value()),
      Print(SampleStatement(1)));
  const auto approve = [&](Transaction& tx) {
    return tx.grounds().Approve(SampleKey(1), Approval(one), SampleStatement(3));
  };
  AMANA_ASSERT_OK(Do(approve));
  EXPECT_EQ(ErrorReason(Do(approve).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do([&](Transaction& tx) {
                          return tx.grounds().Approve(SampleKey(9), Approval(one),
                                                      SampleStatement(3));
                        }).status()),
            "NOT_FOUND");
}

TEST_P(StoreSuite, ReviewsAreDueUntilDone) {
  for (uint32_t i = 1; i <= 3; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  const absl::Time expiry = SampleReferral(1).expires;  // what is due of the samples otherwise
  ASSERT_GT(expiry, SampleTime() + absl::Hours(3));
  const auto task = [](uint32_t number, int hours) {
    return ReviewTask{.referral = SampleKey(number),
                      .opened_by = 100 + number,
                      .kind = ReviewKind::kMismatch,
                      .opened = SampleTime(),
                      .due = SampleTime() + absl::Hours(hours)};
  };
  for (const ReviewTask& each : {task(1, 3), task(2, 1), task(3, 2)}) {
    AMANA_ASSERT_OK(Do([&](Transaction& tx) { return tx.grounds().OpenReview(each); }));
  }
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Hours(1));
  EXPECT_THAT(Look()->grounds().DueReviews(SampleTime(), 9).value(), SizeIs(0));
  const auto due = Look()->grounds().DueReviews(SampleTime() + absl::Hours(2), 9).value();
  ASSERT_THAT(due, SizeIs(2));
  EXPECT_EQ(due[0].opened_by, 102u);
  EXPECT_EQ(due[1].opened_by, 103u);
  EXPECT_EQ(due[0].referral, SampleKey(2));
  EXPECT_EQ(due[0].kind, ReviewKind::kMismatch);
  EXPECT_THAT(Look()->grounds().DueReviews(SampleTime() + absl::Hours(2), 1).value(), SizeIs(1));

  const auto move = [&](ReviewTask each, ReviewState state) {
    each.state = state;
    return Do([each](Transaction& tx) { return tx.grounds().MoveReview(each); }).status();
  };
  AMANA_ASSERT_OK(move(due[0], ReviewState::kMissed));
  AMANA_ASSERT_OK(move(due[1], ReviewState::kDone));
  EXPECT_EQ(ErrorReason(move(due[1], ReviewState::kOpen)), "CONFLICT");
  Reopen();
  // What was missed waits for its review all the same.
  ASSERT_THAT(Look()->grounds().OpenReviews(SampleKey(2)).value(), SizeIs(1));
  EXPECT_EQ(Look()->grounds().OpenReviews(SampleKey(2))->front().state, ReviewState::kMissed);
  EXPECT_THAT(Look()->grounds().OpenReviews(SampleKey(3)).value(), SizeIs(0));
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Hours(3));
  AMANA_ASSERT_OK(move(due[0], ReviewState::kDone));
  EXPECT_THAT(Look()->grounds().OpenReviews(SampleKey(2)).value(), SizeIs(0));
}

}  // namespace
}  // namespace amana::store
