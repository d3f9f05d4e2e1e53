// The adapter on a real OpenSSH server, configured as its program configures it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "agency-adapters/immigration/adapter.h"
#include "agency-adapters/immigration/rows_for_test.h"
#include "base/config.h"
#include "base/log.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "tests/support/shared.h"
#include "tests/support/sshd.h"

namespace amana::immigration {
namespace {

using runtime::NativeDelivery;
using runtime::Settlement;
using ::testing::HasSubstr;
using testing::InFileText;
using testing::InRow;
using ::testing::Not;

class NoIntake final : public runtime::Intake {
 public:
  absl::Status Take(const runtime::NativeItem&) override {
    return absl::UnimplementedError("none");
  }
};

class AdapterSftpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto sshd = tests::Sshd::Start(folder_.path());
    AMANA_ASSERT_OK(sshd);
    sshd_ = std::move(*sshd);
    for (const char* name : {"from-dis", "to-dis", "done", "quarantine"}) {
      std::filesystem::create_directory(sshd_->files() / name);
    }
    std::filesystem::create_directory(folder_.File("own"));
    adapter_ = Open();
  }

  std::unique_ptr<runtime::Adapter> Open() {
    const std::string text =
        "[native]\nhost = \"127.0.0.1\"\nport = " + std::to_string(sshd_->port()) + "\nuser = \"" +
        sshd_->user() + "\"\nkey_file = \"" + sshd_->key_file() + "\"\nhost_keys = [\"" +
        sshd_->host_key() + "\"]\nnamed_consents = \"" + folder_.File("named.txt") + "\"\n";
    auto reader = ConfigReader::FromText(text, "immigration.toml");
    AMANA_EXPECT_OK(reader);
    const auto open = ImmigrationFactory()((*reader)->Root().Table("native"));
    AMANA_EXPECT_OK((*reader)->Finish());
    auto adapter = open({intake_, clock_, "dis", folder_.File("own")});
    AMANA_EXPECT_OK(adapter);
    return std::move(*adapter);
  }
  void Drop(const std::string& name, const std::string& bytes) {
    std::ofstream(sshd_->files() / "from-dis" / name, std::ios::binary) << bytes;
    std::ofstream(sshd_->files() / "from-dis" / (name + ".sha256"))
        << crypto::Sha256(bytes).hex() << "  " << name << "\n";
  }
  std::string Get(const std::string& path) const { return tests::ReadWhole(sshd_->files() / path); }

