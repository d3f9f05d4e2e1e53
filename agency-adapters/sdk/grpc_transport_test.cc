#include "agency-adapters/sdk/grpc_transport.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "amana/v1/error_details.pb.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ed25519.h"
#include "proto/envelope/testing.h"
#include "tests/support/test_pki.h"

namespace amana::sdk {
namespace {

namespace tls = grpc::experimental;

std::string TextOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  return buffer.DumpToSingleSlice(&slice).ok()
             ? std::string(reinterpret_cast<const char*>(slice.begin()), slice.size())
             : std::string();
}

grpc::ByteBuffer BufferOf(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Status Refusal() {
  v1::ErrorInfo info;
  info.set_reason("HEADER_EXPIRED");
  info.set_domain("amana");
  (*info.mutable_metadata())["field"] = "expires_unix_ms";
  v1::ErrorStatus error;
  error.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  error.mutable_details(0)->set_value(info.SerializeAsString());
  return {grpc::StatusCode::FAILED_PRECONDITION, "expired", error.SerializeAsString()};
}

// Echoes messages one by one. "refuse" ends the call with a refusal, "end" well, "hang" never.
class Echo final : public grpc::ServerGenericBidiReactor {
 public:
  Echo() { StartRead(&incoming_); }

 private:
  void End(const grpc::Status& status) {
    if (!ended_.exchange(true)) Finish(status);
  }
  void OnReadDone(bool ok) override {
    const std::string text = ok ? TextOf(incoming_) : "end";
    if (text == "refuse") return End(Refusal());
    if (text == "end") return End(grpc::Status::OK);
    if (text == "hang") return;
    outgoing_ = BufferOf(text);
    StartWrite(&outgoing_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(grpc::Status::CANCELLED);
    incoming_.Clear();
    StartRead(&incoming_);
  }
  void OnCancel() override { End(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  std::atomic<bool> ended_{false};
};

class EchoService final : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Echo;
  }
};

// A server with a certificate of the test's choice that wants one of the client.
class EchoServer {
 public:
  explicit EchoServer(const tests::TestIdentity& identity) {
    tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
        tests::TestRootPem(),
        std::vector<tls::IdentityKeyCertPair>{{identity.key_pem, identity.chain_pem}}));
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls::TlsServerCredentials(options), &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~EchoServer() { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  EchoService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

Identity ClientIdentity(const std::string& broker) {
  const tests::TestIdentity& own = tests::TestTls("police-a", crypto::Role::kSystem, "desk");
  return Identity::Create({.agency = AgencyId::Create("police-a").value(),
                           .unit = UnitId::Create("desk").value(),
                           .trust_domain = std::string(tests::kTestTrustDomain),
                           .broker = broker,
                           .broker_agency = AgencyId::Create("amana").value(),
                           .tls = {own.certificate, crypto::Secret(own.key_pem)},
                           .signing = std::nullopt,
                           .person = std::nullopt,
                           .sealing = {},
                           .authorities = tests::TestVerifier({"police-a", "amana"}),
                           .log = transparency::NoteVerifier::Create(
                                      "log", transparency::NoteKeyType::kEd25519,
                                      crypto::Ed25519PrivateKey::Generate()->PublicKey())
                                      .value(),
                           .data = {}})
      .value();
}

constexpr char kMethod[] = "/amana.v1.Test/Echo";
constexpr absl::Duration kPatience = absl::Seconds(20);

class GrpcTransportTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> Connect(const std::string& address, ConnectOptions options = {}) {
    return ConnectClient(ClientIdentity(address), clock_, options).value();
  }
  // Its bytes are also those of a ReadTileResponse.
  static v1::ReadTileRequest Say(const std::string& text) {
    v1::ReadTileRequest message;
    message.set_path(text);
    return message;
  }

  FakeClock clock_{envelope::SampleTime()};
};

TEST_F(GrpcTransportTest, CallsAndStreamsAreAnswered) {
  const EchoServer server(tests::TestBrokerTls());
  const auto client = Connect(server.address(), {.channels = 2});
  // The request comes back as the answer: both have a string in field 1.
  const auto answer = client->Call(kReadTile, Say("tile/0/000"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->content(), "tile/0/000");

  absl::Notification called;
  client->CallAsync(kReadTile, Say("x"), [&](absl::StatusOr<v1::ReadTileResponse> response) {
    EXPECT_EQ(response->content(), "x");
    called.Notify();
  });
  ASSERT_TRUE(called.WaitForNotificationWithTimeout(kPatience));

  const StreamRpc<v1::ReadTileRequest, v1::ReadTileResponse> echo{kMethod};
  auto stream = client->Open(echo);
  for (int i = 0; i < 200; ++i) {
    AMANA_ASSERT_OK(stream.Write(Say(std::to_string(i))));
    EXPECT_EQ(stream.Read(kPatience).value()->content(), std::to_string(i));
  }
  EXPECT_EQ(ErrorReason(stream.Read(absl::Milliseconds(1)).status()), "READ_TIMEOUT");
  stream.WritesDone();
  EXPECT_FALSE(stream.Read(kPatience).value().has_value());
  EXPECT_FALSE(stream.Write(Say("late")).ok());
}

TEST_F(GrpcTransportTest, RefusalsKeepReasonAndField) {
  const EchoServer server(tests::TestBrokerTls());
  const auto client = Connect(server.address());
  const auto refused = client->CallBytes(kMethod, "refuse");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(refused.status()), "HEADER_EXPIRED");
  EXPECT_EQ(ErrorField(refused.status()), "expires_unix_ms");
}

TEST_F(GrpcTransportTest, MoreMayLieUnreadThanTheStreamTakesIn) {
  const EchoServer server(tests::TestBrokerTls());
  const auto client = Connect(server.address());
  const StreamRpc<v1::ReadTileRequest, v1::ReadTileResponse> echo{kMethod};
  auto stream = client->Open(echo);
  constexpr int kMessages = 300;
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) AMANA_EXPECT_OK(stream.Write(Say(std::to_string(i))));
    stream.WritesDone();
  });
  writer.join();
  for (int i = 0; i < kMessages; ++i) {
    const auto message = stream.Read(kPatience);
    ASSERT_TRUE(message.ok() && message->has_value()) << message.status();
    EXPECT_EQ((*message)->content(), std::to_string(i));
  }
  EXPECT_FALSE(stream.Read(kPatience).value().has_value());
}

