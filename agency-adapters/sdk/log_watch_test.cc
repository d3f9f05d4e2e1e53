#include "agency-adapters/sdk/log_watch.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::sdk {
namespace {

class LogWatchTest : public ::testing::Test {
 protected:
  absl::Status Hold(uint64_t index) {
    return watch_.Hold(VerifyReceipt(broker_.ReceiptOf(index), broker_.log()).value());
  }

  TempDir dir_;
  testing::FakeBroker broker_{5};
  std::unique_ptr<Client> client_ = broker_.Connect();
  std::unique_ptr<Mailbox> mailbox_ = Mailbox::Open(dir_.path()).value();
  LogWatch watch_{broker_.log(), *mailbox_};
};

TEST_F(LogWatchTest, TiesAllToTheNewest) {
  AMANA_ASSERT_OK(Hold(0));
  broker_.Append({});
  AMANA_ASSERT_OK(Hold(1));
  AMANA_ASSERT_OK(Hold(2));  // the same checkpoint
  EXPECT_EQ(watch_.Held()->size(), 2u);
  for (int i = 0; i < 3; ++i) broker_.Append({});
  AMANA_ASSERT_OK(watch_.CatchUp(*client_));
  EXPECT_EQ(watch_.Held().value(), std::vector<std::string>{broker_.Checkpoint()});
  AMANA_ASSERT_OK(watch_.CatchUp(*client_));
  EXPECT_EQ(watch_.Held()->size(), 1u);
}

TEST_F(LogWatchTest, TwoRootsOfOneSizeAreAFork) {
  AMANA_ASSERT_OK(Hold(1));
  broker_.Fork();
  EXPECT_EQ(ErrorReason(Hold(1)), "LOG_FORKED");
  EXPECT_EQ(watch_.Held()->size(), 2u);
}

TEST_F(LogWatchTest, ALogThatDoesNotExtendWhatIsHeldIsAFork) {
  AMANA_ASSERT_OK(Hold(1));
  broker_.Fork();
  for (int i = 0; i < 3; ++i) broker_.Append({});
  EXPECT_EQ(ErrorReason(watch_.CatchUp(*client_)), "LOG_FORKED");
  EXPECT_EQ(watch_.Held()->size(), 2u);  // both, for the auditor
}

TEST_F(LogWatchTest, ALogThatShrankIsAFork) {
  AMANA_ASSERT_OK(Hold(1));
  broker_.Truncate(4);
  EXPECT_EQ(ErrorReason(watch_.CatchUp(*client_)), "LOG_FORKED");
}

}  // namespace
}  // namespace amana::sdk
