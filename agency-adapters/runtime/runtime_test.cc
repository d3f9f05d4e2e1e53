#include "agency-adapters/runtime/runtime.h"

#include <algorithm>
#include <set>

#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/log.h"

namespace amana::runtime {
namespace {

using sdk::testing::Delivering;
using sdk::testing::Recalling;
using testing::Machine;
using testing::NativeCase;
using testing::NativeDown;

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

// --- an agency that receives

class RuntimeReceivingTest : public ::testing::Test {
 protected:
  // One delivery, written natively; its key.
  std::string Written() {
    m_.Start();
    m_.broker.Push(Delivering(delivery_));
    m_.Receive();
    m_.Settle();
    EXPECT_EQ(m_.side.written.size(), 1U);
    return m_.side.written.empty() ? "" : m_.side.written[0].key;
  }
  size_t Calls(std::string_view method) const { return m_.broker.requests(method).size(); }
  static NativeItem Ask(const std::string& key, const std::string& about,
                        const std::string& words = "") {
    return {
        .key = key, .kind = ItemKind::kAsk, .about = about, .categories = {"RISK"}, .words = words};
  }

  Machine m_{sdk::testing::ShelterIdentity};
  const v1::Delivery delivery_ = sdk::testing::SampleDelivery(envelope::SampleSubmission());
};

TEST_F(RuntimeReceivingTest, ADeliveryIsMappedAndWrittenOnce) {
  const std::string key = Written();
  const NativeDelivery& written = m_.side.written[0];
  EXPECT_EQ(written.kind, DeliveryKind::kCase);
  EXPECT_EQ(written.record.fields.at("NAME"), std::vector<std::string>{"SYNTHETIC Amani"});
  EXPECT_EQ(written.record.fields.at("URGENCY"), std::vector<std::string>{"URGENT"});
  EXPECT_EQ(written.sender, "police-a/desk");
  EXPECT_EQ(written.stage, "AT_OFFER");
  ASSERT_EQ(written.attachments.size(), 1U);
  EXPECT_EQ(written.attachments[0].category, "RISK");
  EXPECT_EQ(m_.runtime().deliveries().Find(key)->value().state, RowState::kSettled);
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  m_.Settle();
  EXPECT_EQ(m_.side.written.size(), 1U);
}

TEST_F(RuntimeReceivingTest, AnAcceptIsSeenAndAcceptedByThePerson) {
  const std::string key = Written();
  m_.side.ready = {{.key = "accept-1", .kind = ItemKind::kAccept, .about = key}};
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("accept-1").state, Settlement::State::kAccepted);
  EXPECT_EQ(Calls(sdk::kMarkSeen.method), 1U);
  EXPECT_EQ(Calls(sdk::kDecide.method), 1U);
}

// A program may answer what the inbox shows before the native side has it.
TEST_F(RuntimeReceivingTest, AnAnswerToWhatHasJustComeIsPut) {
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  const auto came = *m_.runtime().endpoint().inbox.List(std::nullopt, 1);
  ASSERT_EQ(came.size(), 1U);
  m_.side.ready = {{.key = "a", .kind = ItemKind::kAccept, .about = DeliveryKeyText(came[0].key)}};
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("a").state, Settlement::State::kAccepted)
      << m_.side.settled.at("a").reason;
}

TEST_F(RuntimeReceivingTest, AnAnswerAboutNothingAndOneWithoutACodeAreRefused) {
  const std::string key = Written();
  m_.side.ready = {{.key = "a", .kind = ItemKind::kAccept, .about = "nothing"},
                   {.key = "b", .kind = ItemKind::kDecline, .about = key, .code = "MAYBE"},
                   {.key = "c", .kind = ItemKind::kDecline, .about = key, .code = "NO_CAPACITY"}};
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("a").reason, "ABOUT_UNKNOWN");
  EXPECT_EQ(m_.side.settled.at("b").reason, "ITEM_INVALID");
  EXPECT_EQ(m_.side.settled.at("b").field, "code");
  EXPECT_EQ(m_.side.settled.at("c").state, Settlement::State::kTaken);
}

