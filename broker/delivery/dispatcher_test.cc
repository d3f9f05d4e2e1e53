#include "broker/delivery/dispatcher.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "amana/v1/delivery_service.pb.h"

namespace amana::delivery {
namespace {

Address Unit() { return *ParseAddress("haven/intake", "unit"); }
Pseudonym Subject(char c) { return *Pseudonym::FromBytes(std::string(16, c)); }

// A store with one queue, whose leases end when the test says so.
class FakeLeases {
 public:
  LeaseFn Fn() {
    return [this](const Address&, uint32_t limit, RecallWanted asked, LeaseDone done) {
      limits.push_back(limit);
      wanted = std::move(asked);
      pending.push_back(std::move(done));
    };
  }
  // Ends the oldest lease transaction with `count` deliveries of `subject`.
  void End(uint32_t count, char subject = 'a', bool more = false) {
    LeaseResult result;
    for (uint32_t i = 0; i < count; ++i) {
      result.deliveries.push_back(
          {{{}, ++epoch}, Subject(subject), std::make_shared<const v1::ReceiveResponse>()});
    }
    result.more = more;
    End(std::move(result));
  }
  void End(absl::StatusOr<LeaseResult> result) {
    LeaseDone done = std::move(pending.front());
    pending.erase(pending.begin());
    done(std::move(result));
  }

  GiveBackFn GiveBack() {
    return [this](const std::vector<LeaseRef>& leases) {
      for (const LeaseRef& lease : leases) given_back.push_back(lease.epoch);
    };
  }

  uint64_t epoch = 0;  // of the newest delivery
  std::vector<uint64_t> given_back;
  RecallWanted wanted;  // of the newest lease
  std::vector<uint32_t> limits;
  std::vector<LeaseDone> pending;
};

class DispatcherTest : public testing::Test {
 protected:
  std::shared_ptr<Outlet> Connect(uint32_t credit) {
    auto outlet = std::make_shared<Outlet>(Unit(), [] {});
    outlet->AddCredit(credit);
    dispatcher_.Attach(outlet);
    return outlet;
  }
  static int Drain(Outlet& outlet) {
    int written = 0;
    for (; outlet.Next() != nullptr; ++written) outlet.Written();
    return written;
  }

