#include <set>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/passes_for_test.h"
#include "base/log.h"
#include "gtest/gtest.h"

namespace amana::runtime {
namespace {

using testing::FakeOutbox;
using testing::NativeDown;
using testing::NativeSide;
using testing::PassesTest;
using testing::Process;
using testing::SampleCase;

TEST_F(PassesTest, AnItemGoesFromTheNativeSideToItsReceipt) {
  side_.ready = {SampleCase("OB/1")};
  Process& p = Start();
  EXPECT_EQ(p.reader.Pass(p.adapter, 10)->shown, 1U);
  EXPECT_EQ(*p.reader.TellOwed(p.adapter, 10), 1U);
  EXPECT_EQ(side_.settled.at("OB/1").state, Settlement::State::kTaken);
  EXPECT_EQ(side_.settled.at("OB/1").referral.substr(0, 9), "police-a/");
  EXPECT_EQ(p.feeder.Feed(10)->put, 1U);
  EXPECT_EQ(*p.feeder.Follow(10), 0U);
  outbox_.news[1] = {EntryFate::kAccepted};
  EXPECT_EQ(*p.feeder.Follow(10), 1U);
  EXPECT_EQ(*p.reader.TellOwed(p.adapter, 10), 1U);
  EXPECT_EQ(side_.settled.at("OB/1").state, Settlement::State::kAccepted);
  EXPECT_EQ(*p.items.Count(RowState::kSettled), 1);
}

TEST_F(PassesTest, WhatIsRefusedIsToldWithItsField) {
  NativeItem bad = SampleCase("OB/1");
  bad.record.fields["BAD"] = {"CANARY"};
  side_.ready = {bad, SampleCase(""), SampleCase("OB/2")};
  Process& p = Start();
  EXPECT_EQ(p.reader.Pass(p.adapter, 10)->refused, 1U);
  EXPECT_EQ(side_.settled.at("").reason, "KEY_INVALID");
  AMANA_ASSERT_OK(p.reader.TellOwed(p.adapter, 10));
  EXPECT_EQ(side_.settled.at("OB/1").reason, "FACT_MISSING");
  EXPECT_EQ(side_.settled.at("OB/1").field, "BAD");
  EXPECT_EQ(side_.settled.at("OB/2").state, Settlement::State::kTaken);
  // The broker's refusal comes the same way, after TAKEN; a redrive sends the entry again.
  AMANA_ASSERT_OK(p.feeder.Feed(10));
  outbox_.news[1] = {EntryFate::kRefused, MakeError(absl::StatusCode::kFailedPrecondition,
                                                    "CONSENT_MISSING", "consent", "none")};
  EXPECT_EQ(*p.feeder.Follow(10), 1U);
  AMANA_ASSERT_OK(p.reader.TellOwed(p.adapter, 10));
  EXPECT_EQ(side_.settled.at("OB/2").reason, "CONSENT_MISSING");
  AMANA_ASSERT_OK(p.letters.Redrive("item-2", clock_.Now()));
  EXPECT_EQ(*p.feeder.Follow(10), 0U) << "sent again";
  outbox_.news[1] = {EntryFate::kAccepted};
  EXPECT_EQ(*p.feeder.Follow(10), 1U);
  EXPECT_EQ(p.items.Find("OB/2")->value().state, RowState::kSettled);
}

TEST_F(PassesTest, TheCodeForTheEscortIsToldWhenTheStepIsAccepted) {
  side_.ready = {SampleCase("OB/1"),
                 {.key = "s1", .kind = ItemKind::kHandover, .about = "OB/1", .code = "IN_TRANSIT"}};
  Process& p = Start();
  AMANA_ASSERT_OK(p.reader.Pass(p.adapter, 10).status());
  AMANA_ASSERT_OK(p.reader.TellOwed(p.adapter, 10));
  EXPECT_EQ(side_.settled.at("s1").escort_code, "");
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(p.feeder.Feed(10)->put, 1U) << "the step waits for its case";
    outbox_.news[i] = {EntryFate::kAccepted};
    EXPECT_EQ(*p.feeder.Follow(10), 1U);
    EXPECT_EQ(*p.reader.TellOwed(p.adapter, 10), 1U);
  }
  EXPECT_EQ(side_.settled.at("s1").escort_code, "code of s1");
  EXPECT_EQ(side_.settled.at("OB/1").escort_code, "");
}

// The native side pushed it, and never got its answer: it pushes it again.
TEST_F(PassesTest, WhatIsPushedIsHeldOnceWhereverItDies) {
  Process& dying = Start([](std::string_view step) {
    return step == "taken" ? MakeError(absl::StatusCode::kInternal, "DIED", "", "died")
                           : absl::OkStatus();
  });
  EXPECT_EQ(ErrorReason(dying.reader.Take(SampleCase("OB/1"))), "DIED");
  Process& p = Start();
  AMANA_EXPECT_OK(p.reader.Take(SampleCase("OB/1")));
  EXPECT_EQ(*p.items.Count(RowState::kIntended), 1);
}

TEST_F(PassesTest, TooMuchThatWaitsHoldsTheNativeSideBack) {
  Process& p = Start();
  for (int i = 0; i < 20; ++i) {
    AMANA_ASSERT_OK(p.reader.Take(SampleCase(absl::StrCat("k", i))));
  }
  EXPECT_EQ(ErrorReason(p.reader.Take(SampleCase("more"))), "BACKLOG_FULL");
  EXPECT_TRUE(p.reader.Pass(p.adapter, 10)->full);
  EXPECT_EQ(side_.polls, 0);
}

TEST_F(PassesTest, ALostAnswerIsLookedForBeforeItIsWrittenAgain) {
  side_.loses_answer["d"] = 1;
  Process& p = Start();
  Intend(p, {"d"});
  EXPECT_EQ(p.writer.Pass(10)->failed, 1U);
  EXPECT_EQ(p.writer.Pass(10)->due, 0U) << "not before its backoff";
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(p.writer.Pass(10)->written, 1U);
  EXPECT_EQ(side_.written.size(), 1U);
  EXPECT_EQ(p.deliveries.Find("d")->value().native_id, "native-1");
}

TEST_F(PassesTest, ANativeSideThatIsDownIsNotAskedForEverything) {
  Process& p = Start();
  std::vector<std::string> keys;
  keys.reserve(20);
  for (int i = 0; i < 20; ++i) keys.push_back(absl::StrCat("d", i));
  Intend(p, keys);
  side_.down = NativeDown();
  EXPECT_EQ(p.writer.Pass(20)->failed, 3U);
  EXPECT_EQ(side_.delivers, 3);
  side_.down.reset();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(p.writer.Pass(20)->written, 20U);
  EXPECT_EQ(side_.written.size(), 20U);
}

TEST_F(PassesTest, WhatIsToBeWrittenIsAnnouncedAndLookedAtAgainWhereItsTurnComesLate) {
  // The second is recalled while the first is written, which takes its time.
  Process& p = Start([this](std::string_view step) {
    if (step == "delivered") {
      outbox_.recalled.insert("d1");
      clock_.Advance(absl::Seconds(5));
    }
    return absl::OkStatus();
  });
  Intend(p, {"d0", "d1", "d2"});
  EXPECT_EQ(p.writer.Pass(10)->written, 2U);
  EXPECT_EQ(side_.announced, (std::vector<std::string>{"d0", "d1", "d2"}));
  EXPECT_EQ(side_.delivers, 2);
  EXPECT_FALSE(side_.ids.contains("d1"));
  // What may have been written is looked for, and not announced.
  side_.loses_answer["d3"] = 1;
  Intend(p, {"d3"});
  AMANA_ASSERT_OK(p.writer.Pass(10));
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(p.writer.Pass(10)->written, 1U);
  EXPECT_EQ(side_.announced.size(), 4U);
}

TEST_F(PassesTest, AFinalRefusalIsADeadLetterAndARedriveWritesIt) {
  side_.refuses["d"] = MakeError(absl::StatusCode::kInvalidArgument, "CODE_UNMAPPED", "SEX", "x");
  Process& p = Start();
  Intend(p, {"d"});
  EXPECT_EQ(p.writer.Pass(10)->dead, 1U);
  auto letters = p.letters.List(10);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().reason, "CODE_UNMAPPED");
  EXPECT_EQ(letters->front().field, "SEX");
  side_.refuses.clear();
  AMANA_ASSERT_OK(p.letters.Redrive("delivery-1", clock_.Now()));
  EXPECT_EQ(p.writer.Pass(10)->written, 1U);
}