TEST_F(RuntimeReceivingTest, AQuestionIsAskedOnceThoughItDiesBehindIt) {
  const std::string key = Written();
  m_.side.ready = {Ask("ask", key)};
  m_.Start([](std::string_view step) {
    return step == "put" ? MakeError(absl::StatusCode::kInternal, "DIED", "", "")
                         : absl::OkStatus();
  });
  EXPECT_FALSE(m_.runtime().NativeTurn().ok());
  m_.clock.Advance(absl::Seconds(3));
  m_.Start();
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("ask").state, Settlement::State::kAccepted);
  EXPECT_EQ(Calls(sdk::kAskQuestion.method), 1U);
}

// What could not be signed is not taken for what another item signed of the same case since.
TEST_F(RuntimeReceivingTest, AnItemIsNeverToldAnothersFate) {
  const std::string key = Written();
  m_.side.ready = {Ask("first", key, "SYNTHETIC words for whom no key is known")};
  m_.Settle();
  ASSERT_EQ(m_.side.settled.at("first").state, Settlement::State::kRefused);
  m_.side.ready.push_back(Ask("second", key));
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  ASSERT_EQ(m_.side.settled.at("second").state, Settlement::State::kAccepted);
  const envelope::GrantRecipient desk = envelope::SampleRecipient("police-a/desk");
  AMANA_EXPECT_OK(m_.runtime().endpoint().sender.AddCandidate(
      {desk.address, v1::AGENCY_KIND_POLICE, 47, false, desk.sealing}));
  m_.clock.Advance(absl::Seconds(3));
  EXPECT_EQ(*m_.runtime().letters().RedriveAll(m_.clock.Now()), 1);
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("first").state, Settlement::State::kAccepted);
  EXPECT_EQ(Calls(sdk::kAskQuestion.method), 2U);
}

// An error of Deliver does not say that nothing is there.
TEST_F(RuntimeReceivingTest, ARecallReachesWhatMayHaveBeenWritten) {
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  const auto came = *m_.runtime().endpoint().inbox.List(std::nullopt, 1);
  ASSERT_EQ(came.size(), 1U);
  const std::string key = DeliveryKeyText(came[0].key);
  m_.side.refuses[key] =
      MakeError(absl::StatusCode::kInvalidArgument, "HALF_WRITTEN", "field", "and refused");
  m_.Settle();
  EXPECT_EQ(*m_.runtime().letters().Count(), 1);
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.Receive();
  m_.Settle();
  ASSERT_EQ(m_.side.written.size(), 1U);
  EXPECT_EQ(m_.side.written[0].kind, DeliveryKind::kRecall);
  EXPECT_EQ(m_.side.written[0].about, key);
  EXPECT_EQ(m_.side.written[0].about_native_id, "");
}

TEST_F(RuntimeReceivingTest, ARecallReachesTheNativeSideOnlyIfTheCaseDid) {
  const std::string key = Written();
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.Receive();
  m_.Settle();
  ASSERT_EQ(m_.side.written.size(), 2U);
  EXPECT_EQ(m_.side.written[1].kind, DeliveryKind::kRecall);
  EXPECT_EQ(m_.side.written[1].about, key);
  EXPECT_EQ(m_.side.written[1].about_native_id, "native-1");
  EXPECT_EQ(m_.side.written[1].reason, "CONSENT_WITHDRAWN");
}

// "Deleted" is said when it is deleted where it was written.
TEST_F(RuntimeReceivingTest, ARecallIsConfirmedWhenTheNativeSideHasObeyed) {
  const std::string key = Written();
  m_.side.down = NativeDown();
  m_.clock.Advance(absl::Minutes(1));
  m_.Settle();
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));  // until it is answered
  m_.Receive();
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 0U);
  m_.Start();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 0U) << "after a start";
  m_.side.down.reset();
  m_.clock.Advance(absl::Minutes(5));
  m_.Settle();
  ASSERT_EQ(m_.side.written.size(), 2U);
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 1U);
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.Receive();
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 2U) << "asked again, it says it again";
}

