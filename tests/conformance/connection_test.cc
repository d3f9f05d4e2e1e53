// Who gets a connection at all, and who loses it: TLS 1.3 only, certificates of known authorities,
// registered agencies, not revoked; and the limit on metadata.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/wire_status.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

using crypto::CertUsage;
using crypto::Role;

class ConnectionTest : public testing::Test {
 protected:
  void SetUp() override { AMANA_ASSERT_OK(broker_.Start()); }

  // A Match call over a connection of its own; the code and reason it ended with. `identity` none:
  // without a certificate.
  absl::Status MatchAs(const TestIdentity* identity, const std::string& metadata = "") {
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = TestRootPem();
    if (identity != nullptr) {
      ssl.pem_private_key = identity->key_pem;
      ssl.pem_cert_chain = identity->chain_pem;
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    grpc::GenericStub stub(grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(broker_.port()),
                                                     grpc::SslCredentials(ssl), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (!metadata.empty()) context.AddMetadata("x-test", metadata);
    v1::MatchRequest request;
    request.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
    const grpc::Slice slice(request.SerializeAsString());
    const grpc::ByteBuffer buffer(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, std::string(sdk::kMatch.method), buffer, &queue);
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    if (status.ok()) return absl::OkStatus();
    return sdk::FromWireStatus(status.error_code(), status.error_message(), status.error_details());
  }

  // What openssl's own client says of a handshake with the police's certificate.
  std::string Handshake(const std::string& options) {
    const std::string keys = world_.File("endpoints/police/keys");
    const std::string command =
        "timeout 10 openssl s_client -connect 127.0.0.1:" + std::to_string(broker_.port()) +
        " -alpn h2 -CAfile " + world_.File("ca/root.pem") + " -cert " + keys + "/tls.pem -key " +
        keys + "/tls.key " + options + " </dev/null 2>&1";
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    char buffer[4096];
    while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, got);
    pclose(pipe);
    return output;
  }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(ConnectionTest, Tls13Only) {
  EXPECT_THAT(Handshake("-tls1_3"), testing::HasSubstr("Cipher is TLS_"));
  for (const char* old : {"-tls1_2", "-tls1_2 -cipher ALL:@SECLEVEL=0", "-no_tls1_3"}) {
    const std::string output = Handshake(old);
    EXPECT_THAT(output, testing::HasSubstr("Cipher is (NONE)")) << old << "\n" << output;
  }
}

TEST_F(ConnectionTest, StrangersGetNoConnection) {
  AMANA_EXPECT_OK(MatchAs(&TestTls("police", Role::kSystem, "desk")));
  EXPECT_EQ(ErrorReason(MatchAs(nullptr)), "BROKER_UNREACHABLE");
  const TestIdentity foreign =
      MakeForeignCert(TestSpiffe("police", Role::kSystem, "desk"), CertUsage::kTls);
  EXPECT_EQ(ErrorReason(MatchAs(&foreign)), "BROKER_UNREACHABLE");
  const TestIdentity expired =
      MakeTestCert(TestSpiffe("police", Role::kSystem, "desk"), CertUsage::kTls, TestNotBefore(),
                   absl::Now() - absl::Hours(1));
  EXPECT_EQ(ErrorReason(MatchAs(&expired)), "BROKER_UNREACHABLE");
}

TEST_F(ConnectionTest, KnownAuthorityUnknownIdentity) {
  struct Row {
    std::string reason;
    const TestIdentity& identity;
  };
  const Row rows[] = {
      {"AGENCY_UNKNOWN", TestTls("nobody", Role::kSystem, "desk")},
      {"ROLE_NOT_REGISTERED", TestTls("police", Role::kAuditor)},
      {"ROLE_NOT_PERMITTED", TestTls("oversight", Role::kAuditor)},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ErrorReason(MatchAs(&row.identity)), row.reason);
  }
}

TEST_F(ConnectionTest, MetadataIsLimited) {
  const TestIdentity& police = TestTls("police", Role::kSystem, "desk");
  AMANA_EXPECT_OK(MatchAs(&police, std::string(7 * 1024, 'x')));
  const absl::Status status = MatchAs(&police, std::string(9 * 1024, 'x'));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ErrorReason(status), "CALL_FAILED") << "gRPC's own refusal has no ErrorInfo";
}

// Within 10 s of the list's change, also on a stream that is open.
TEST_F(ConnectionTest, RevocationEndsOpenStreamsAndRefusesCalls) {
  const auto coast = Endpoint::Open(world_.agency_config("coast"));
  const auto intake = Endpoint::Open(world_.agency_config("intake"));
  AMANA_ASSERT_OK(coast.status());
  AMANA_ASSERT_OK(intake.status());
  sdk::ReceiveStream revoked((*coast)->client());
  sdk::ReceiveStream other((*intake)->client());
  AMANA_ASSERT_OK(revoked.Open(*UnitId::Create("coast")));
  AMANA_ASSERT_OK(other.Open(*UnitId::Create("intake")));
  for (sdk::ReceiveStream* stream : {&revoked, &other}) {
    const auto opened = stream->Read(absl::Seconds(5));
    AMANA_ASSERT_OK(opened.status());
    ASSERT_TRUE(opened->has_value() && (*opened)->has_opened());
  }
  world_.Revoke((*coast)->identity().tls().certificate.id());
  const absl::Time began = absl::Now();
  const auto ended = revoked.Read(absl::Seconds(15));
  EXPECT_EQ(ErrorReason(ended.status()), "CERTIFICATE_REVOKED") << ended.status();
  EXPECT_LE(absl::Now() - began, absl::Seconds(10));
  const auto call = (*coast)->client().Call(sdk::kMatch, v1::MatchRequest());
  EXPECT_EQ(ErrorReason(call.status()), "CERTIFICATE_REVOKED");
  EXPECT_EQ(ErrorReason(other.Read(absl::Milliseconds(200)).status()), "READ_TIMEOUT");
}

// A signature by a revoked key is worth nothing, whoever brings it.
TEST_F(ConnectionTest, ARevokedSigningKeySignsNothing) {
  const auto police = Endpoint::Open(world_.agency_config("police"));
  AMANA_ASSERT_OK(police.status());
  sdk::Sender& sender = (*police)->sender();
  const auto before = sender.QueueConsent(SampleConsent(absl::Now()));
  AMANA_ASSERT_OK(before.status());
  const auto accepted = sender.Send(before->entry);
  AMANA_ASSERT_OK(accepted.status());
  EXPECT_EQ(accepted->state, sdk::EntryState::kAccepted);
  world_.Revoke(TestSigner("police", Role::kSystem, "desk").certificate.id());
  std::string reason;
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    const auto queued = sender.QueueConsent(SampleConsent(absl::Now()));
    const auto entry = sender.Send(queued->entry);
    reason = entry->reason;
    return entry->state == sdk::EntryState::kRefused;
  }));
  EXPECT_EQ(reason, "SIGNER_REVOKED");
}

}  // namespace
}  // namespace amana::tests
