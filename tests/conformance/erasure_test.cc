// What was erased comes back from no backup: not from the database alone, and not with a copy of
// the keys that has lapsed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/receiver.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";

class ErasureTest : public testing::Test {
 protected:
  void SetUp() override { Start(); }

  void Start() {
    AMANA_ASSERT_OK(broker_.Start());
    auto police = Endpoint::Open(world_.agency_config("police"));
    AMANA_ASSERT_OK(police.status());
    police_ = *std::move(police);
    AMANA_ASSERT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
  }
  void Stop() {
    police_.reset();
    AMANA_ASSERT_OK(broker_.Stop());
  }

  struct Sent {
    v1::ConsentRecord consent;
    v1::StatementRef ref;
  };
  Sent Send() {
    v1::ConsentRecord record = SampleConsent(absl::Now());
    const auto consent = police_->sender().QueueConsent(record);
    AMANA_EXPECT_OK(consent.status());
    const auto queued = police_->sender().Queue(SampleReferral(
        {record, consent->digest}, AddressOf("haven/intake"), kContent, absl::Now()));
    AMANA_EXPECT_OK(queued.status());
    Flush();
    return {std::move(record), sdk::ToWire(queued->key)};
  }
  void Flush() {
    const auto report = police_->sender().Flush();
    AMANA_ASSERT_OK(report.status());
    AMANA_ASSERT_OK(report->trouble);
    EXPECT_EQ(report->refused + report->pending, 0u);
  }
  void Withdraw(const Sent& sent) {
    v1::Withdrawal withdrawal;
    withdrawal.set_consent_id(sent.consent.consent_id());
    withdrawal.set_subject_pseudonym(sent.consent.subject_pseudonym());
    AMANA_ASSERT_OK(police_->sender().QueueWithdrawal(withdrawal).status());
    Flush();
  }
  // The state of its one delivery, as the sender sees it.
  v1::DeliveryState StateOf(const Sent& sent) {
    v1::GetReferralRequest request;
    *request.mutable_referral() = sent.ref;
    const auto referral = police_->client().Call(sdk::kGetReferral, request);
    AMANA_EXPECT_OK(referral.status());
    if (!referral.ok() || referral->tasks_size() != 1) return v1::DELIVERY_STATE_UNSPECIFIED;
    const v1::TaskStatus& task = referral->tasks(0);
    return task.deliveries_size() == 1 ? task.deliveries(0).state()
                                       : v1::DELIVERY_STATE_UNSPECIFIED;
  }
  // The ids of all referrals that haven has received by now.
  std::set<std::string> Received() {
    auto haven = Endpoint::Open(world_.agency_config("intake"));
    AMANA_EXPECT_OK(haven.status());
    sdk::Receiver receiver((*haven)->identity(), (*haven)->client(), (*haven)->mailbox(),
                           RealClock());
    AMANA_EXPECT_OK(receiver.RunOnce(absl::Seconds(5), absl::Milliseconds(400)).status());
    const auto items = sdk::Inbox((*haven)->mailbox()).List(std::nullopt, 10);
    AMANA_EXPECT_OK(items.status());
    std::set<std::string> ids;
    for (const sdk::InboxItem& item : *items) ids.insert(item.key.referral.referral.bytes());
    return ids;
  }

  std::string Store(std::string_view name) const {
    return world_.data_dir() + "/store/" + std::string(name);
  }
  // The copies of the key file, oldest first.
  std::vector<std::string> Copies() const {
    std::vector<std::string> copies;
    std::error_code none_yet;
    for (const auto& entry : fs::directory_iterator(world_.data_dir() + "/key-copies", none_yet)) {
      if (entry.path().extension() == ".amana") copies.push_back(entry.path());
    }
    std::sort(copies.begin(), copies.end());
    return copies;
  }
  static void Copy(const std::string& from, const std::string& to) {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  }

  BrokerWorld world_{{.broker_settings = "[delivery]\nlease = \"1s\"\n", .data_dir = ""}};
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
};

TEST_F(ErasureTest, ABackupGivesBackNothingThatWasErased) {
  const Sent gone = Send();
  const Sent stays = Send();
  ASSERT_TRUE(WaitUntil(absl::Seconds(10), [&] { return !Copies().empty(); }));
  Stop();
  // A backup of the database, and, as none should be, of the keys.
  const std::string backup = world_.File("backup.db");
  const std::string keys = world_.File("backup-keys");
  Copy(Store("store.db"), backup);
  Copy(Copies().back(), keys);

  Start();
  Withdraw(gone);
  EXPECT_TRUE(
      WaitUntil(absl::Seconds(10), [&] { return StateOf(gone) == v1::DELIVERY_STATE_ERASED; }));
  EXPECT_EQ(StateOf(stays), v1::DELIVERY_STATE_QUEUED);
  Stop();
  const std::string current = world_.File("current-keys");
  Copy(Store("keys.amana"), current);

  // The withdrawal is undone by the backup; the erasure is not.
  Copy(backup, Store("store.db"));
  AMANA_ASSERT_OK(broker_.Start());
  const std::set<std::string> rest = {stays.ref.referral_id()};
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return Received() == rest; }));
  EXPECT_EQ(Received(), rest) << "and no more";
  AMANA_ASSERT_OK(broker_.Stop());

  // With the copy of the keys, which in time has lapsed, it would have been two.
  Copy(backup, Store("store.db"));
  Copy(keys, Store("keys.amana"));
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_TRUE(
      WaitUntil(absl::Seconds(10), [&] { return Received().contains(gone.ref.referral_id()); }));
  AMANA_ASSERT_OK(broker_.Stop());
}

TEST_F(ErasureTest, WithoutItsKeyFileABrokerDoesNotStart) {
  Send();
  Stop();
  const std::string keys = world_.File("keys");
  fs::rename(Store("keys.amana"), keys);
  AMANA_ASSERT_OK(broker_.Spawn());
  EXPECT_FALSE(broker_.WaitListening().ok());
  EXPECT_NE(broker_.LogEnd().find("cannot be read without them"), std::string::npos)
      << broker_.LogEnd();
  fs::rename(keys, Store("keys.amana"));
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return Received().size() == 1; }));
}

}  // namespace
}  // namespace amana::tests
