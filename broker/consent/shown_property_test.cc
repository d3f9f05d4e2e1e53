// Nobody but its author can tell an exclusion from a consent that never covered the recipient, or
// the categories: for every request (decision_generator_test.h).
#include <algorithm>
#include <tuple>
#include <vector>

#include "broker/consent/coverage.h"
#include "broker/consent/decision.h"
#include "broker/consent/decision_generator_test.h"
#include "broker/consent/explain.h"
#include "gtest/gtest.h"

namespace amana::consent {
namespace {

// The same request, of a consent that does not cover what its exclusions take away.
Request WithoutIt(Request request) {
  for (const ExclusionFacts& exclusion : request.exclusions) {
    if (exclusion.pseudonym != request.header.pseudonym) continue;
    if (!Names(exclusion.excluded, request.recipient.address)) continue;
    for (ConsentFacts& record : request.records) {
      if (!request.header.pinned || record.digest != request.header.pinned->digest) continue;
      record.categories -= exclusion.categories;
      if (!exclusion.categories.empty()) continue;
      record.recipients.clear();
      record.recipient_kinds = {};
    }
  }
  request.exclusions.clear();
  return request;
}

std::vector<std::tuple<int, int, uint32_t>> Listed(const Request& request) {
  std::vector<std::tuple<int, int, uint32_t>> listed;
  for (const Obstacle& obstacle :
       Obstacles(request.header, request.Said(), request.recipient, request.environment)) {
    listed.emplace_back(static_cast<int>(obstacle.rule), obstacle.code, obstacle.categories.bits());
  }
  return listed;
}

// An approved override that would have made up for what a consent does not cover, and may not.
bool CannotBeHidden(const Decision& decision, const Request& request) {
  return (decision.rules.Has(Rule::kOverrideVital) || decision.rules.Has(Rule::kOverrideLegal)) &&
         request.header.legal_basis != v1::LEGAL_BASIS_COURT_ORDER;
}

TEST(ShownPropertyTest, AnExclusionLooksLikeAConsentThatNeverCoveredIt) {
  int compared = 0;
  int excluded = 0;
  ForEachRequest([&](Generator& generator, Request request) {
    for (int i = generator.Below(3); i >= 0; --i) {
      request.exclusions.push_back(generator.Exclusion(request));
    }
    const Decision with = request.Decide();
    if (CannotBeHidden(with, request)) return;
    const Request plain = WithoutIt(request);
    const Decision without = plain.Decide();
    ++compared;
    excluded += with.rules.Has(Rule::kRecipientExcluded) ? 1 : 0;
    EXPECT_FALSE(without.shown.has_value());
    EXPECT_EQ(with.PublicRules().bits(), without.rules.bits());
    EXPECT_EQ(with.PublicCode(), without.code);
    EXPECT_EQ(with.outcome, without.outcome);
    EXPECT_EQ(with.permitted.bits(), without.permitted.bits());
    EXPECT_EQ(with.redacted.bits(), without.redacted.bits());
    EXPECT_EQ(with.required_missing.bits(), without.required_missing.bits());
    EXPECT_EQ(with.next_change, without.next_change);
    EXPECT_EQ(Listed(request), Listed(plain));
  });
  EXPECT_GE(compared, CaseCount() / 2);
  if (CaseCount() >= 1'000) {
    EXPECT_GE(excluded, CaseCount() / 20);
  }
}

TEST(ShownPropertyTest, NothingShownNamesAnExclusion) {
  int kept_from = 0;
  ForEachRequest([&](Generator& generator, Request request) {
    request.exclusions.push_back(generator.Exclusion(request));
    const Decision decision = request.Decide();
    EXPECT_FALSE(decision.PublicRules().Has(Rule::kRecipientExcluded));
    EXPECT_NE(decision.PublicCode(), v1::REASON_RECIPIENT_EXCLUDED);
    const bool permit = decision.PublicCode() == v1::REASON_UNSPECIFIED ||
                        decision.PublicCode() == v1::REASON_OVERRIDE_VITAL ||
                        decision.PublicCode() == v1::REASON_OVERRIDE_LEGAL;
    EXPECT_EQ(permit, decision.outcome == Outcome::kPermit);
    for (const auto& [rule, code, categories] : Listed(request)) {
      EXPECT_NE(rule, static_cast<int>(Rule::kRecipientExcluded));
      EXPECT_NE(code, v1::REASON_RECIPIENT_EXCLUDED);
    }
    if (!decision.rules.Has(Rule::kRecipientExcluded)) return;
    if (!CannotBeHidden(decision, request)) return;
    ++kept_from;
    const RuleSet reads = {Rule::kCategoryNotCovered, Rule::kRequiredCategoryNotCovered,
                           Rule::kRecipientNotCovered};
    EXPECT_TRUE(decision.PublicRules().Intersects(reads));
  });
  if (CaseCount() >= 1'000) {
    EXPECT_GE(kept_from, CaseCount() / 500);
  }
}

// What stands in the way is what the decision names, and nothing stands in the way of a PERMIT.
TEST(ShownPropertyTest, ObstaclesAreTheRulesThatStandInTheWay) {
  ForEachRequest([](Generator&, const Request& request) {
    const Decision decision = request.Decide();
    RuleSet named;
    codes::CategorySet withheld;
    bool all = false;
    for (const Obstacle& obstacle :
         Obstacles(request.header, request.Said(), request.recipient, request.environment)) {
      named.Add(obstacle.rule);
      withheld |= obstacle.categories;
      all |= obstacle.categories.empty();
    }
    const RuleSet permits = {Rule::kConsentCovers, Rule::kBestInterestDecision,
                             Rule::kOverrideVital, Rule::kOverrideLegal};
    EXPECT_EQ(named.bits(), (decision.PublicRules() - permits).bits());
    EXPECT_EQ(named.empty(), decision.outcome == Outcome::kPermit);
    if (decision.outcome == Outcome::kRedact && !all) {
      EXPECT_TRUE(withheld.ContainsAll(decision.redacted));
    }
  });
}

}  // namespace
}  // namespace amana::consent