TEST_F(RuntimeReceivingTest, ARecallThatFailedIsAnAlertAndIsNotConfirmed) {
  const std::string key = Written();
  m_.side.refuses[key + "/recall"] =
      MakeError(absl::StatusCode::kInvalidArgument, "LOCKED", "row", "refused");
  m_.broker.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  m_.Receive();
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 0U);
  const auto report = m_.runtime().Check();
  AMANA_ASSERT_OK(report);
  const auto line = std::ranges::find(report->lines, "recalls", &HealthLine::name);
  ASSERT_NE(line, report->lines.end());
  EXPECT_EQ(line->reason, "RECALL_DEAD");
  // Somebody has done it by hand, and says so.
  const auto letters = m_.runtime().letters().List(10);
  ASSERT_EQ(letters->size(), 1U);
  AMANA_EXPECT_OK(m_.runtime().letters().Discard(letters->front().letter));
  m_.Settle();
  AMANA_EXPECT_OK(m_.runtime().SendTurn());
  EXPECT_EQ(Calls(sdk::kAnswerRecall.method), 1U);
  EXPECT_TRUE(m_.runtime().Check()->ok());
}

// With the broker away a decision is shown, and told, again and again: that is no work.
TEST_F(RuntimeReceivingTest, WhatIsShownAgainDoesNotKeepTheLoopFromPausing) {
  const std::string key = Written();
  m_.side.ready = {{.key = "accept-1", .kind = ItemKind::kAccept, .about = key}};
  m_.side.shows_settled = true;
  m_.Settle();
  EXPECT_EQ(m_.side.settled.at("accept-1").state, Settlement::State::kTaken);
  const int checks = m_.side.checks;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*m_.runtime().NativeTurn(), 0U);
  EXPECT_EQ(m_.side.checks, checks) << "Check is for every 10 s";
}

TEST_F(RuntimeReceivingTest, WhatIsRecalledBeforeItIsWrittenNeverIs) {
  m_.side.down = NativeDown();
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  m_.Settle();
  m_.broker.Push(Recalling(delivery_, v1::REASON_SENT_IN_ERROR));
  m_.Receive();
  m_.side.down.reset();
  m_.clock.Advance(absl::Hours(1));
  m_.Settle();
  EXPECT_TRUE(m_.side.written.empty());
  EXPECT_EQ(*m_.runtime().deliveries().Count(RowState::kIntended), 0);
  EXPECT_EQ(*m_.runtime().letters().Count(), 0);
}

TEST_F(RuntimeReceivingTest, NothingIsAskedOfTheBrokerWhileTooMuchWaitsHere) {
  m_.config().backlog = 1;
  m_.side.down = NativeDown();
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  m_.Settle();
  const auto credits = [this] {
    return std::ranges::count_if(m_.broker.received(), [](const v1::ReceiveRequest& request) {
      return request.has_credit() && request.credit().deliveries() == 32;
    });
  };
  EXPECT_EQ(credits(), 1);
  m_.Receive();
  EXPECT_EQ(credits(), 1) << "no stream was opened";
}

TEST_F(RuntimeReceivingTest, HealthNamesKeysNativeSideAndBacklog) {
  m_.side.down = NativeDown();
  m_.Start();
  m_.broker.Push(Delivering(delivery_));
  m_.Receive();
  m_.Settle();
  m_.clock.Advance(absl::Hours(2));
  const auto report = m_.runtime().Check();
  AMANA_ASSERT_OK(report);
  const auto line = [&report](const std::string& name) {
    const auto found = std::ranges::find(report->lines, name, &HealthLine::name);
    return found == report->lines.end() ? HealthLine{} : *found;
  };
  EXPECT_TRUE(line("key.signing").ok) << line("key.signing").reason;
  EXPECT_TRUE(line("key.sealing").ok) << line("key.sealing").reason;
  EXPECT_EQ(line("native.fake").reason, "NATIVE_UNAVAILABLE");
  EXPECT_EQ(line("backlog").reason, "BACKLOG_OLD");
  EXPECT_EQ(report->waiting.deliveries, 1);
  EXPECT_FALSE(report->ok());
}

}  // namespace
}  // namespace amana::runtime
