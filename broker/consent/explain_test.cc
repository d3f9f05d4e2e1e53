#include "broker/consent/explain.h"

#include <string>

#include "broker/consent/rule_cases_test.h"
#include "gtest/gtest.h"

namespace amana::consent {
namespace {

// "10 REQUIRED_CATEGORY_NOT_COVERED RISK; ..."
std::string InTheWay(const Request& request) {
  std::string text;
  for (const Obstacle& obstacle :
       Obstacles(request.header, request.Said(), request.recipient, request.environment)) {
    if (!text.empty()) text += "; ";
    text += std::to_string(static_cast<int>(obstacle.rule)) + " ";
    text += codes::CodeName(obstacle.code);
    for (const v1::Category category : obstacle.categories) {
      text += " " + std::string(codes::CodeName(category));
    }
  }
  return text;
}

TEST(ExplainTest, NothingStandsInTheWayOfAPermit) {
  EXPECT_EQ(InTheWay(PermittedRequest()), "");
  EXPECT_EQ(InTheWay(OverriddenRequest(v1::LEGAL_BASIS_LEGAL_DUTY)), "");
}

TEST(ExplainTest, NamesTheCategoriesEachRuleIsAbout) {
  Request request = PermittedRequest();
  request.header.categories |= {v1::CATEGORY_EXPLOITATION, v1::CATEGORY_MEDICAL};
  request.pinned().categories.Add(v1::CATEGORY_MEDICAL);
  request.records.push_back(NewerConsent(request));
  request.records[1].categories.Remove(v1::CATEGORY_LEGAL);
  EXPECT_EQ(InTheWay(request),
            "9 CATEGORY_NOT_COVERED EXPLOITATION; 25 HEALTH_RECIPIENT_NOT_QUALIFIED MEDICAL; "
            "27 CONSENT_CONFLICT LEGAL");
  request.records[1].categories.Remove(v1::CATEGORY_RISK);
  request.records[1].purposes = {v1::PURPOSE_JUSTICE};
  EXPECT_EQ(InTheWay(request),
            "9 CATEGORY_NOT_COVERED EXPLOITATION; 10 REQUIRED_CATEGORY_NOT_COVERED RISK; "
            "11 PURPOSE_NOT_COVERED; 25 HEALTH_RECIPIENT_NOT_QUALIFIED MEDICAL; "
            "27 CONSENT_CONFLICT RISK LEGAL");
}

TEST(ExplainTest, AnExclusionReadsAsWhatTheConsentDoesNotCover) {
  Request request = PermittedRequest();
  request.exclusions = {Excluding(request, Party("shelter-a"))};
  EXPECT_EQ(InTheWay(request), "12 RECIPIENT_NOT_COVERED");
  request.exclusions = {Excluding(request, Party("shelter-a"), {v1::CATEGORY_RISK})};
  EXPECT_EQ(InTheWay(request),
            "9 CATEGORY_NOT_COVERED RISK; 10 REQUIRED_CATEGORY_NOT_COVERED RISK");
}

TEST(ExplainTest, AnUnknownCodeStandsInTheWayWhateverTheRulesSay) {
  Request request = PermittedRequest();
  request.header.urgency = static_cast<v1::Urgency>(9);
  EXPECT_EQ(InTheWay(request), "0 CONSENT_MISSING");
}

TEST(ExplainTest, WithoutAClockNothingElseIsKnown) {
  Request request = PermittedRequest();
  request.header.pinned.reset();
  request.environment.clock_ok = false;
  EXPECT_EQ(InTheWay(request), "28 CONSENT_UNVERIFIABLE");
}

}  // namespace
}  // namespace amana::consent
