#include "broker/consent/decision.h"

#include <map>
#include <string>

#include "broker/consent/decision_fixture_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/codes/names.h"
#include "tests/support/domain_table.h"

namespace amana::consent {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RuleTableTest, RowsAreThoseOfTheDomainTable) {
  const std::map<std::string, Outcome> outcomes = {
      {"DENY", Outcome::kDeny},          {"RECALL", Outcome::kDeny},
      {"HOLD", Outcome::kHold},          {"REDACT", Outcome::kRedact},
      {"PERMIT", Outcome::kPermit},      {"PERMIT_MIN", Outcome::kPermit},
      {"PERMIT_SCOPE", Outcome::kPermit}};
  ASSERT_FALSE(tests::DomainTables("consent_decisions.csv").empty());
  for (const auto& table : tests::DomainTables("consent_decisions.csv")) {
    for (const auto& row : table.rows) {
      const int number = std::stoi(row.at("rule"));
      const RuleRow* mine = RowOf(static_cast<Rule>(number));
      ASSERT_NE(mine, nullptr) << number;
      EXPECT_EQ(mine->outcome, outcomes.at(row.at("decision"))) << number;
      EXPECT_EQ(static_cast<int>(mine->precedence), row.at("precedence").front() - '0') << number;
      EXPECT_EQ(codes::CodeName(mine->code),
                row.at("code").empty() ? "UNSPECIFIED" : row.at("code"))
          << number;
    }
  }
}

TEST(DecisionTest, NoFactsAtAllIsDenied) {
  const Decision decision = Decide({}, {}, {}, {}, {});
  EXPECT_EQ(decision.outcome, Outcome::kDeny);
  EXPECT_THAT(RuleNumbers(decision.rules), ElementsAre(1, 28));
  const Decision default_constructed;
  EXPECT_EQ(default_constructed.outcome, Outcome::kDeny);
  EXPECT_FALSE(default_constructed.Delivers());
}

TEST(DecisionTest, AnExclusionReadsAsNotCoveredToEverybodyButItsAuthor) {
  Request excluded = PermittedRequest();
  excluded.exclusions = {Excluding(excluded, Party("shelter-a"))};
  Request not_covered = PermittedRequest();
  not_covered.pinned().recipient_kinds = {v1::AGENCY_KIND_IOM};
  const Decision a = excluded.Decide();
  const Decision b = not_covered.Decide();
  EXPECT_EQ(a.code, v1::REASON_RECIPIENT_EXCLUDED);
  EXPECT_EQ(a.PublicCode(), v1::REASON_RECIPIENT_NOT_COVERED);
  // Whatever may be shown is the same for both.
  EXPECT_EQ(a.PublicCode(), b.PublicCode());
  EXPECT_EQ(a.PublicRules(), b.PublicRules());
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.permitted, b.permitted);
  EXPECT_EQ(a.redacted, b.redacted);
  EXPECT_EQ(a.required_missing, b.required_missing);
  EXPECT_EQ(a.next_change, b.next_change);
}

TEST(DecisionTest, AnExclusionThatAnOverrideCannotLiftReadsAsNotCovered) {
  for (const v1::LegalBasis basis : {v1::LEGAL_BASIS_VITAL_INTEREST, v1::LEGAL_BASIS_LEGAL_DUTY}) {
    const uint32_t rule = basis == v1::LEGAL_BASIS_VITAL_INTEREST ? 18 : 19;
    Request request = OverriddenRequest(basis);
    request.exclusions = {Excluding(request, Party("shelter-a"))};
    EXPECT_THAT(RuleNumbers(request.Decide().PublicRules()), ElementsAre(12, rule));
    EXPECT_EQ(request.Decide().PublicCode(), v1::REASON_RECIPIENT_NOT_COVERED);
    request.exclusions = {Excluding(request, Party("shelter-a"), {v1::CATEGORY_IDENTITY_MIN})};
    EXPECT_THAT(RuleNumbers(request.Decide().PublicRules()), ElementsAre(9, 10, rule));
    EXPECT_EQ(request.Decide().PublicCode(), v1::REASON_REQUIRED_CATEGORY_NOT_COVERED);
    EXPECT_EQ(request.Decide().required_missing, codes::CategorySet{v1::CATEGORY_IDENTITY_MIN});
  }
}

TEST(DecisionTest, SaysWhatIsWithheldAndWhatIsMissing) {
  Request request = PermittedRequest();
  request.header.categories.Add(v1::CATEGORY_EXPLOITATION);
  EXPECT_EQ(request.Decide().redacted, codes::CategorySet{v1::CATEGORY_EXPLOITATION});
  EXPECT_EQ(request.Decide().permitted, request.pinned().categories);
  request.pinned().categories -= {v1::CATEGORY_RISK, v1::CATEGORY_DEMOGRAPHIC};
  EXPECT_EQ(request.Decide().required_missing,
            (codes::CategorySet{v1::CATEGORY_RISK, v1::CATEGORY_DEMOGRAPHIC}));
  EXPECT_EQ(request.Decide().redacted, request.header.categories);
}

TEST(DecisionTest, NextChangeIsTheNextBoundaryOfAnyRecordThatCounts) {
  Request request = PermittedRequest();
  EXPECT_EQ(request.Decide().next_change, request.pinned().valid_until);
  ConsentFacts newer = NewerConsent(request);
  newer.valid_from = kNow + absl::Hours(2);
  newer.categories = {v1::CATEGORY_IDENTITY_MIN};
  request.records.push_back(newer);
  EXPECT_EQ(request.Decide().outcome, Outcome::kPermit);
  EXPECT_EQ(request.Decide().next_change, newer.valid_from);
  request.environment.now = newer.valid_from;
  EXPECT_EQ(request.Decide().outcome, Outcome::kDeny);
  request.environment.now = kNow;
  request.pinned().valid_from = kNow + absl::Hours(1);
  EXPECT_EQ(request.Decide().next_change, kNow + absl::Hours(1));
  request.pinned().withdrawn_at = kNow;
  EXPECT_EQ(request.Decide().next_change, absl::InfiniteFuture());
}

TEST(DecisionTest, RuleNumbersAscend) {
  EXPECT_THAT(RuleNumbers({Rule::kConsentConflict, Rule::kConsentCovers}), ElementsAre(3, 27));
  EXPECT_THAT(RuleNumbers({}), IsEmpty());
  EXPECT_EQ(RowOf(static_cast<Rule>(31)), nullptr);
}

}  // namespace
}  // namespace amana::consent
