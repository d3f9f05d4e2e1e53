// A disk that fills up under the broker: refusals that say so, nothing acknowledged that is not
// kept, and service again as soon as there is room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agency-adapters/sdk/rpcs.h"
#include "base/ids.h"
#include "base/testing.h"
#include "tests/fault/kill_ledger.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"
#include "tests/support/http_get.h"
#include "tests/support/log_check.h"

namespace amana::tests {
namespace {

constexpr size_t kMib = size_t{1} << 20;

void WriteText(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// A file system of `size` bytes at `folder`, seen by this process and its children alone and gone
// with them. Needs to be root or a kernel that gives users name spaces of their own; this process
// must have one thread.
bool MountSmallDisk(const std::string& folder, const std::string& size) {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    WriteText("/proc/self/setgroups", "deny");
    WriteText("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    WriteText("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size + ",mode=0700").c_str()) == 0;
}

// Takes all but `left` bytes of the disk that `path` is on.
void FillDisk(const std::string& path, size_t left) {
  const size_t free = std::filesystem::space(path.substr(0, path.rfind('/'))).available;
  std::ofstream file(path, std::ios::binary);
  const std::string block(64 * 1024, 'x');
  for (size_t written = 0; written + block.size() + left <= free; written += block.size()) {
    file << block;
  }
}

class DiskFullTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    disk_ = new TempDir;
    mounted_ = MountSmallDisk(disk_->path(), "24m");
  }
  static void TearDownTestSuite() {
    if (mounted_) umount(disk_->path().c_str());
    delete disk_;
  }

  DiskFullTest()
      : world_({.broker_settings = "[limits]\nmin_free_mib = 1\n",
                .data_dir =
                    disk_->File(testing::UnitTest::GetInstance()->current_test_info()->name())}) {}
  ~DiskFullTest() override {
    broker_.Kill();
    std::error_code ignored;
    std::filesystem::remove_all(world_.data_dir(), ignored);
    std::filesystem::remove(disk_->File("filler"), ignored);
  }

  void SetUp() override {
    ASSERT_TRUE(mounted_) << "needs root, or user name spaces, to make a small disk";
    AMANA_ASSERT_OK(broker_.Start());
    auto police = Endpoint::Open(world_.agency_config("police"));
    AMANA_ASSERT_OK(police.status());
    police_ = *std::move(police);
    auto auditor = Endpoint::Open(world_.agency_config("auditor"));
    AMANA_ASSERT_OK(auditor.status());
    auditor_ = *std::move(auditor);
    log_ = std::make_unique<LogCheck>(*police_, *auditor_, world_.File("mirror"));
    AMANA_ASSERT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
    consent_.record = SampleConsent(absl::Now());
    const auto queued = police_->sender().QueueConsent(consent_.record);
    AMANA_ASSERT_OK(queued.status());
    consent_.digest = queued->digest;
  }

  absl::Status SendOne() {
    AMANA_RETURN_IF_ERROR(
        police_->sender()
            .Queue(SampleReferral(consent_, AddressOf("haven/intake"), content_, absl::Now()))
            .status());
    AMANA_ASSIGN_OR_RETURN(const sdk::FlushReport report, police_->sender().Flush());
    EXPECT_EQ(report.refused, 0u) << "a full disk is no judgement";
    return report.trouble;
  }

  // What grpc.health.v1 answers: the request is empty, the response one enum field; 1 is SERVING,
  // 2 NOT_SERVING.
  bool HealthBecomes(char status) {
    std::string answer;
    const bool did = WaitUntil(absl::Seconds(15), [&] {
      answer = police_->client().CallBytes("/grpc.health.v1.Health/Check", "").value_or("");
      return answer == std::string{'\x08', status};
    });
    EXPECT_TRUE(did) << ToHex(answer);
    return did;
  }

  void ExpectEverythingKept() {
    AMANA_ASSERT_OK(ledger_.Take("police", police_->sender().outbox(), *log_));
    for (const std::string& broken :
         ledger_.SendAgain("police", police_->client(), *log_, random_)) {
      ADD_FAILURE() << "lost: " << broken;
    }
    AMANA_EXPECT_OK(log_->Verify());
    EXPECT_THAT(log_->doubled(), testing::IsEmpty());
  }

