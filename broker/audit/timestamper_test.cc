#include "broker/audit/timestamper.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/status.h"
#include "base/testing.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/timestamp.h"
#include "tests/support/child_process.h"
#include "tests/support/timestamp_authority.h"

namespace amana::audit {
namespace {

using Mood = tests::TimestampAuthority::Mood;

class TimestamperTest : public testing::Test {
 protected:
  TimestamperTest()
      : store_(store::OpenEmbeddedStore({.directory = dir_.File("store"),
                                         .clock = &clock_,
                                         .log_key = *crypto::Ed25519PrivateKey::Generate(),
                                         .origin = "test.amana.example/log"})
                   .value()),
        client_(http::Client::Create(
                    {.timeout = absl::Milliseconds(500), .max_body = kMaxTimestampAnswer})
                    .value()) {}
  ~TimestamperTest() override { store_->Close(); }

  std::unique_ptr<Timestamper> Make(absl::Duration interval = absl::Milliseconds(20)) {
    Timestamper::Options options;
    options.url = authority_.url();
    options.roots_pem = RealFileSystem().Read(authority_.roots_file()).value();
    options.interval = interval;
    options.backoff = absl::Milliseconds(5);
    options.longest_backoff = absl::Milliseconds(20);
    return std::make_unique<Timestamper>(
        store_.get(), &files_, options,
        [this](const http::Request& request) { return client_->Call(request); },
        [this](const absl::Status& status) {
          const absl::MutexLock lock(&mu_);
          told_.emplace_back(status.ok() ? "OK" : ErrorReason(status));
        });
  }
  std::string LastTold() {
    const absl::MutexLock lock(&mu_);
    return told_.empty() ? "" : told_.back();
  }
  uint64_t Append() {
    const auto batch = store_->CommitAndWait([](store::Transaction& tx) {
      events::Event event;
      event.kind = v1::EVENT_KIND_AUDIT_READ;
      return tx.log().Append(event).status();
    });
    AMANA_EXPECT_OK(batch);
    return (*batch)->head().size;
  }

  const SystemClock clock_{ClockSync::kTrusted};
  TempDir dir_;
  tests::TimestampAuthority authority_;
  TimestampFiles files_{&RealFileSystem(), dir_.File("tiles")};
  const std::unique_ptr<store::Store> store_;
  const std::unique_ptr<http::Client> client_;
  absl::Mutex mu_;
  std::vector<std::string> told_;
};

TEST_F(TimestamperTest, TheNewestCheckpointIsStampedOnce) {
  const auto timestamper = Make();
  const uint64_t size = Append();
  EXPECT_EQ(timestamper->Stamp().value(), true);
  EXPECT_EQ(timestamper->Unstamped(), absl::ZeroDuration());
  EXPECT_EQ(files_.Sizes().value(), (std::vector<uint64_t>{size}));
  const std::string name = "timestamp/" + std::to_string(size);
  AMANA_EXPECT_OK(
      crypto::VerifyTimestamp(files_.Read(name + ".tsr").value(), files_.Read(name).value(),
                              RealFileSystem().Read(authority_.roots_file()).value(), "token"));
  EXPECT_EQ(timestamper->Stamp().value(), false);  // the log has not grown
  EXPECT_EQ(authority_.asked(), 1);
  Append();
  EXPECT_GT(timestamper->Unstamped(), absl::ZeroDuration());
  EXPECT_EQ(timestamper->Stamp().value(), true);
  EXPECT_EQ(files_.Sizes()->size(), 2u);
}

TEST_F(TimestamperTest, NothingIsKeptOfAnAuthorityThatLies) {
  const auto timestamper = Make();
  const struct {
    Mood mood;
    const char* reason;
  } cases[] = {{Mood::kOtherNonce, "TIMESTAMP_REPLAYED"},
               {Mood::kOtherData, "TIMESTAMP_MISMATCH"},
               {Mood::kExpired, "TIMESTAMP_UNTRUSTED"},
               {Mood::kHuge, "HTTP_ANSWER_TOO_LARGE"},
               {Mood::kRefuses, "TIMESTAMP_REFUSED"},
               {Mood::kNonsense, "TIMESTAMP_MALFORMED"},
               {Mood::kSlow, "HTTP_TIMEOUT"}};
  for (const auto& c : cases) {
    authority_.Set(c.mood);
    EXPECT_EQ(ErrorReason(timestamper->Stamp().status()), c.reason);
  }
  EXPECT_TRUE(files_.Sizes()->empty());
  authority_.Set(Mood::kHonest);
  EXPECT_EQ(timestamper->Stamp().value(), true);
}

TEST_F(TimestamperTest, ItGoesOnByItselfAndTellsWhatChanges) {
  authority_.Set(Mood::kRefuses);
  const auto timestamper = Make();
  timestamper->Start();
  EXPECT_TRUE(tests::WaitUntil(absl::Seconds(20), [&] { return authority_.asked() >= 4; }));
  EXPECT_EQ(LastTold(), "TIMESTAMP_REFUSED");
  authority_.Set(Mood::kHonest);
  EXPECT_TRUE(tests::WaitUntil(absl::Seconds(20), [&] { return LastTold() == "OK"; }));
  const uint64_t size = Append();
  EXPECT_TRUE(tests::WaitUntil(absl::Seconds(20), [&] {
    const auto sizes = files_.Sizes();
    return sizes.ok() && !sizes->empty() && sizes->back() == size;
  }));
  timestamper->Stop();
  EXPECT_EQ(told_, (std::vector<std::string>{"TIMESTAMP_REFUSED", "OK"}));
}

}  // namespace
}  // namespace amana::audit
