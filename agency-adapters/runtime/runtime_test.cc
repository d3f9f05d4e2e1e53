#include "agency-adapters/runtime/runtime.h"

#include <algorithm>
#include <set>

#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/log.h"

namespace amana::runtime {
namespace {

using testing::Machine;
using testing::NativeCase;

std::vector<v1::ReferralHeader> Submitted(const Machine& machine) {
  std::vector<v1::ReferralHeader> headers;
  for (const std::string& bytes : machine.broker.requests(sdk::kSubmit.method)) {
    v1::SubmitRequest request;
    EXPECT_TRUE(request.ParseFromString(bytes));
    v1::ReferralHeader header;
    EXPECT_TRUE(header.ParseFromString(request.submission().header().payload()));
    headers.push_back(std::move(header));
  }
  return headers;
}

void BrokerIsAway(Machine& machine, bool away) {
  if (!away) {
    machine.broker.answers.clear();
    return;
  }
  machine.broker.answers[std::string(sdk::kSubmit.method)] = [](const std::string&) {
    return sdk::CallFailed(absl::StatusCode::kUnavailable, "away");
  };
}

// --- an agency that sends

TEST(RuntimeSendingTest, ACaseIsSealedSentAndTold) {
  Machine m(sdk::testing::PoliceIdentity);
  m.side.ready = {NativeCase("OB/1/2031", "URGENT")};
  m.Start();
  m.Settle();
  EXPECT_EQ(m.side.settled.at("OB/1/2031").state, Settlement::State::kTaken);
  AMANA_EXPECT_OK(m.runtime().SendTurn());
  m.Settle();
  const Settlement& settled = m.side.settled.at("OB/1/2031");
  EXPECT_EQ(settled.state, Settlement::State::kAccepted) << settled.reason;
  const auto sent = Submitted(m);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].urgency(), v1::URGENCY_URGENT);
  EXPECT_EQ(sent[0].legal_basis(), v1::LEGAL_BASIS_VITAL_INTEREST);
  EXPECT_EQ(sent[0].services(0).recipient().unit(), "intake");
  EXPECT_NE(settled.referral.find(ToHex(sent[0].referral_id())), std::string::npos);
}

// Keys that are remembered may be lost: whoever enrolled again is sealed to by its newest.
TEST(RuntimeSendingTest, TheDirectoryIsAskedForKeysBeforeACaseIsSealed) {
  Machine m(sdk::testing::PoliceIdentity);
  const auto asked = [&m] { return m.broker.requests(sdk::kGetDirectoryEntry.method).size(); };
  m.side.ready = {NativeCase("OB/1"), NativeCase("OB/2")};
  m.Start();
  m.Settle();
  EXPECT_EQ(asked(), 1U) << "once a minute, and no entry is no refusal";
  EXPECT_EQ(m.side.settled.at("OB/2").state, Settlement::State::kTaken);
  m.clock.Advance(absl::Minutes(2));
  m.side.ready.push_back(NativeCase("OB/3"));
  m.broker.answers[std::string(sdk::kGetDirectoryEntry.method)] = [](const std::string&) {
    return sdk::CallFailed(absl::StatusCode::kUnavailable, "away");
  };
  m.Settle();
  EXPECT_EQ(asked(), 2U);
  EXPECT_EQ(*m.runtime().letters().Count(), 0) << "it is sealed to the keys that are known";
}

TEST(RuntimeSendingTest, WhatCannotBeMappedIsALetterNamingItsField) {
  Machine m(sdk::testing::PoliceIdentity);
  NativeItem unknown = NativeCase("OB/1");
  unknown.record.fields["URGENCY"] = {"CANARY"};
  NativeItem unmapped = NativeCase("OB/2");
  unmapped.record.fields["SHOE_SIZE"] = {"CANARY"};
  m.side.ready = {unknown, unmapped, NativeCase("OB/3")};
  std::string log;
  ScopedLogSink sink([&log](std::string_view line) { log += line; });
  m.Start();
  m.Settle();
  EXPECT_EQ(m.side.settled.at("OB/1").field, "URGENCY");
  EXPECT_EQ(m.side.settled.at("OB/2").field, "SHOE_SIZE");
  EXPECT_EQ(m.side.settled.at("OB/3").state, Settlement::State::kTaken);
  EXPECT_EQ(*m.runtime().letters().Count(), 2);
  EXPECT_EQ(log.find("CANARY"), std::string::npos);
}

