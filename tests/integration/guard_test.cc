// The rollback guard with the real program: an old copy, another history, a guard that was taken
// away, and one that cannot be written.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

class GuardTest : public testing::Test {
 protected:
  static WorldOptions Guarded(const std::string& folder) {
    WorldOptions options;
    options.broker_settings = "[guard]\npath = \"" + folder + "\"\n";
    return options;
  }
  // Not there before the first start.
  std::string GuardFile() const { return dir_.File("guard/checkpoint"); }
  bool HasGuard() const { return RealFileSystem().Exists(GuardFile()).value(); }
  bool Logged(const std::string& what) const {
    return broker_.LogEnd().find(what) != std::string::npos;
  }
  void DoSomething(int events = 1) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    for (int i = 0; i < events; ++i) {
      const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
      AMANA_ASSERT_OK(queued);
      AMANA_ASSERT_OK(endpoint->sender().Send(queued->entry));
    }
  }
  void CopyData(const std::string& from, const std::string& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }
  // The broker does not start, and says this.
  void Refuses(const std::string& reason) {
    EXPECT_FALSE(broker_.Start().ok()) << reason;
    EXPECT_TRUE(Logged(reason)) << broker_.LogEnd();
  }
  std::string Newest() const { return RealFileSystem().Read(GuardFile()).value_or(""); }

  TempDir dir_;
  BrokerWorld world_{Guarded(dir_.File("guard"))};
  BrokerProcess broker_{world_};
};

TEST_F(GuardTest, AnOldCopyAndAnotherHistoryAreNotSignedWith) {
  AMANA_ASSERT_OK(broker_.Start());  // a new log begins its guard
  EXPECT_TRUE(HasGuard());
  DoSomething();
  AMANA_ASSERT_OK(broker_.Stop());
  CopyData(world_.data_dir(), dir_.File("old"));
  AMANA_ASSERT_OK(broker_.Start());
  DoSomething(3);
  broker_.Kill();  // what the guard lags does not matter
  AMANA_ASSERT_OK(broker_.Start());
  AMANA_ASSERT_OK(broker_.Stop());
  CopyData(world_.data_dir(), dir_.File("new"));
  const std::string newest = Newest();

  CopyData(dir_.File("old"), world_.data_dir());
  Refuses("LOG_BEHIND_GUARD");
  std::filesystem::remove_all(world_.data_dir());  // as if everything was lost
  Refuses("LOG_BEHIND_GUARD");
  std::filesystem::create_directories(world_.data_dir() + "/store");
  std::filesystem::permissions(world_.data_dir() + "/store", std::filesystem::perms::owner_all);
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(world_.data_dir() + "/store/store.db", "", kPrivateFile));
  Refuses("LOG_MISSING");
  EXPECT_EQ(Newest(), newest);

  // The old copy goes on where nobody guards it, beyond what the guard has seen.
  CopyData(dir_.File("old"), world_.data_dir());
  broker_.arguments = {"--set", "guard.path=" + dir_.File("elsewhere"), "--accept-new-guard"};
  broker_.set_directory = false;
  AMANA_ASSERT_OK(broker_.Start());
  DoSomething(20);
  AMANA_ASSERT_OK(broker_.Stop());
  broker_.arguments = {};
  Refuses("LOG_FORKED_AT_GUARD");
  EXPECT_EQ(Newest(), newest);

  CopyData(dir_.File("new"), world_.data_dir());
  AMANA_ASSERT_OK(broker_.Start());
  DoSomething();
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return Newest() != newest; }));
}

TEST_F(GuardTest, OneThatWasTakenAwayIsAskedFor) {
  AMANA_ASSERT_OK(broker_.Start());
  AMANA_ASSERT_OK(broker_.Stop());
  std::filesystem::remove_all(dir_.File("guard"));
  Refuses("GUARD_MISSING");
  EXPECT_TRUE(Logged("--accept-new-guard"));
  EXPECT_FALSE(HasGuard());
  broker_.arguments = {"--accept-new-guard"};
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_TRUE(HasGuard());
  AMANA_ASSERT_OK(broker_.Stop());
  Refuses("GUARD_NOT_NEW");  // not a word to be left in a unit file
  broker_.arguments = {};
  AMANA_EXPECT_OK(broker_.Start());
}

TEST_F(GuardTest, OneThatCannotBeWrittenHoldsUpNobody) {
  AMANA_ASSERT_OK(broker_.Start());
  DoSomething();
  std::filesystem::remove_all(dir_.File("guard"));
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("guard"), "in the way", kPublicFile));
  DoSomething(5);
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] {
    return Logged("\"check\":\"guard\"") || Logged("check=guard");
  })) << broker_.LogEnd();
  DoSomething(5);
  EXPECT_FALSE(Logged("\"serving\":false")) << broker_.LogEnd();
  std::filesystem::remove(dir_.File("guard"));
  EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasGuard(); }));
  AMANA_ASSERT_OK(broker_.Stop());
  AMANA_EXPECT_OK(broker_.Start());
}

}  // namespace
}  // namespace amana::tests
