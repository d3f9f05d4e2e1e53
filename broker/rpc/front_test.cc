#include "broker/rpc/front.h"

#include <memory>

#include "base/durable_file.h"
#include "base/status.h"
#include "broker/identity/registry_testing.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::rpc {
namespace {

using crypto::Role;
using identity::Rpc;

// 2024, when everything of the test PKI is valid.
const absl::Time kNow = absl::FromUnixSeconds(1714560000);

class FrontTest : public testing::Test {
 protected:
  FrontTest() { Load(); }

  void Load() {
    auto registry = identity::Registry::Load(RealFileSystem(), files_.path());
    ASSERT_TRUE(registry.ok()) << registry.status();
    auto revocations = identity::RevocationList::Parse(files_.Read("revoked.txt"));
    ASSERT_TRUE(revocations.ok()) << revocations.status();
    trust_ = std::make_shared<identity::Trust>(identity::Trust{
        *registry, std::make_shared<identity::RevocationList>(*std::move(revocations)), 1});
  }

  static Peer PeerOf(const tests::TestIdentity& identity) {
    return {.spiffe = crypto::ToUri(identity.certificate.spiffe()),
            .certificate_pem = identity.certificate.pem()};
  }
  std::string Reason(const Peer& peer, Rpc rpc) {
    return ErrorReason(front_.Admit(peer, rpc).status());
  }

  identity::TestRegistry files_;
  identity::TrustPtr trust_;
  FakeClock clock_{kNow};
  Metrics metrics_;
  Executor executor_{{.threads = 1}};
  RateLimiter limiter_{{.calls_per_second = 1, .calls_burst = 3}, &clock_};
  Refusals refusals_{&metrics_};
  Front front_{{.clock = &clock_,
                .trust = [this] { return trust_; },
                .executor = &executor_,
                .limiter = &limiter_,
                .refusals = &refusals_,
                .metrics = &metrics_}};
};

TEST_F(FrontTest, AdmitsAKnownCallerOfTheRightRole) {
  const Peer peer = PeerOf(tests::TestTls("police", Role::kSystem, "desk"));
  const auto caller = front_.Admit(peer, Rpc::kSubmit);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->agency.value(), "police");
  EXPECT_EQ(Reason(peer, Rpc::kListDeadLetters), "ROLE_NOT_PERMITTED");
}

TEST_F(FrontTest, RefusesStrangersAndThoseWhoShowAnotherId) {
  EXPECT_EQ(Reason(PeerOf(tests::TestTls("nobody", Role::kSystem)), Rpc::kMatch), "AGENCY_UNKNOWN");
  Peer peer = PeerOf(tests::TestTls("police", Role::kSystem));
  peer.spiffe = crypto::ToUri(tests::TestSpiffe("haven", Role::kSystem));
  EXPECT_EQ(Reason(peer, Rpc::kMatch), "CALLER_UNIDENTIFIED");
}

TEST_F(FrontTest, RevocationCountsAtOnceAlsoForOpenStreams) {
  const tests::TestIdentity& identity = tests::TestTls("police", Role::kSystem, "desk");
  const Peer peer = PeerOf(identity);
  EXPECT_TRUE(front_.Identify(peer).ok());
  files_.Revoke(identity.certificate.id());
  Load();
  EXPECT_EQ(ErrorReason(front_.Identify(peer).status()), "CERTIFICATE_REVOKED");
  EXPECT_EQ(Reason(peer, Rpc::kSubmit), "CERTIFICATE_REVOKED");
}

TEST_F(FrontTest, TheRateIsTheAgencysNotTheCertificates) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Reason(PeerOf(tests::TestTls("police", Role::kSystem)), Rpc::kMatch), "");
  }
  EXPECT_EQ(Reason(PeerOf(tests::TestTls("police", Role::kSystem, "desk")), Rpc::kMatch),
            "RATE_LIMITED");
  EXPECT_EQ(Reason(PeerOf(tests::TestTls("haven", Role::kSystem)), Rpc::kMatch), "");
}

TEST_F(FrontTest, AClosedGateLetsNobodyThrough) {
  const Peer peer = PeerOf(tests::TestTls("police", Role::kSystem));
  front_.SetGate(Front::Gate::kNotServing);
  EXPECT_EQ(Reason(peer, Rpc::kMatch), "NOT_SERVING");
  front_.SetGate(Front::Gate::kShuttingDown);
  EXPECT_EQ(Reason(peer, Rpc::kMatch), "SHUTTING_DOWN");
  front_.SetGate(Front::Gate::kOpen);
  EXPECT_EQ(Reason(peer, Rpc::kMatch), "");
}

}  // namespace
}  // namespace amana::rpc