TEST(RuntimeSendingTest, TheBrokersRefusalIsToldAndRedriven) {
  Machine m(sdk::testing::PoliceIdentity);
  m.side.ready = {NativeCase("OB/1")};
  m.Start();
  m.broker.RefuseNext(sdk::kSubmit.method,
                      MakeError(absl::StatusCode::kInvalidArgument, "HEADER_INVALID", "services",
                                "said the broker"));
  m.Settle();
  AMANA_EXPECT_OK(m.runtime().SendTurn());
  m.Settle();
  EXPECT_EQ(m.side.settled.at("OB/1").state, Settlement::State::kRefused);
  EXPECT_EQ(m.side.settled.at("OB/1").reason, "HEADER_INVALID");
  EXPECT_EQ(*m.runtime().letters().RedriveAll(m.clock.Now()), 1);
  m.Settle();
  AMANA_EXPECT_OK(m.runtime().SendTurn());
  m.Settle();
  EXPECT_EQ(m.side.settled.at("OB/1").state, Settlement::State::kAccepted);
  EXPECT_EQ(Submitted(m)[0].referral_id(), Submitted(m)[1].referral_id());
}

// Three days without the broker, 2,000 items: nothing is lost, and the most urgent goes first.
TEST(RuntimeSendingTest, ThreeDaysWithoutTheBrokerThenByUrgency) {
  constexpr size_t kItems = 2000;
  const char* urgencies[] = {"NORMAL", "URGENT", "EMERGENCY", "IMMEDIATE"};
  Machine m(sdk::testing::PoliceIdentity);
  m.config().batch = 500;
  m.Start();
  BrokerIsAway(m, true);
  const uint64_t before = m.broker.log_size();
  for (int hour = 0; hour < 72; ++hour) {
    for (size_t i = 0; i < kItems / 72 + 1 && m.side.ready.size() < kItems; ++i) {
      const size_t n = m.side.ready.size();
      m.side.ready.push_back(NativeCase("OB/" + std::to_string(n), urgencies[n * 7 % 4]));
    }
    // It crashes now and then, too.
    if (hour % 24 == 13) m.Start();
    AMANA_ASSERT_OK(m.runtime().NativeTurn());
    AMANA_ASSERT_OK(m.runtime().SendTurn());
    m.clock.Advance(absl::Hours(1));
  }
  m.Settle();
  EXPECT_EQ(m.runtime().Check()->waiting.queued, static_cast<int64_t>(kItems));
  EXPECT_FALSE(m.runtime().Check()->ok()) << "health says that the broker is away";
  const size_t tried = Submitted(m).size();
  BrokerIsAway(m, false);
  AMANA_ASSERT_OK(m.runtime().SendTurn());
  m.Settle();

  auto sent = Submitted(m);
  sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(tried));
  ASSERT_EQ(sent.size(), kItems);
  EXPECT_TRUE(std::ranges::is_sorted(sent, {}, [](const auto& h) { return h.urgency(); }));
  std::set<std::string> referrals;
  for (const auto& header : sent) referrals.insert(header.referral_id());
  EXPECT_EQ(referrals.size(), kItems);
  EXPECT_EQ(m.broker.log_size() - before, kItems);
  EXPECT_EQ(m.side.settled.size(), kItems);
  for (const auto& [key, settlement] : m.side.settled) {
    ASSERT_EQ(settlement.state, Settlement::State::kAccepted) << settlement.reason;
  }
}

TEST(RuntimeSendingTest, DyingAtEveryStepLosesNothingAndSendsNothingTwice) {
  for (int step = 0; step < 40; ++step) {
    Machine m(sdk::testing::PoliceIdentity);
    const uint64_t before = m.broker.log_size();
    m.side.ready = {NativeCase("OB/1"), NativeCase("OB/2")};
    int left = step;
    m.Start([&left](std::string_view) {
      return left-- == 0 ? MakeError(absl::StatusCode::kInternal, "DIED", "", "")
                         : absl::OkStatus();
    });
    bool lived = m.runtime().NativeTurn().ok();
    AMANA_EXPECT_OK(m.runtime().SendTurn());
    lived = lived && m.runtime().NativeTurn().ok();
    m.Start();
    m.Settle();
    AMANA_EXPECT_OK(m.runtime().SendTurn());
    m.Settle();
    EXPECT_EQ(m.broker.log_size() - before, 2U) << "step " << step;
    for (const char* key : {"OB/1", "OB/2"}) {
      EXPECT_EQ(m.side.settled.at(key).state, Settlement::State::kAccepted) << step;
    }
    if (lived) {
      EXPECT_GT(step, 8);
      return;
    }
  }
  FAIL() << "never lived";
}

}  // namespace
}  // namespace amana::runtime
