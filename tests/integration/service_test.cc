// What whoever runs the broker sees of it: the service manager is told, certificates are renewed
// under it, and a registry that is broken is named in the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/pki.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"
#include "tests/support/test_pki.h"

namespace amana::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(20);

// systemd's end of sd_notify(3).
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(path.size(), sizeof(address.sun_path));
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    const timeval patience{absl::ToInt64Seconds(kPatience), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }
  ~NotifySocket() { close(fd_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  // The next state; empty when none comes.
  std::string Next() const {
    char buffer[256];
    const ssize_t size = recv(fd_, buffer, sizeof(buffer), 0);
    return size < 0 ? "" : std::string(buffer, static_cast<size_t>(size));
  }

 private:
  const int fd_;
};

class ServiceTest : public testing::Test {
 protected:
  // The fingerprint of the certificate that a new connection is shown.
  std::string ShownCertificate() {
    const std::string command =
        "timeout 10 openssl s_client -connect 127.0.0.1:" + std::to_string(broker_.port()) +
        " -alpn h2 -CAfile " + world_.File("ca/root.pem") +
        " </dev/null 2>/dev/null | openssl x509 -outform DER 2>/dev/null | sha256sum";
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    char buffer[4096];
    while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, got);
    pclose(pipe);
    return output.substr(0, output.find(' '));
  }

  static TestIdentity NewBrokerCertificate() {
    const auto key = crypto::EcdsaPrivateKey::Generate();
    AMANA_EXPECT_OK(key.status());
    const auto certificate =
        crypto::IssueEndEntity(TestAgencyCa("amana"), key->PublicKey(),
                               {.spiffe = TestSpiffe("amana", crypto::Role::kBroker),
                                .usage = crypto::CertUsage::kTls,
                                .validity = {TestNotBefore(), TestNotAfter()},
                                .dns_names = {"localhost"},
                                .ip_addresses = {"127.0.0.1"}});
    AMANA_EXPECT_OK(certificate.status());
    const auto key_pem = key->ToPem();
    AMANA_EXPECT_OK(key_pem.status());
    return {*certificate, *key, certificate->pem() + TestAgencyCa("amana").certificate.pem(),
            std::string(key_pem->Reveal(crypto::RevealSecret()))};
  }
  void Install(const TestIdentity& identity) {
    FileSystem& files = RealFileSystem();
    AMANA_ASSERT_OK(files.WriteAtomically(world_.File("broker/tls.key"), identity.key_pem, 0400));
    AMANA_ASSERT_OK(
        files.WriteAtomically(world_.File("broker/tls.pem"), identity.chain_pem, kPublicFile));
  }

  std::unique_ptr<Endpoint> Connect(const std::string& endpoint) {
    auto opened = Endpoint::Open(world_.agency_config(endpoint));
    AMANA_EXPECT_OK(opened.status());
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static absl::Status Match(Endpoint& endpoint) {
    v1::MatchRequest request;
    request.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
    return endpoint.client().Call(sdk::kMatch, request).status();
  }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(ServiceTest, TheServiceManagerIsToldOfReadinessLifeAndEnd) {
  const NotifySocket manager(world_.File("notify"));
  broker_.environment = {{"NOTIFY_SOCKET", world_.File("notify")}};
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_EQ(manager.Next(), "READY=1");
  EXPECT_EQ(manager.Next(), "WATCHDOG=1");
  EXPECT_EQ(manager.Next(), "WATCHDOG=1");
  broker_.Signal(SIGTERM);
  std::string state;
  do state = manager.Next();
  while (state == "WATCHDOG=1");
  EXPECT_EQ(state, "STOPPING=1");
  AMANA_EXPECT_OK(broker_.Stop());
}

TEST_F(ServiceTest, WithoutAServiceManagerItServesAllTheSame) {
  broker_.environment = {{"NOTIFY_SOCKET", world_.File("nobody")}};
  AMANA_ASSERT_OK(broker_.Start());
  AMANA_EXPECT_OK(Match(*Connect("police")));
  AMANA_EXPECT_OK(broker_.Stop());
}

TEST_F(ServiceTest, ARenewedCertificateIsShownWithoutARestartAndStreamsGoOn) {
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_EQ(ShownCertificate(), TestBrokerTls().certificate.id().hex());
  const auto intake = Connect("intake");
  sdk::ReceiveStream stream(intake->client());
  AMANA_ASSERT_OK(stream.Open(*UnitId::Create("intake")));
  const auto opened = stream.Read(kPatience);
  AMANA_ASSERT_OK(opened.status());
  ASSERT_TRUE(opened->has_value() && (*opened)->has_opened());

  const TestIdentity renewed = NewBrokerCertificate();
  ASSERT_NO_FATAL_FAILURE(Install(renewed));
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    return ShownCertificate() == renewed.certificate.id().hex();
  })) << broker_.LogEnd();
  AMANA_EXPECT_OK(Match(*Connect("police")));  // a client that checks whose certificate it is
  AMANA_EXPECT_OK(Match(*intake));
  EXPECT_EQ(ErrorReason(stream.Read(absl::Milliseconds(200)).status()), "READ_TIMEOUT");
  EXPECT_TRUE(broker_.Running());
}

TEST_F(ServiceTest, ARegistryThatIsBrokenUnderItIsNamedInTheLogAndTheOldOneStands) {
  AMANA_ASSERT_OK(broker_.Start());
  std::string registry = world_.Read("registry.toml");
  const std::string kind = "kind = \"POLICE\"";
  registry.replace(registry.find(kind), kind.size(), "kind = \"SECRET\"");
  world_.Write("registry.toml", registry);
  std::string log;
  EXPECT_TRUE(WaitUntil(kPatience, [&] {
    log = RealFileSystem().Read(world_.broker_log()).value_or("");
    return log.find("registry_refused") != std::string::npos;
  }));
  EXPECT_THAT(log, HasSubstr("registry.toml:10\",\"field\":\"agency[0].kind\""));
  EXPECT_THAT(log, Not(HasSubstr("SECRET")));
  AMANA_EXPECT_OK(Match(*Connect("police")));
}

}  // namespace
}  // namespace amana::tests
