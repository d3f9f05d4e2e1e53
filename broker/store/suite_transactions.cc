#include <atomic>
#include <set>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

using testing::AssertionResult;

TEST_P(StoreSuite, AWorkIsThereWhenDoneSaysSo) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto look = Look();
  EXPECT_TRUE(look->referrals().Find(SampleKey(1)).value().has_value());
}

TEST_P(StoreSuite, AFailingWorkLeavesNoTrace) {
  const uint64_t size = Look()->log().Head()->size;
  const auto failed = Do([](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(AcceptSample(1)(tx));
    return MakeError(absl::StatusCode::kInvalidArgument, "NO", "", "no");
  });
  EXPECT_EQ(ErrorReason(failed.status()), "NO");
  const auto look = Look();
  EXPECT_FALSE(look->referrals().Find(SampleKey(1)).value().has_value());
  EXPECT_FALSE(look->deliveries().NextQueued(SampleDelivery(1).recipient).value().has_value());
  EXPECT_EQ(look->log().Head()->size, size);
  EXPECT_TRUE(look->log().EventsOf(SampleKey(1).referral, 0, 10)->empty());
}

// Many works in few commits, every third of which fails after it has written everything.
TEST_P(StoreSuite, FailingWorksDoNotTouchTheirNeighbours) {
  constexpr uint32_t kWorks = 120;
  absl::BlockingCounter open(kWorks);
  std::vector<absl::StatusOr<BatchPtr>> outcomes(kWorks, absl::UnknownError("none"));
  for (uint32_t i = 0; i < kWorks; ++i) {
    Work work = [i](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(AcceptSample(i)(tx));
      if (i % 3 == 1) return MakeError(absl::StatusCode::kAborted, "NO", "", "no");
      return absl::OkStatus();
    };
    store_->Commit(std::move(work), [&outcomes, &open, i](absl::StatusOr<BatchPtr> outcome) {
      outcomes[i] = std::move(outcome);
      open.DecrementCount();
    });
  }
  open.Wait();
  const auto look = Look();
  uint64_t next_index = 1;  // after LOG_OPENED
  uint64_t counter = 0;
  for (uint32_t i = 0; i < kWorks; ++i) {
    EXPECT_EQ(outcomes[i].ok(), i % 3 != 1) << i << outcomes[i].status();
    const auto found = look->referrals().Find(SampleKey(i)).value();
    ASSERT_EQ(found.has_value(), i % 3 != 1) << i;
    if (!found.has_value()) continue;
    EXPECT_EQ(found->log_index, next_index) << "indices are consecutive over what was committed";
    const auto event = (*outcomes[i])->Event(next_index);
    AMANA_ASSERT_OK(event);
    EXPECT_EQ(event->event.sender_counter, ++counter);
    EXPECT_TRUE(Proves(*(*outcomes[i])->TlogProof(next_index), *event, world_->log_verifier()));
    ++next_index;
  }
  EXPECT_EQ(look->log().Head()->size, next_index);
}

TEST_P(StoreSuite, AWorkSeesWhatEarlierOnesOfTheBatchDid) {
  AMANA_ASSERT_OK(Do([](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(AcceptSample(1)(tx));
    AMANA_ASSIGN_OR_RETURN(const auto found, tx.referrals().Find(SampleKey(1)));
    EXPECT_TRUE(found.has_value());
    AMANA_ASSIGN_OR_RETURN(const auto events, tx.log().EventsOf(SampleKey(1).referral, 0, 9));
    EXPECT_EQ(events.size(), 1u);
    return absl::OkStatus();
  }));
}

TEST_P(StoreSuite, DoneIsCalledOnceAndInOrderOfCommit) {
  std::vector<int> order;
  absl::BlockingCounter open(50);
  for (int i = 0; i < 50; ++i) {
    store_->Commit(AcceptSample(static_cast<uint32_t>(i % 40)),  // the last ten conflict
                   [&order, &open, i](const absl::StatusOr<BatchPtr>&) {
                     order.push_back(i);
                     open.DecrementCount();
                   });
  }
  open.Wait();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[i], i);
  EXPECT_EQ(order.size(), 50u);
}

TEST_P(StoreSuite, ManyThreadsCommitAndRead) {
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint32_t i = 0; i < 25; ++i) {
        const uint32_t number = t * 1000 + i;
        if (!Do(AcceptSample(number)).ok()) ++failed;
        auto look = store_->Read();
        if (!look.ok() || !(*look)->referrals().Find(SampleKey(number))->has_value()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Look()->log().Head()->size, 101u);
}

TEST_P(StoreSuite, ASnapshotStandsStill) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto before = Look();
  EXPECT_EQ(before->log().Head()->size, 2u);
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  EXPECT_EQ(before->log().Head()->size, 2u);
  EXPECT_FALSE(before->referrals().Find(SampleKey(2)).value().has_value());
  EXPECT_EQ(Look()->log().Head()->size, 3u);
}

TEST_P(StoreSuite, TheListenerHearsOfWokenUnits) {
  std::vector<Address> heard;
  uint64_t size = 0;
  std::vector<uint64_t> events;
  absl::Notification told;
  store_->SetCommitListener([&](const std::vector<Address>& woken, const CommittedBatch& batch) {
    heard = woken;
    size = batch.head().size;
    for (const StoredEvent& event : batch.events()) events.push_back(event.index);
    if (!told.HasBeenNotified()) told.Notify();
  });
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  told.WaitForNotification();
  EXPECT_EQ(heard, std::vector<Address>{SampleDelivery(1).recipient});
  EXPECT_EQ(size, 2u);
  EXPECT_EQ(events, std::vector<uint64_t>{1});
  store_->Close();  // no call after this one
}

TEST_P(StoreSuite, AFailedWorkWakesNobody) {
  std::vector<Address> heard;
  store_->SetCommitListener([&](const std::vector<Address>& woken, const CommittedBatch&) {
    heard.insert(heard.end(), woken.begin(), woken.end());
  });
  EXPECT_FALSE(Do([](Transaction& tx) -> absl::Status {
                 tx.Wake(SampleAddress("shelter", "intake"));
                 return absl::AbortedError("no");
               }).ok());
  store_->Close();
  EXPECT_TRUE(heard.empty());
}

TEST_P(StoreSuite, CloseCommitsWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> done = 0;
  for (uint32_t i = 0; i < 30; ++i) {
    store_->Commit(AcceptSample(i), [&done](const absl::StatusOr<BatchPtr>& outcome) {
      if (outcome.ok()) ++done;
    });
  }
  store_->Close();
  EXPECT_EQ(done, 30);
  EXPECT_EQ(ErrorReason(Do(AcceptSample(99)).status()), "STORE_UNAVAILABLE");
  EXPECT_EQ(ErrorReason(store_->Read().status()), "STORE_UNAVAILABLE");
  store_->Close();
  Reopen();
  for (uint32_t i = 0; i < 30; ++i) {
    EXPECT_TRUE(Look()->referrals().Find(SampleKey(i)).value().has_value()) << i;
  }
}

TEST_P(StoreSuite, HealthIsOkOnAGoodDay) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_EXPECT_OK(store_->Health());
}

}  // namespace
}  // namespace amana::store