  TempDir folder_;
  FakeClock clock_{absl::FromUnixSeconds(1'927'786'500)};
  NoIntake intake_;
  std::unique_ptr<tests::Sshd> sshd_;
  std::unique_ptr<runtime::Adapter> adapter_;
};

TEST_F(AdapterSftpTest, RowsComeInAndAreAnsweredRowByRow) {
  Drop("vot_20310202T0815_000001.csv",
       InFileText(
           {InRow("DIS-SYNTH-1"), InRow("DIS-SYNTH-2", "SYNTHETIC,x"), InRow("DIS-SYNTH-3")}));
  Drop("broken.csv", "SYNTHETIC\n");
  std::ofstream(sshd_->files() / "from-dis/..evil.csv") << "SYNTHETIC";
  std::string lines;
  const ScopedLogSink sink([&](std::string_view line) { lines += line; });
  const auto items = adapter_->Poll(10);
  AMANA_ASSERT_OK(items);
  ASSERT_EQ(items->size(), 2u);
  AMANA_EXPECT_OK(adapter_->Settle("DIS-SYNTH-1",
                                   {.state = Settlement::State::kTaken, .referral = "dis/0011/1"}));
  adapter_ = Open();  // as after a crash
  AMANA_EXPECT_OK(adapter_->Settle(
      "DIS-SYNTH-1", {.state = Settlement::State::kAccepted, .referral = "dis/0011/1"}));
  AMANA_EXPECT_OK(adapter_->Settle("DIS-SYNTH-3", {.state = Settlement::State::kRefused,
                                                   .reason = "REQUIRED_CATEGORY_MISSING",
                                                   .field = "RISK"}));
  const std::string name = "from-dis/vot_20310202T0815_000001.csv";
  EXPECT_THAT(Get(name + ".ack"), HasSubstr("1,DIS-SYNTH-1,TAKEN,dis/0011/1\r\n"
                                            "1,DIS-SYNTH-1,ACCEPTED,dis/0011/1\r\n"));
  EXPECT_THAT(Get(name + ".rej"), HasSubstr("2,,COLUMN_COUNT,row\r\n"
                                            "3,DIS-SYNTH-3,REQUIRED_CATEGORY_MISSING,RISK\r\n"));
  EXPECT_THAT(Get("from-dis/broken.csv.rej"), HasSubstr("0,,LINE_ENDS_INVALID,line_ends"));
  EXPECT_FALSE(std::filesystem::exists(sshd_->files() / name));
  EXPECT_TRUE(std::filesystem::exists(sshd_->files() / "from-dis/..evil.csv"));
  for (const char* content : {"SYNTHETIC", "DIS-SYNTH", "evil", "TESTCASE"}) {
    EXPECT_THAT(lines, Not(HasSubstr(content)));
  }
}

TEST_F(AdapterSftpTest, DeliveriesAreLaidOutOnceAndOnlyWithWhatAConsentNames) {
  NativeDelivery delivery;
  delivery.key = "police-a/0011/1:0";
  delivery.service = "IMMIGRATION_STATUS";
  delivery.record.fields["CONSENT_REF"] = {"aabb/2"};
  const auto name = adapter_->Deliver(delivery);
  AMANA_ASSERT_OK(name);
  const std::string bytes = Get("to-dis/" + *name);
  EXPECT_THAT(bytes, HasSubstr("police-a/0011/1:0,CASE,"));
  EXPECT_EQ(Get("to-dis/" + *name + ".sha256"), crypto::Sha256(bytes).hex() + "  " + *name + "\n");
  EXPECT_EQ(adapter_->Find(delivery.key)->value_or(""), *name);
  // The department takes it; a new start knows.
  std::filesystem::remove(sshd_->files() / "to-dis" / *name);
  std::filesystem::remove(sshd_->files() / "to-dis" / (*name + ".sha256"));
  adapter_ = Open();
  EXPECT_EQ(adapter_->Find(delivery.key)->value_or(""), *name);
  EXPECT_FALSE(adapter_->Find("another")->has_value());

  delivery.key = "police-a/0022/1:0";
  delivery.record.fields["SURNAME"] = {"TESTCASE"};
  EXPECT_EQ(ErrorReason(adapter_->Deliver(delivery).status()), "SECTION_NOT_NAMED");
  EXPECT_FALSE(adapter_->Find(delivery.key)->has_value());
  std::ofstream(folder_.File("named.txt")) << "# SYNTHETIC\naabb/1\n";
  EXPECT_FALSE(adapter_->Deliver(delivery).ok());
  std::ofstream(folder_.File("named.txt")) << "aabb  # every version\n";
  const auto named = adapter_->Deliver(delivery);
  AMANA_ASSERT_OK(named);
  EXPECT_THAT(Get("to-dis/" + *named), HasSubstr("TESTCASE"));

  NativeDelivery recall;
  recall.key = "recall:police-a/0022/1:0";
  recall.kind = runtime::DeliveryKind::kRecall;
  recall.about = delivery.key;
  recall.about_native_id = *named;
  AMANA_ASSERT_OK(adapter_->Deliver(recall));
  EXPECT_FALSE(std::filesystem::exists(sshd_->files() / "to-dis" / *named));
}

TEST_F(AdapterSftpTest, HealthNamesWhatIsWrong) {
  EXPECT_TRUE(adapter_->Check().ok);
  std::filesystem::remove(sshd_->files() / "done");
  EXPECT_EQ(adapter_->Check().reason, "REMOTE_NOT_FOUND");
  sshd_->Stop();
  EXPECT_EQ(adapter_->Check().reason, "REMOTE_UNREACHABLE");
  EXPECT_EQ(adapter_->Poll(1).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(AdapterSftpTest, DecodesAWholeFileOrNamesWhatIsWrong) {
  EXPECT_EQ(adapter_->Decode(InFileText({InRow("DIS-1"), InRow("DIS-2")}))->size(), 2u);
  const auto refused = adapter_->Decode(InFileText({InRow("DIS-1"), InRow("DIS-1")}));
  EXPECT_EQ(ErrorReason(refused.status()), "NATIVE_FORMAT_INVALID");
  EXPECT_EQ(ErrorField(refused.status()), "REF_NO");
}

TEST(ImmigrationConfig, EveryMistakeIsNamedWithItsKey) {
  auto reader = ConfigReader::FromText(
      "[native]\nhost = \"h\"\nuser = \"u\"\nkey_file = \"k\"\nhost_keys = [\"ssh-ed25519 x\"]\n"
      "in = \"../in\"\nport = 0\npassword = \"p\"\n",
      "x.toml");
  AMANA_ASSERT_OK(reader);
  (void)ImmigrationFactory()((*reader)->Root().Table("native"));
  const std::string findings((*reader)->Finish().message());
  for (const char* key : {"native.host_keys", "native.in", "native.port", "native.password"}) {
    EXPECT_THAT(findings, HasSubstr(key));
  }
}

}  // namespace
}  // namespace amana::immigration
