#include "agency-adapters/sdk/wrap_keeper.h"

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/notice_log_for_test.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

class WrapKeeperTest : public SenderTest {
 protected:
  // The broker tells that it has chosen `recipient` for a referral of this mailbox's.
  void Chosen(const StatementKey& referral, const std::string& recipient) {
    const uint64_t held = notices_.size();
    const uint64_t index = notices_.Add({.kind = v1::EVENT_KIND_TASK_NEEDS_WRAP,
                                         .referral = referral,
                                         .recipient = recipient,
                                         .sender_counter = ++told_});
    notices_.told.push_back(notices_.Tell({index}, held));
    AMANA_ASSERT_OK(Box().CatchUp(absl::Seconds(10)).status());
  }
  NoticeBox& Box() {
    if (!box_.has_value()) {
      listener_ = notices_.Connect();
      box_.emplace(listening_, *listener_, *mailbox_);
    }
    return *box_;
  }
  std::vector<Wrapped> Answer(const WrapPolicy& policy) {
    const Identity identity = With(policy);
    WrapKeeper keeper(identity, *mailbox_, Box(), *sender_, [this](const Address& address) {
      looked_up_.push_back(ToString(address));
      return directory_(address);
    });
    auto done = keeper.Answer();
    EXPECT_TRUE(done.ok()) << done.status();
    return done.value_or(std::vector<Wrapped>());
  }
  Identity With(const WrapPolicy& policy) const {
    const tests::TestIdentity& tls = tests::TestTls("police-a", crypto::Role::kSystem, "desk");
    return *Identity::Create({.agency = *AgencyId::Create("police-a"),
                              .unit = *UnitId::Create("desk"),
                              .trust_domain = std::string(tests::kTestTrustDomain),
                              .broker = "localhost:1",
                              .broker_agency = *AgencyId::Create("amana"),
                              .tls = {tls.certificate, crypto::Secret(tls.key_pem)},
                              .signing = std::nullopt,
                              .person = std::nullopt,
                              .sealing = {},
                              .authorities = tests::TestVerifier({"police-a", "amana"}),
                              .log = broker_.log(),
                              .wraps = policy});
  }
  static WrapPolicy Agencies(std::initializer_list<const char*> names) {
    WrapPolicy policy;
    for (const char* const name : names) policy.agencies.push_back(*AgencyId::Create(name));
    return policy;
  }
  size_t WrapsSent() const { return broker_.requests(kAddWraps.method).size(); }

  NoticeLog notices_;
  const Identity listening_ = testing::PoliceIdentity(notices_.verifier());
  uint64_t told_ = 0;
  std::unique_ptr<Client> listener_;
  std::optional<NoticeBox> box_;
  std::vector<std::string> looked_up_;
  std::function<absl::StatusOr<Candidate>(const Address&)> directory_ = [](const Address& address) {
    return CandidateOf(ToString(address));
  };
};

TEST_F(WrapKeeperTest, SealsForWhomTheSettingsNameOnce) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  Chosen(referral.key, "iom-a/protection");
  const std::vector<Wrapped> done = Answer(Agencies({"iom-a"}));
  ASSERT_EQ(done.size(), 1u);
  AMANA_EXPECT_OK(done[0].status);
  EXPECT_EQ(done[0].referral, referral.key);
  EXPECT_EQ(ToString(done[0].recipient), "iom-a/protection");
  EXPECT_EQ(WrapsSent(), 1u);
  EXPECT_EQ(looked_up_, std::vector<std::string>{"iom-a/protection"});
  EXPECT_TRUE(Answer(Agencies({"iom-a"})).empty());
  EXPECT_EQ(WrapsSent(), 1u);
}

TEST_F(WrapKeeperTest, NobodyWhoIsNotNamed) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  Chosen(referral.key, "iom-a/protection");
  const std::vector<Wrapped> done = Answer(Agencies({"shelter-a"}));
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(ErrorReason(done[0].status), "WRAP_NOT_ALLOWED");
  EXPECT_TRUE(looked_up_.empty());
  EXPECT_TRUE(Answer(Agencies({"shelter-a"})).empty()) << "told once";
  EXPECT_EQ(WrapsSent(), 0u);
}

TEST_F(WrapKeeperTest, AKindIsTheDirectorysWordNotTheBrokers) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  WrapPolicy kinds;
  kinds.kinds.Add(v1::AGENCY_KIND_SHELTER);
  directory_ = [](const Address& address) {
    Candidate candidate = CandidateOf(ToString(address));
    candidate.kind = v1::AGENCY_KIND_EMBASSY;
    return absl::StatusOr<Candidate>(std::move(candidate));
  };
  Chosen(referral.key, "iom-a/protection");
  EXPECT_EQ(ErrorReason(Answer(kinds).at(0).status), "WRAP_NOT_ALLOWED");
  directory_ = [](const Address& address) { return CandidateOf(ToString(address)); };
  Chosen(referral.key, "iom-a/protection");
  AMANA_EXPECT_OK(Answer(kinds).at(0).status);
  EXPECT_EQ(WrapsSent(), 1u);
}

TEST_F(WrapKeeperTest, WhomTheDirectoryDoesNotProveIsNotSealedTo) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  directory_ = [](const Address&) -> absl::StatusOr<Candidate> {
    return CertificateUnpinned("recipient", "of no agency");
  };
  Chosen(referral.key, "iom-a/protection");
  EXPECT_EQ(ErrorReason(Answer(Agencies({"iom-a"})).at(0).status), "CERTIFICATE_UNPINNED");
  EXPECT_EQ(WrapsSent(), 0u);
}

TEST_F(WrapKeeperTest, WhatPassesIsTriedAgain) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->Flush().status());
  const auto truth = directory_;
  directory_ = [](const Address&) -> absl::StatusOr<Candidate> {
    return absl::UnavailableError("no link");
  };
  Chosen(referral.key, "iom-a/protection");
  EXPECT_TRUE(absl::IsUnavailable(Answer(Agencies({"iom-a"})).at(0).status));
  directory_ = truth;
  AMANA_EXPECT_OK(Answer(Agencies({"iom-a"})).at(0).status);
  EXPECT_EQ(WrapsSent(), 1u);
}

TEST_F(WrapKeeperTest, NotForWhatAnotherMailboxSent) {
  Chosen({*AgencyId::Create("police-a"), *ReferralId::FromBytes(std::string(16, 'x')), 1},
         "iom-a/protection");
  EXPECT_EQ(ErrorReason(Answer(Agencies({"iom-a"})).at(0).status), "ENTRY_UNKNOWN");
}

}  // namespace
}  // namespace amana::sdk
