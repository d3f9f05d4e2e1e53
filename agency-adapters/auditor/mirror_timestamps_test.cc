#include "agency-adapters/auditor/mirror_timestamps.h"

#include <gtest/gtest.h>

#include <map>

#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::auditor {
namespace {

class MirrorTimestampsTest : public testing::Test {
 protected:
  MirrorTimestampsTest() {
    broker_.answers["/amana.v1.AuditService/ReadTile"] =
        [this](const std::string& bytes) -> absl::StatusOr<std::string> {
      v1::ReadTileRequest request;
      request.ParseFromString(bytes);
      ++asked_;
      const auto found = served_.find(request.path());
      if (found == served_.end()) return absl::NotFoundError("path");
      v1::ReadTileResponse response;
      response.set_content(found->second);
      return response.SerializeAsString();
    };
  }
  absl::StatusOr<size_t> Follow(uint64_t size = 100) {
    const auto done =
        FollowTimestamps(*client_, RealFileSystem(), dir_.path(), broker_.log(), size);
    if (!done.ok()) return done.status();
    missing_ = done->missing;
    return done->fetched;
  }

  TempDir dir_;
  sdk::testing::FakeBroker broker_{3};
  std::unique_ptr<sdk::Client> client_ = broker_.Connect();
  std::map<std::string, std::string> served_;
  int asked_ = 0;
  size_t missing_ = 0;
};

TEST_F(MirrorTimestampsTest, WhatIsNewIsFetchedOnce) {
  EXPECT_EQ(Follow().value(), 0u);  // the log has none
  EXPECT_TRUE(ReadTimestamps(RealFileSystem(), dir_.path())->empty());
  served_ = {{"timestamp/index", "3\n101\n"},
             {"timestamp/3", broker_.Checkpoint()},
             {"timestamp/3.tsr", "token"}};
  EXPECT_EQ(Follow().value(), 1u);  // 101 is beyond this mirror
  const auto read = ReadTimestamps(RealFileSystem(), dir_.path());
  AMANA_ASSERT_OK(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->at(0).checkpoint, broker_.Checkpoint());
  EXPECT_EQ(read->at(0).token, "token");
  asked_ = 0;
  EXPECT_EQ(Follow().value(), 0u);
  EXPECT_EQ(asked_, 1);
}

// A token that a broker has lost costs an auditor that token, and no mirror.
TEST_F(MirrorTimestampsTest, WhatTheLogNamesAndHasNotIsPassedOver) {
  served_ = {{"timestamp/index", "2\n3\n"},
             {"timestamp/3", broker_.Checkpoint()},
             {"timestamp/3.tsr", "token"}};
  EXPECT_EQ(Follow().value(), 1u);
  EXPECT_EQ(missing_, 1u);
  EXPECT_EQ(ReadTimestamps(RealFileSystem(), dir_.path())->size(), 1u);
  served_.erase("timestamp/3.tsr");
  EXPECT_EQ(Follow().value(), 0u);
  EXPECT_EQ(missing_, 1u);
}

TEST_F(MirrorTimestampsTest, WhatTheLogDidNotSignIsNotKept) {
  served_ = {{"timestamp/index", "4\n"},
             {"timestamp/4", broker_.Checkpoint()},
             {"timestamp/4.tsr", "token"}};
  EXPECT_EQ(ErrorReason(Follow().status()), "LOG_TAMPERED");
  served_["timestamp/index"] = "3\n";
  served_["timestamp/3"] = sdk::testing::FakeBroker(3).Checkpoint();
  EXPECT_EQ(ErrorReason(Follow().status()), "NOTE_UNTRUSTED");
  served_["timestamp/index"] = "three\n";
  EXPECT_EQ(ErrorReason(Follow().status()), "LOG_TAMPERED");
  EXPECT_TRUE(ReadTimestamps(RealFileSystem(), dir_.path())->empty());
}

}  // namespace
}  // namespace amana::auditor