TEST_F(PassesTest, PastItsDeadlineItIsALetterUnlessItWasWritten) {
  side_.loses_answer["written"] = 1;
  Process& p = Start();
  Intend(p, {"written", "never"});
  side_.refuses["never"] = NativeDown();
  AMANA_ASSERT_OK(p.writer.Pass(10));
  clock_.Advance(policy_.deadline + absl::Hours(1));
  AMANA_ASSERT_OK(p.writer.Pass(10));
  EXPECT_EQ(p.deliveries.Find("written")->value().state, RowState::kWritten);
  EXPECT_EQ(p.deliveries.Find("never")->value().reason, "DEADLINE_PASSED");
}

// A second copy of the case would be a second referral of the person.
TEST_F(PassesTest, WhatIsInTheOutboxIsNotTooLateThoughNobodyNotedIt) {
  side_.ready = {SampleCase("OB/1"), SampleCase("OB/2")};
  int puts = 0;
  Process& dying = Start([&puts](std::string_view step) {
    return step == "put" && ++puts == 1 ? MakeError(absl::StatusCode::kInternal, "DIED", "", "")
                                        : absl::OkStatus();
  });
  AMANA_ASSERT_OK(dying.reader.Pass(dying.adapter, 10));
  EXPECT_FALSE(dying.feeder.Feed(10).ok());
  clock_.Advance(policy_.deadline + absl::Hours(1));
  Process& p = Start();
  AMANA_ASSERT_OK(p.feeder.Feed(10));
  EXPECT_EQ(p.items.Find("OB/1")->value().state, RowState::kWritten);
  EXPECT_EQ(p.items.Find("OB/1")->value().entry, 1);
  EXPECT_EQ(p.items.Find("OB/2")->value().reason, "DEADLINE_PASSED");
  EXPECT_EQ(outbox_.puts, 1);
}

