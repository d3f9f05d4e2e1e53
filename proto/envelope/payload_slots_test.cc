#include "proto/envelope/payload_slots.h"

#include <gtest/gtest.h>

#include <string>

#include "amana/v1/referral.pb.h"

namespace amana::envelope {
namespace {

std::string Value(char c) { return std::string(32, c); }

v1::ReferralHeader Header(int sections, int companions) {
  v1::ReferralHeader header;
  header.set_version(7);
  for (int i = 0; i < sections; ++i) header.add_section_slots(Value(static_cast<char>('a' + i)));
  for (int i = 0; i < companions; ++i) {
    header.add_companion_slots(Value(static_cast<char>('A' + i)));
  }
  return header;
}

std::optional<PayloadSlots> FindSlots(const std::string& payload) {
  return PayloadSlots::Find(payload, {{17, 2}, {18, 3}});
}

TEST(PayloadSlotsTest, ReadsValuesWhereTheyLie) {
  const std::string payload = Header(2, 3).SerializeAsString();
  const auto slots = FindSlots(payload);
  ASSERT_TRUE(slots.has_value());
  EXPECT_EQ((*slots)[0], Value('a'));
  EXPECT_EQ((*slots)[1], Value('b'));
  EXPECT_EQ((*slots)[2], Value('A'));
  EXPECT_EQ((*slots)[4], Value('C'));
  v1::ReferralHeader rest;
  ASSERT_TRUE(slots->ParseRest(rest));
  EXPECT_EQ(rest.version(), 7u);
  EXPECT_EQ(rest.section_slots_size(), 0);
}

TEST(PayloadSlotsTest, WhatComesAfterThemIsPartOfTheRest) {
  v1::ReferralHeader header = Header(2, 3);
  header.mutable_physical_custody()->set_agency("haven");
  header.set_family_id(Header(2, 3).SerializeAsString());
  const std::string payload = header.SerializeAsString();
  const auto slots = FindSlots(payload);
  ASSERT_TRUE(slots.has_value());
  EXPECT_EQ((*slots)[0], Value('a'));
  EXPECT_EQ((*slots)[4], Value('C'));
  v1::ReferralHeader rest;
  ASSERT_TRUE(slots->ParseRest(rest));
  header.clear_section_slots();
  header.clear_companion_slots();
  EXPECT_EQ(rest.SerializeAsString(), header.SerializeAsString());
}

TEST(PayloadSlotsTest, OneFieldWithAShortTag) {
  v1::WrapGrant grant;
  grant.set_slots_digest(Value('d'));
  for (const char c : {'x', 'y'}) grant.add_wrap_slots(Value(c));
  const std::string payload = grant.SerializeAsString();
  const auto slots = PayloadSlots::Find(payload, {{6, 2}});
  ASSERT_TRUE(slots.has_value());
  EXPECT_EQ((*slots)[1], Value('y'));
  EXPECT_FALSE(PayloadSlots::Find(payload, {{6, 3}}).has_value());
}

TEST(PayloadSlotsTest, FewerOrOtherLengthsAreNone) {
  for (const auto& [sections, companions] :
       {std::pair(1, 3), {2, 2}, {3, 3}, {0, 0}, {0, 3}, {5, 0}}) {
    EXPECT_FALSE(FindSlots(Header(sections, companions).SerializeAsString()).has_value())
        << sections << ' ' << companions;
  }
  v1::ReferralHeader odd = Header(2, 3);
  odd.mutable_section_slots(1)->push_back('x');
  EXPECT_FALSE(FindSlots(odd.SerializeAsString()).has_value());
  const std::string whole = Header(2, 3).SerializeAsString();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(FindSlots(whole.substr(0, size)).has_value()) << size;
  }
}

TEST(PayloadSlotsTest, MoreOfThemShowInTheRest) {
  const std::string payload = Header(2, 4).SerializeAsString();
  const auto slots = FindSlots(payload);
  ASSERT_TRUE(slots.has_value());
  v1::ReferralHeader rest;
  ASSERT_TRUE(slots->ParseRest(rest));
  EXPECT_EQ(rest.companion_slots_size(), 1);
}

TEST(PayloadSlotsTest, AreNotLookedForWithinOtherFields) {
  v1::ReferralHeader disguised;
  disguised.set_group_id(Header(2, 3).SerializeAsString());
  EXPECT_FALSE(FindSlots(disguised.SerializeAsString()).has_value());
}

}  // namespace
}  // namespace amana::envelope