TEST_F(GrpcTransportTest, DeadlinesAndCancelsEndACall) {
  const EchoServer server(tests::TestBrokerTls());
  const auto client = Connect(server.address(), {.client = {.call_timeout = absl::Seconds(1)}});
  EXPECT_EQ(ErrorReason(client->CallBytes(kMethod, "hang").status()), "BROKER_TIMEOUT");

  const StreamRpc<v1::ReadTileRequest, v1::ReadTileResponse> echo{kMethod};
  auto stream = client->Open(echo);
  AMANA_ASSERT_OK(stream.Write(Say("one")));
  ASSERT_TRUE(stream.Read(kPatience).ok());
  std::thread canceller([&] { stream.Cancel(); });
  EXPECT_EQ(ErrorReason(stream.Read(kPatience).status()), "CALL_CANCELLED");
  canceller.join();
  auto abandoned = client->Open(echo);  // its end cancels it
  AMANA_EXPECT_OK(abandoned.Write(Say("two")));
}

TEST_F(GrpcTransportTest, OnlyTheBrokerIsTalkedTo) {
  const auto& root = tests::TestRoot();
  ASSERT_TRUE(root.certificate.self_issued());
  const tests::TestIdentity foreign = tests::MakeForeignCert(
      tests::TestSpiffe("amana", crypto::Role::kBroker), crypto::CertUsage::kTls);
  const struct {
    const char* name;
    const tests::TestIdentity& identity;
  } cases[] = {{"an agency's system", tests::TestTls("police-a", crypto::Role::kSystem, "desk")},
               {"an agency that calls itself broker", tests::TestBrokerTls("police-a")},
               {"a stranger", foreign}};
  for (const auto& c : cases) {
    const EchoServer server(c.identity);
    const auto client = Connect(server.address());
    EXPECT_EQ(ErrorReason(client->CallBytes(kMethod, "x").status()), "BROKER_UNREACHABLE")
        << c.name;
  }
}

TEST_F(GrpcTransportTest, NobodyThereIsAnErrorAndNotAWait) {
  const auto client = Connect("127.0.0.1:1");
  EXPECT_EQ(ErrorReason(client->CallBytes(kMethod, "x").status()), "BROKER_UNREACHABLE");
  const StreamRpc<v1::ReadTileRequest, v1::ReadTileResponse> echo{kMethod};
  auto stream = client->Open(echo);
  EXPECT_EQ(ErrorReason(stream.Read(kPatience).status()), "BROKER_UNREACHABLE");
  // A writer is told the same, at whatever moment it finds out.
  for (int i = 0; i < 50; ++i) {
    auto writing = client->Open(echo);
    absl::Status status;
    while (status.ok()) status = writing.Write(Say("x"));
    EXPECT_EQ(ErrorReason(status), "BROKER_UNREACHABLE") << status;
  }
}

}  // namespace
}  // namespace amana::sdk