  static TempDir* disk_;
  static bool mounted_;

  BrokerWorld world_;
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<Endpoint> auditor_;
  std::unique_ptr<LogCheck> log_;
  KillLedger ledger_;
  std::mt19937_64 random_{1};
  ConsentUse consent_;
  const std::string content_ = std::string(20'000, 's');
};
TempDir* DiskFullTest::disk_ = nullptr;
bool DiskFullTest::mounted_ = false;

TEST_F(DiskFullTest, RefusesByNameAndServesAgainWhenThereIsRoom) {
  for (int i = 0; i < 5; ++i) AMANA_ASSERT_OK(SendOne());
  const std::string filler = disk_->File("filler");
  FillDisk(filler, kMib);
  absl::Status refused;
  for (int i = 0; i < 200 && refused.ok(); ++i) refused = SendOne();
  EXPECT_EQ(ErrorReason(refused), "DISK_FULL") << refused;
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  const auto pending = police_->sender().outbox().Pending(1000);
  AMANA_ASSERT_OK(pending.status());
  EXPECT_EQ(pending->size(), 1u) << "what was refused waits in the outbox";
  ASSERT_TRUE(broker_.Running());

  // Reading needs no room.
  v1::ListReferralsRequest list;
  list.set_page_size(5);
  const auto listed = police_->client().Call(sdk::kListReferrals, list);
  AMANA_EXPECT_OK(listed.status());
  EXPECT_EQ(listed->referrals_size(), 5);

  ASSERT_TRUE(std::filesystem::remove(filler));
  EXPECT_TRUE(WaitUntil(absl::Seconds(15), [&] {
    const auto report = police_->sender().Flush();
    return report.ok() && report->pending == 0 && report->trouble.ok();
  })) << "no service although there is room again";
  AMANA_EXPECT_OK(SendOne());
  ExpectEverythingKept();
  AMANA_EXPECT_OK(broker_.Stop());
  AMANA_ASSERT_OK(broker_.Start());
  ExpectEverythingKept();
}

TEST_F(DiskFullTest, HealthSaysThatItIsFullAndThatThereIsRoomAgain) {
  ASSERT_TRUE(HealthBecomes(1));
  const std::string filler = disk_->File("filler");
  FillDisk(filler, kMib / 2);  // less than min_free_mib
  ASSERT_TRUE(HealthBecomes(2));
  EXPECT_THAT(HttpGet(broker_.metrics_port(), "/metrics"),
              testing::HasSubstr("amana_healthy{check=\"disk\"} 0"));
  EXPECT_THAT(broker_.LogEnd(), testing::HasSubstr("LOW_DISK_SPACE"));
  ASSERT_TRUE(broker_.Running());
  ASSERT_TRUE(std::filesystem::remove(filler));
  ASSERT_TRUE(HealthBecomes(1));
  EXPECT_THAT(HttpGet(broker_.metrics_port(), "/metrics"),
              testing::HasSubstr("amana_healthy{check=\"disk\"} 1"));
  AMANA_EXPECT_OK(SendOne());
  ExpectEverythingKept();
}

TEST_F(DiskFullTest, KilledWhileFullItComesBackWithEverythingAcknowledged) {
  for (int i = 0; i < 5; ++i) AMANA_ASSERT_OK(SendOne());
  const std::string filler = disk_->File("filler");
  FillDisk(filler, kMib);
  absl::Status refused;
  for (int i = 0; i < 200 && refused.ok(); ++i) refused = SendOne();
  EXPECT_EQ(ErrorReason(refused), "DISK_FULL") << refused;
  broker_.Kill();
  ASSERT_TRUE(std::filesystem::remove(filler));
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_TRUE(WaitUntil(absl::Seconds(15), [&] {
    const auto report = police_->sender().Flush();
    return report.ok() && report->pending == 0 && report->trouble.ok();
  }));
  ExpectEverythingKept();
}

}  // namespace
}  // namespace amana::tests