TEST_F(PassesTest, WhatCannotBeComposedSaysNothingOfTheNativeSide) {
  outbox_.unreadable = {"a", "b", "c", "d"};
  Process& p = Start();
  Intend(p, {"a", "b", "c", "d", "e"});
  const auto report = p.writer.Pass(10);
  EXPECT_EQ(report->failed, 4U);
  EXPECT_EQ(report->written, 1U) << "the pass goes on";
}

TEST_F(PassesTest, NoContentAndNoKeyIsLogged) {
  std::string log;
  ScopedLogSink sink([&log](std::string_view line) { log += line; });
  NativeItem bad = SampleCase("OB/CANARY", "CANARY");
  bad.record.fields["BAD"] = {"CANARY"};
  side_.ready = {bad, SampleCase("\x01 CANARY")};
  side_.refuses["CANARY"] = NativeDown();
  Process& p = Start();
  Intend(p, {"CANARY"});
  AMANA_ASSERT_OK(p.reader.Pass(p.adapter, 10));
  AMANA_ASSERT_OK(p.writer.Pass(10));
  EXPECT_NE(log.find("NATIVE_UNAVAILABLE"), std::string::npos);
  EXPECT_EQ(log.find("CANARY"), std::string::npos) << log;
}

// --- crashes

// Dies at the nth step from now, whichever part takes it.
StepHook DeathAt(int nth) {
  return [left = std::make_shared<int>(nth)](std::string_view) {
    if (*left >= 0 && (*left)-- == 0) {
      return MakeError(absl::StatusCode::kInternal, "DIED", "", "died");
    }
    return absl::OkStatus();
  };
}

