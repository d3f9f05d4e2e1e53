#include "agency-adapters/cli/match_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace amana::cli {
namespace {

using ::testing::HasSubstr;

// Each has words of its own, so that no code of the protocol is left out here when it gets one.
TEST(MatchWords, NoReasonAndNoGapIsWithoutWords) {
  std::set<std::string_view> said;
  for (int number = 1; number <= v1::MatchReason_MAX; ++number) {
    if (!v1::MatchReason_IsValid(number)) continue;
    const auto words = ReasonWords(static_cast<v1::MatchReason>(number));
    EXPECT_EQ(std::string(words).find("does not know"), std::string::npos) << number;
    EXPECT_TRUE(said.insert(words).second) << words;
  }
  for (int number = 1; number <= v1::RouteGap_MAX; ++number) {
    if (!v1::RouteGap_IsValid(number)) continue;
    const auto words = GapWords(static_cast<v1::RouteGap>(number));
    EXPECT_EQ(std::string(words).find("does not know"), std::string::npos) << number;
    EXPECT_TRUE(said.insert(words).second) << words;
  }
}

TEST(MatchWords, WhatALaterBrokerSaysIsNotPassedOver) {
  EXPECT_THAT(std::string(ReasonWords(static_cast<v1::MatchReason>(99))), HasSubstr("not know"));
  EXPECT_THAT(std::string(GapWords(static_cast<v1::RouteGap>(99))), HasSubstr("not know"));
}

}  // namespace
}  // namespace amana::cli
