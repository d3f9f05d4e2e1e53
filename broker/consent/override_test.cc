#include "broker/consent/override.h"

#include <vector>

#include "broker/consent/decision_fixture_test.h"
#include "gtest/gtest.h"

namespace amana::consent {
namespace {

Override Of(const Request& request, absl::Time now = kNow) {
  return OverrideOf(request.header, request.approvals, request.reviews, now);
}

// The times at which the override's answer may change, and whether it is approved from then on.
struct Turn {
  absl::Duration after;
  bool approved;
  friend bool operator==(const Turn&, const Turn&) = default;
};

std::vector<Turn> Turns(const Request& request) {
  std::vector<Turn> turns;
  absl::Time now = kNow;
  for (Override at = Of(request, now); at.next_change < absl::InfiniteFuture();) {
    now = at.next_change;
    at = Of(request, now);
    turns.push_back({now - kNow, at.approved});
  }
  return turns;
}

TEST(OverrideTest, AHeaderOfConsentClaimsNone) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_VITAL_INTEREST);
  request.header.legal_basis = v1::LEGAL_BASIS_CONSENT;
  const Override none = Of(request);
  EXPECT_FALSE(none.claimed);
  EXPECT_FALSE(none.approved);
  EXPECT_TRUE(none.categories.empty());
  EXPECT_TRUE(none.lifted.empty());
  EXPECT_EQ(none.next_change, absl::InfiniteFuture());
}

TEST(OverrideTest, LiftsWhatTheTableSaysAndNothingElse) {
  const RuleSet vital = {static_cast<Rule>(2), static_cast<Rule>(5), static_cast<Rule>(11),
                         static_cast<Rule>(12), static_cast<Rule>(14)};
  const RuleSet duty =
      vital | RuleSet{static_cast<Rule>(6), static_cast<Rule>(7), static_cast<Rule>(25)};
  EXPECT_EQ(Of(OverriddenRequest(v1::LEGAL_BASIS_VITAL_INTEREST)).lifted, vital);
  EXPECT_EQ(Of(OverriddenRequest(v1::LEGAL_BASIS_LEGAL_DUTY)).lifted, duty);
  EXPECT_EQ(Of(OverriddenRequest(v1::LEGAL_BASIS_COURT_ORDER)).lifted,
            duty | RuleSet{static_cast<Rule>(13)});
  Request unapproved = OverriddenRequest(v1::LEGAL_BASIS_COURT_ORDER);
  unapproved.approvals.pop_back();
  EXPECT_TRUE(Of(unapproved).claimed);
  EXPECT_TRUE(Of(unapproved).lifted.empty());
  EXPECT_TRUE(Of(unapproved).categories.empty());
}

TEST(OverrideTest, EndsWithItsFirstApprovalOrAfter72Hours) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_VITAL_INTEREST);
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(24), false}}));
  for (ApprovalFacts& each : request.approvals) each.lapses_at = kNow + absl::Hours(100);
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(71), false}}));
  request.header.legal_basis = v1::LEGAL_BASIS_LEGAL_DUTY;
  for (ApprovalFacts& each : request.approvals) {
    each.basis = v1::LEGAL_BASIS_LEGAL_DUTY;
    each.has_citation = true;
  }
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(100), false}}));
}

TEST(OverrideTest, AnImmediateOneIsDueForReview) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_VITAL_INTEREST);
  request.header.urgency = v1::URGENCY_IMMEDIATE;
  request.approvals.pop_back();
  request.approvals[0].lapses_at = kNow + absl::Hours(100);
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(23), false}}));
  request.reviews = {Reviewing(request)};
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(23), true}, {absl::Hours(71), false}}));
  request.reviews[0].upheld = false;
  EXPECT_FALSE(Of(request).approved);
  EXPECT_TRUE(Turns(request).empty());
}

TEST(OverrideTest, EndsWhenAReviewDoesNotUpholdIt) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_COURT_ORDER);
  request.reviews = {Reviewing(request)};
  request.reviews[0].upheld = false;
  request.reviews[0].reviewed_at = kNow + absl::Hours(3);
  EXPECT_TRUE(Of(request).approved);
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(3), false}}));
}

TEST(OverrideTest, TwoApprovalsCountFromTheSecond) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_VITAL_INTEREST);
  request.approvals[1].approved_at = kNow + absl::Hours(2);
  EXPECT_FALSE(Of(request).approved);
  EXPECT_EQ(Turns(request), (std::vector<Turn>{{absl::Hours(2), true}, {absl::Hours(24), false}}));
}

TEST(OverrideTest, GivesWhatAnyTwoApproversBothName) {
  Request request = OverriddenRequest(v1::LEGAL_BASIS_LEGAL_DUTY);
  request.approvals.push_back(Approving(request, Person("court", "approver-3", '5')));
  request.approvals[0].categories = {v1::CATEGORY_LOCATION, v1::CATEGORY_RISK};
  request.approvals[1].categories = {v1::CATEGORY_LOCATION, v1::CATEGORY_LEGAL};
  request.approvals[2].categories = {v1::CATEGORY_LEGAL, v1::CATEGORY_FAMILY};
  EXPECT_EQ(Of(request).categories,
            (codes::CategorySet{v1::CATEGORY_LOCATION, v1::CATEGORY_LEGAL}));
}

}  // namespace
}  // namespace amana::consent