// One turn of the loop as the runtime makes it; false when it died.
bool Turn(Process& p, FakeOutbox& outbox) {
  const auto alive = [](const auto& result) {
    return result.ok() || ErrorReason(StatusOf(result)) != "DIED";
  };
  if (!alive(p.reader.Pass(p.adapter, 5)) || !alive(p.reader.TellOwed(p.adapter, 100)) ||
      !alive(p.feeder.Feed(5)) || !alive(p.writer.Pass(5))) {
    return false;
  }
  for (const auto& [name, entry] : outbox.entries) outbox.news[entry] = {EntryFate::kAccepted};
  return alive(p.feeder.Follow(100)) && alive(p.reader.TellOwed(p.adapter, 100));
}

// Whatever the steps it dies at: every item is once in the outbox, every delivery once on the
// native side, and each side was told.
class CrashTest : public PassesTest, public ::testing::WithParamInterface<int> {};

void CheckEnds(const NativeSide& side, const FakeOutbox& outbox, size_t items, size_t deliveries) {
  EXPECT_EQ(outbox.entries.size(), items);
  EXPECT_EQ(side.settled.size(), items);
  for (const auto& [key, settlement] : side.settled) {
    EXPECT_EQ(settlement.state, Settlement::State::kAccepted);
  }
  std::multiset<std::string> written;
  for (const NativeDelivery& delivery : side.written) written.insert(delivery.key);
  EXPECT_EQ(written.size(), deliveries);
  EXPECT_EQ(std::set(written.begin(), written.end()).size(), deliveries) << "written twice";
}

TEST_P(CrashTest, NothingIsLostAndNothingHappensTwice) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  const auto draw = [&random](int most) { return static_cast<int>(random() % (most + 1)); };
  const size_t items = 1 + draw(7), deliveries = 1 + draw(7);
  std::vector<std::string> keys;
  keys.reserve(deliveries);
  for (size_t i = 0; i < items; ++i) side_.ready.push_back(SampleCase(absl::StrCat("k", i)));
  for (size_t i = 0; i < deliveries; ++i) {
    keys.push_back(absl::StrCat("d", i));
    if (draw(3) == 0) side_.loses_answer[keys.back()] = 1;
  }
  Intend(Start(), keys);
  for (int life = 0; life < 10; ++life) {
    Process& p = Start(DeathAt(draw(20)), random());
    if (draw(4) == 0) side_.down = NativeDown();
    while (Turn(p, outbox_) && draw(3) != 0) clock_.Advance(absl::Minutes(draw(20)));
    side_.down.reset();
  }
  Process& p = Start();
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(Turn(p, outbox_));
    clock_.Advance(absl::Minutes(20));
  }
  CheckEnds(side_, outbox_, items, deliveries);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, ::testing::Range(0, 24));

TEST_F(PassesTest, DyingAtEveryStepInTurn) {
  for (int step = 0;; ++step) {
    side_ = {};
    outbox_ = {};
    side_.ready = {SampleCase("k1"), SampleCase("k2")};
    process_.reset();
    const std::string folder = folder_.File(absl::StrCat("step", step));
    const auto start = [&](const StepHook& hook) {
      process_.reset();
      process_ = std::make_unique<Process>(folder, side_, outbox_, clock_, policy_, hook, 1);
    };
    start({});
    Intend(*process_, {"d1", "d2"});
    start(DeathAt(step));
    const bool lived = Turn(*process_, outbox_);
    start({});
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(Turn(*process_, outbox_));
      clock_.Advance(absl::Minutes(20));
    }
    CheckEnds(side_, outbox_, 2, 2);
    ASSERT_FALSE(HasFailure()) << "died at step " << step;
    if (lived) {
      EXPECT_GE(step, 16) << "every step was tried";
      return;
    }
  }
}

}  // namespace
}  // namespace amana::runtime
