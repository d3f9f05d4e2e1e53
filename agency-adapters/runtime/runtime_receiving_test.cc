// A Runtime of an agency that receives.
#include <algorithm>

#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/runtime/runtime.h"
#include "agency-adapters/sdk/rpcs.h"

namespace amana::runtime {
namespace {

using sdk::testing::Delivering;
using sdk::testing::Recalling;
using testing::Machine;
using testing::NativeDown;

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
