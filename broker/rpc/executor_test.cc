#include "broker/rpc/executor.h"

#include <atomic>
#include <string>

#include "absl/synchronization/notification.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

using testing::ElementsAre;

AgencyId Agency(const std::string& name) { return AgencyId::Create(name).value(); }

// Holds the only thread of an executor until told, so that the test decides what is queued.
class Plug {
 public:
  explicit Plug(Executor& executor) {
    EXPECT_TRUE(executor
                    .Run(Agency("plug"),
                         [this] {
                           begun_.Notify();
                           pulled_.WaitForNotification();
                         })
                    .ok());
    begun_.WaitForNotification();
  }
  void Pull() { pulled_.Notify(); }

 private:
  absl::Notification begun_;
  absl::Notification pulled_;
};

TEST(ExecutorTest, AgenciesTakeTurnsAndEachKeepsItsOrder) {
  Executor executor({.threads = 1});
  Plug plug(executor);
  std::vector<std::string> order;
  for (const char* task : {"a1", "a2", "a3", "a4", "b1", "c1", "c2"}) {
    ASSERT_TRUE(
        executor.Run(Agency(std::string(1, task[0])), [&order, task] { order.emplace_back(task); })
            .ok());
  }
  EXPECT_EQ(executor.queued(), 7u);
  plug.Pull();
  executor.Stop();
  EXPECT_THAT(order, ElementsAre("a1", "b1", "c1", "a2", "c2", "a3", "a4"));
  EXPECT_EQ(executor.queued(), 0u);
}

TEST(ExecutorTest, TheBoundIsEachAgencysOwn) {
  Executor executor({.threads = 1, .queue_per_agency = 2});
  Plug plug(executor);
  EXPECT_TRUE(executor.Run(Agency("busy"), [] {}).ok());
  EXPECT_TRUE(executor.Run(Agency("busy"), [] {}).ok());
  const absl::Status third = executor.Run(Agency("busy"), [] { FAIL() << "was refused"; });
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(third), "OVERLOADED");
  EXPECT_TRUE(executor.Run(Agency("quiet"), [] {}).ok());
  plug.Pull();
}

TEST(ExecutorTest, ThereIsRoomAgainOnceATaskHasBegun) {
  Executor executor({.threads = 1, .queue_per_agency = 1});
  for (int i = 0; i < 100; ++i) {
    absl::Notification ran;
    ASSERT_TRUE(executor.Run(Agency("a"), [&ran] { ran.Notify(); }).ok());
    ran.WaitForNotification();
  }
}

TEST(ExecutorTest, StopRunsWhatIsQueuedAndThenRefuses) {
  Executor executor({.threads = 2});
  std::atomic<int> ran = 0;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(executor.Run(Agency("a"), [&ran] { ++ran; }).ok());
  }
  executor.Stop();
  EXPECT_EQ(ran, 500);
  EXPECT_EQ(ErrorReason(executor.Run(Agency("a"), [] {})), "SHUTTING_DOWN");
  executor.Stop();
}

TEST(ExecutorTest, TasksRunOnSeveralThreads) {
  Executor executor({.threads = 2});
  absl::Notification other;
  absl::Notification both;
  ASSERT_TRUE(executor
                  .Run(Agency("a"),
                       [&] {
                         other.WaitForNotification();
                         both.Notify();
                       })
                  .ok());
  ASSERT_TRUE(executor.Run(Agency("a"), [&] { other.Notify(); }).ok());
  EXPECT_TRUE(both.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

}  // namespace
}  // namespace amana::rpc