  FakeClock clock_{absl::FromUnixSeconds(1900000000)};
  FakeLeases leases_;
  Dispatcher dispatcher_{Policy{}, &clock_, leases_.Fn(), leases_.GiveBack()};
};

TEST_F(DispatcherTest, LeasesNoMoreThanCreditAndReturnsWhatWasNotUsed) {
  const auto outlet = Connect(5);
  ASSERT_EQ(leases_.limits, std::vector<uint32_t>({5}));
  leases_.End(2);
  EXPECT_EQ(outlet->Credit(), 3u);
  EXPECT_EQ(Drain(*outlet), 2);
  EXPECT_TRUE(leases_.pending.empty());
}

TEST_F(DispatcherTest, AWakeDuringALeaseIsNotLost) {
  const auto outlet = Connect(5);
  dispatcher_.Wake(Unit());
  EXPECT_EQ(leases_.pending.size(), 1u);
  leases_.End(0);
  ASSERT_EQ(leases_.pending.size(), 1u);
  leases_.End(1);
  EXPECT_EQ(Drain(*outlet), 1);
}

TEST_F(DispatcherTest, GoesOnWhileThereIsMore) {
  const auto outlet = Connect(40);
  leases_.End(32, 'a', true);
  ASSERT_EQ(leases_.limits, std::vector<uint32_t>({32, 8}));
  leases_.End(8, 'a', true);
  EXPECT_EQ(Drain(*outlet), 40);
}

TEST_F(DispatcherTest, WithoutAReceiverNothingIsLeased) {
  dispatcher_.Wake(Unit());
  EXPECT_TRUE(leases_.pending.empty());
  const auto outlet = Connect(1);
  leases_.End(0);
  dispatcher_.Detach(outlet);
  dispatcher_.Wake(Unit());
  EXPECT_TRUE(leases_.pending.empty());
}

TEST_F(DispatcherTest, AUnitThatFailsIsProbedWithOneDeliveryAfterABackoff) {
  const auto outlet = Connect(10);
  leases_.End(3, 'a', false);
  dispatcher_.Failed(Unit(), 0);
  dispatcher_.Failed(Unit(), 0);  // of the other two, says nothing new
  dispatcher_.Wake(Unit());
  leases_.End(0);  // recalls still go out, with no credit
  EXPECT_EQ(leases_.limits.back(), 0u);
  clock_.Advance(absl::Milliseconds(500));
  dispatcher_.Tick();
  EXPECT_EQ(leases_.limits.back(), 1u);
  leases_.End(1);
  dispatcher_.Tick();
  EXPECT_TRUE(leases_.pending.empty());  // the probe is out
  dispatcher_.Settled(Unit());
  EXPECT_GT(leases_.limits.back(), 1u);
}

TEST_F(DispatcherTest, WhatIsRevokedWhileItsLeaseBecomesDurableIsNotWritten) {
  const auto outlet = Connect(10);
  bool quiet = false;
  dispatcher_.Revoke(Subject('a'), [&] { quiet = true; });
  EXPECT_TRUE(quiet);
  leases_.End(3, 'a');
  EXPECT_EQ(Drain(*outlet), 0);
  EXPECT_EQ(outlet->Credit(), 10u);
}

TEST_F(DispatcherTest, ARevocationWaitsForTheWriteInFlight) {
  const auto outlet = Connect(10);
  leases_.End(2, 'a');
  ASSERT_NE(outlet->Next(), nullptr);
  bool quiet = false;
  dispatcher_.Revoke(Subject('a'), [&] { quiet = true; });
  EXPECT_FALSE(quiet);
  outlet->Written();
  EXPECT_TRUE(quiet);
  EXPECT_EQ(Drain(*outlet), 0);
}

TEST_F(DispatcherTest, TwoReceiversOfAUnitTakeTurns) {
  const auto first = Connect(1);
  leases_.End(1);
  const auto second = Connect(1);
  leases_.End(1);
  EXPECT_EQ(Drain(*first) + Drain(*second), 2);
  EXPECT_EQ(first->Credit() + second->Credit(), 0u);
}

TEST_F(DispatcherTest, AProbeThatNobodyReportsOnEndsWithItsLease) {
  const auto outlet = Connect(10);
  leases_.End(1);
  dispatcher_.Failed(Unit(), 0);
  clock_.Advance(absl::Seconds(1));
  dispatcher_.Tick();
  leases_.End(1);  // the probe; its receiver hangs
  EXPECT_GT(dispatcher_.Tick(), clock_.Now());
  EXPECT_TRUE(leases_.pending.empty());
  clock_.Advance(Policy{}.lease);
  dispatcher_.Tick();
  ASSERT_EQ(leases_.pending.size(), 1u);
  EXPECT_EQ(leases_.limits.back(), 1u);
}

TEST_F(DispatcherTest, ALeaseThatFailedOrMustWaitIsAskedForAgain) {
  const auto outlet = Connect(5);
  leases_.End(absl::UnavailableError("SYNTHETIC"));
  EXPECT_EQ(outlet->Credit(), 5u);
  EXPECT_EQ(dispatcher_.Tick(), clock_.Now() + absl::Seconds(1));
  EXPECT_TRUE(leases_.pending.empty());
  clock_.Advance(absl::Seconds(1));
  dispatcher_.Tick();
  ASSERT_EQ(leases_.pending.size(), 1u);
  LeaseResult wait;
  wait.later = true;
  leases_.End(std::move(wait));
  clock_.Advance(absl::Seconds(1));
  dispatcher_.Tick();
  ASSERT_EQ(leases_.pending.size(), 1u);
  leases_.End(0);
  EXPECT_EQ(dispatcher_.Tick(), absl::InfiniteFuture());
}

TEST_F(DispatcherTest, WhatARevocationDropsGivesItsCreditBackAndTheNextIsLeased) {
  const auto outlet = Connect(2);
  leases_.End(2, 'a');
  EXPECT_EQ(outlet->Credit(), 0u);
  dispatcher_.Revoke(Subject('a'), [] {});
  ASSERT_EQ(leases_.pending.size(), 1u);
  EXPECT_EQ(leases_.limits.back(), 2u);
  leases_.End(2, 'b');
  EXPECT_EQ(Drain(*outlet), 2);
}

TEST_F(DispatcherTest, ARecallGoesOnceToEveryReceiverAndIsThenNoLongerWanted) {
  const auto outlet = Connect(0);
  EXPECT_TRUE(leases_.wanted({}));
  LeaseResult recall;
  recall.recalls.emplace_back(store::DeliveryKey{}, std::make_shared<const v1::ReceiveResponse>());
  leases_.End(recall);
  EXPECT_EQ(Drain(*outlet), 1);
  dispatcher_.Wake(Unit());
  EXPECT_FALSE(leases_.wanted({}));
  leases_.End(recall);
  EXPECT_EQ(Drain(*outlet), 0);
  const auto second = Connect(0);
  EXPECT_TRUE(leases_.wanted({}));
}

TEST_F(DispatcherTest, WhatIsLeasedForAReceiverThatIsGoneIsGivenBack) {
  const auto outlet = Connect(5);
  dispatcher_.Close(outlet);  // while its lease becomes durable
  leases_.End(2);
  EXPECT_EQ(leases_.given_back, std::vector<uint64_t>({1, 2}));
  dispatcher_.Detach(outlet);
  EXPECT_EQ(leases_.given_back.size(), 2u);
}

TEST_F(DispatcherTest, WhatIsBegunIsNotGivenBackAndTheRestIs) {
  const auto outlet = Connect(3);
  leases_.End(3);
  ASSERT_NE(outlet->Next(), nullptr);
  dispatcher_.Close(outlet);
  EXPECT_EQ(leases_.given_back, std::vector<uint64_t>({2, 3}));
  bool quiet = false;
  dispatcher_.Revoke(Subject('a'), [&] { quiet = true; });
  EXPECT_FALSE(quiet);  // its last write still goes on
  outlet->Written();
  EXPECT_TRUE(quiet);
  dispatcher_.Detach(outlet);
  EXPECT_EQ(leases_.given_back.size(), 2u);
}

TEST_F(DispatcherTest, AReceiverThatIsJustDetachedKeepsNothing) {
  const auto outlet = Connect(1);
  leases_.End(1);
  dispatcher_.Detach(outlet);
  EXPECT_TRUE(outlet->closed());
  EXPECT_EQ(leases_.given_back, std::vector<uint64_t>({1}));
}

// Another consent of the person's may permit it still: the next lease decides.
TEST_F(DispatcherTest, WhatARevocationDropsIsGivenBack) {
  const auto outlet = Connect(4);
  leases_.End(2, 'a', true);
  dispatcher_.Revoke(Subject('a'), [] {});
  EXPECT_EQ(leases_.given_back, std::vector<uint64_t>({1, 2}));
  leases_.End(1, 'a');  // was on its way
  EXPECT_EQ(leases_.given_back, std::vector<uint64_t>({1, 2, 3}));
}

TEST_F(DispatcherTest, StoppedItLeasesNothing) {
  dispatcher_.Stop();
  Connect(1);
  EXPECT_TRUE(leases_.pending.empty());
}

}  // namespace
}  // namespace amana::delivery
