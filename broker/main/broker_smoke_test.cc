// The program itself, from outside: starts, tells its health, refuses who and what it must, stops.
#include <fcntl.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "amana/v1/delivery_service.grpc.pb.h"
#include "amana/v1/error_details.pb.h"
#include "amana/v1/referral_service.grpc.pb.h"
#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "broker/identity/registry_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

extern char** environ;

namespace amana::broker {
namespace {

using crypto::Role;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string BrokerPath() {
  const char* path = getenv("AMANA_BROKER");
  return path == nullptr ? "amana-broker" : path;
}

// Starts a program with its stdout on a pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> args) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> argv;
    argv.reserve(args.size() + 1);
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0) << argv[0];
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    out_ = ends[0];
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
    close(out_);
  }

  // Up to and without the next line's end; what there is when none comes within 30 s.
  std::string ReadLine() {
    std::string line;
    pollfd waiting = {out_, POLLIN, 0};
    char c;
    while (poll(&waiting, 1, 30'000) == 1 && read(out_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }
  void Signal(int signal) { kill(pid_, signal); }
  // The exit code, or minus the signal.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  int out_ = -1;
};

struct Said {
  std::string text;  // on stdout and stderr
  int code = -1;
};

Said Shell(const std::string& command) {
  Said said;
  FILE* pipe = popen((command + " </dev/null 2>&1").c_str(), "r");
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) said.text.append(buffer, size);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) said.code = WEXITSTATUS(status);
  return said;
}

v1::ErrorInfo InfoOf(const grpc::Status& status) {
  v1::ErrorStatus details;
  v1::ErrorInfo info;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  if (details.details_size() > 0) {
    EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
    EXPECT_TRUE(info.ParseFromString(details.details(0).value()));
  }
  return info;
}

class BrokerSmokeTest : public testing::Test {
 protected:
  BrokerSmokeTest() {
    Process keys({BrokerPath(), "keys", "--dir", dir_.File("keys"), "--trust-domain",
                  std::string(tests::kTestTrustDomain), "--origin", "log.test/amana"});
    EXPECT_EQ(keys.Wait(), 0);
    const tests::TestIdentity& tls = tests::TestBrokerTls();
    Write("tls.pem", tls.chain_pem, kPublicFile);
    Write("tls.key", tls.key_pem, 0400);
    Write("root.pem", tests::TestRootPem(), kPublicFile);
    Write("broker.toml",
          "data_dir = \"data\"\nclock_sync = \"trusted\"\n"
          "[listen]\naddress = \"127.0.0.1:0\"\n[metrics]\nport = 0\n"
          "[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\nca = \"root.pem\"\n"
          "[registry]\npath = \"" +
              registry_.path() +
              "\"\n"
              "[transparency]\nkey = \"keys/log.key\"\norigin = \"log.test/amana\"\n",
          kPublicFile);
  }

  void Write(const std::string& name, const std::string& text, unsigned mode) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File(name), text, mode));
  }

  void Start() {
    broker_ = std::make_unique<Process>(
        std::vector<std::string>{BrokerPath(), "run", "--config", dir_.File("broker.toml")});
    const std::string line = broker_->ReadLine();
    const auto listening = nlohmann::json::parse(line, nullptr, false);
    ASSERT_FALSE(listening.is_discarded()) << line;
    ASSERT_EQ(listening["event"], "listening");
    port_ = listening["port"];
    EXPECT_GT(listening["metrics_port"].get<int>(), 0);
    EXPECT_THAT(listening["vkey"].get<std::string>(), HasSubstr("log.test/amana+"));
  }

  std::string Target() const { return "127.0.0.1:" + std::to_string(port_); }

  std::shared_ptr<grpc::Channel> Channel(const tests::TestIdentity& identity) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = tests::TestRootPem();
    options.pem_cert_chain = identity.chain_pem;
    options.pem_private_key = identity.key_pem;
    grpc::ChannelArguments args;
    args.SetInt("grpc.use_local_subchannel_pool", 1);
    return grpc::CreateCustomChannel(Target(), grpc::SslCredentials(options), args);
  }

  static grpc::Status Match(const std::shared_ptr<grpc::Channel>& channel,
                            bool compressed = false) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    if (compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    v1::MatchRequest request;
    request.set_service(v1::SERVICE_TYPE_RESCUE);
    v1::MatchResponse response;
    return v1::ReferralService::NewStub(channel)->Match(&context, request, &response);
  }

  // grpc.health.v1: the request is empty, the response one enum field; 1 is SERVING.
  static int Health(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    grpc::GenericStub stub(channel);
    grpc::Slice empty;
    const grpc::ByteBuffer nothing(&empty, 1);
    grpc::ByteBuffer response;
    absl::Notification done;
    grpc::Status status;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &nothing,
                   &response, [&](grpc::Status result) {
                     status = std::move(result);
                     done.Notify();
                   });
    done.WaitForNotification();
    EXPECT_TRUE(status.ok()) << status.error_message();
    grpc::Slice slice;
    if (!status.ok() || !response.DumpToSingleSlice(&slice).ok() || slice.size() != 2) return -1;
    return slice.begin()[1];
  }

  // What openssl says of a handshake; what it says of errors too.
  std::string OpenSsl(const std::string& more) const {
    return Shell("openssl s_client -connect " + Target() + " " + more).text;
  }

  TempDir dir_;
  identity::TestRegistry registry_;
  std::unique_ptr<Process> broker_;
  int port_ = 0;
};

TEST(BrokerCommandLine, WrongUseIsNamedAsTheOtherProgramsDo) {
  const std::pair<const char*, const char*> cases[] = {{"bogus", "bogus"},
                                                       {"run --confg broker.toml", "--confg"},
                                                       {"run", "--config"},
                                                       {"--config x --set nonsense", "--set"},
                                                       {"keys --dir x", "--trust-domain"}};
  for (const auto& [arguments, field] : cases) {
    const Said said = Shell(BrokerPath() + " " + arguments);
    EXPECT_EQ(said.code, kExitUsage) << said.text;
    EXPECT_THAT(said.text, StartsWith("amana-broker: USAGE_INVALID (" + std::string(field) + ")"));
    const Said json = Shell(BrokerPath() + " --json " + arguments);
    EXPECT_EQ(json.code, kExitUsage);
    const auto error = nlohmann::json::parse(json.text, nullptr, false);
    EXPECT_EQ(error.value("error", ""), "USAGE_INVALID") << json.text;
    EXPECT_EQ(error.value("field", ""), field);
    EXPECT_EQ(error["exit_code"], kExitUsage);
  }
  const Said absent = Shell(BrokerPath() + " --json check-config --config /nonexistent");
  EXPECT_EQ(absent.code, kExitUsage);
  EXPECT_EQ(nlohmann::json::parse(absent.text, nullptr, false)["error"], "FILE_NOT_FOUND");
}

TEST(BrokerCommandLine, SaysItsVersion) {
  const Said version = Shell(BrokerPath() + " --version");
  EXPECT_EQ(version.code, kExitDone);
  EXPECT_EQ(version.text, "amana-broker " + std::string(Version()) + "\n");
}

TEST(BrokerCommandLine, KeysAreNamedWithJson) {
  const TempDir dir;
  const std::string command = BrokerPath() + " --json keys --trust-domain amana.example --origin " +
                              "log.test/amana --dir " + dir.File("keys");
  const Said made = Shell(command);
  EXPECT_EQ(made.code, kExitDone) << made.text;
  const auto keys = nlohmann::json::parse(made.text, nullptr, false);
  EXPECT_EQ(keys["tls_csr"], dir.File("keys/tls.csr")) << made.text;
  EXPECT_THAT(keys["vkey"].get<std::string>(), StartsWith("log.test/amana+"));
  const Said again = Shell(command);
  EXPECT_EQ(again.code, kExitRefused);
  EXPECT_EQ(nlohmann::json::parse(again.text, nullptr, false)["error"], "FILE_EXISTS");
}

TEST_F(BrokerSmokeTest, ServesThoseItKnowsAndNobodyElse) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto police = Channel(tests::TestTls("police", Role::kSystem));
  EXPECT_EQ(Health(police), 1);
  const grpc::Status match = Match(police);
  EXPECT_TRUE(match.ok()) << match.error_message();

  const grpc::Status role = Match(Channel(tests::TestTls("oversight", Role::kAuditor)));
  EXPECT_EQ(role.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(InfoOf(role).reason(), "ROLE_NOT_PERMITTED");
  EXPECT_EQ(InfoOf(role).domain(), "amana");

  const grpc::Status unknown = Match(Channel(tests::TestTls("nobody", Role::kSystem)));
  EXPECT_EQ(unknown.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(InfoOf(unknown).reason(), "AGENCY_UNKNOWN");

  const auto foreign =
      tests::MakeForeignCert(tests::TestSpiffe("police", Role::kSystem), crypto::CertUsage::kTls);
  EXPECT_EQ(Match(Channel(foreign)).error_code(), grpc::StatusCode::UNAVAILABLE);

  // Inflating is refused, not done.
  EXPECT_FALSE(Match(police, /*compressed=*/true).ok());
  EXPECT_TRUE(Match(police).ok());
}

TEST_F(BrokerSmokeTest, SpeaksTls13Only) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Write("client.pem", tests::TestTls("police", Role::kSystem).chain_pem, kPublicFile);
  Write("client.key", tests::TestTls("police", Role::kSystem).key_pem, 0400);
  const std::string client = "-CAfile " + dir_.File("root.pem") + " -cert " +
                             dir_.File("client.pem") + " -key " + dir_.File("client.key") +
                             " -cert_chain " + dir_.File("client.pem") + " -alpn h2 ";
  const std::string good = OpenSsl(client + "-tls1_3");
  EXPECT_THAT(good, HasSubstr("TLSv1.3, Cipher is TLS_"));
  EXPECT_THAT(good, HasSubstr("Verify return code: 0 (ok)"));
  EXPECT_THAT(OpenSsl(client + "-tls1_2"), HasSubstr("Cipher is (NONE)"));
}

TEST_F(BrokerSmokeTest, AReceiverIsCutOffWhenItsCertificateIsRevoked) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const tests::TestIdentity& identity = tests::TestTls("haven", Role::kSystem);
  const auto channel = Channel(identity);
  const auto stub = v1::DeliveryService::NewStub(channel);
  const auto open = [](v1::DeliveryService::Stub& stub, grpc::ClientContext& context,
                       const std::string& unit) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    auto stream = stub.Receive(&context);
    v1::ReceiveRequest request;
    request.mutable_open()->set_unit(unit);
    EXPECT_TRUE(stream->Write(request));
    return stream;
  };
  v1::ReceiveResponse response;

  grpc::ClientContext other;
  const auto coast =
      v1::DeliveryService::NewStub(Channel(tests::TestTls("haven", Role::kSystem, "coast")));
  auto not_ours = open(*coast, other, "intake");
  EXPECT_FALSE(not_ours->Read(&response));
  EXPECT_EQ(InfoOf(not_ours->Finish()).reason(), "NOT_FOUND");

  grpc::ClientContext context;
  auto stream = open(*stub, context, "intake");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.opened().lease_ms(), 60'000);
  const absl::Time revoked = absl::Now();
  registry_.Revoke(identity.certificate.id());
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_LT(absl::Now() - revoked, absl::Seconds(10));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(InfoOf(status).reason(), "CERTIFICATE_REVOKED");
  EXPECT_EQ(InfoOf(Match(channel)).reason(), "CERTIFICATE_REVOKED");
}

TEST_F(BrokerSmokeTest, StopsAtSigtermAlsoWithStreamsOpenAndStartsAgain) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto channel = Channel(tests::TestTls("haven", Role::kSystem));
  const auto stub = v1::DeliveryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  auto stream = stub->Receive(&context);
  v1::ReceiveRequest request;
  request.mutable_open()->set_unit("intake");
  ASSERT_TRUE(stream->Write(request));
  v1::ReceiveResponse response;
  ASSERT_TRUE(stream->Read(&response));
  const absl::Time asked = absl::Now();
  broker_->Signal(SIGTERM);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(InfoOf(stream->Finish()).reason(), "SHUTTING_DOWN");
  EXPECT_EQ(broker_->Wait(), 0);
  EXPECT_LT(absl::Now() - asked, absl::Seconds(10));
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(Health(Channel(tests::TestTls("haven", Role::kSystem))), 1);
}

TEST_F(BrokerSmokeTest, RefusesToStartWithAnotherLogsKeyOrKeysThatOthersMayRead) {
  ASSERT_NO_FATAL_FAILURE(Start());
  broker_->Signal(SIGTERM);
  EXPECT_EQ(broker_->Wait(), 0);
  const std::vector<std::string> check = {BrokerPath(), "check-config", "--config",
                                          dir_.File("broker.toml")};
  EXPECT_EQ(Process(check).Wait(), 0);

  EXPECT_EQ(Process({BrokerPath(), "--config", dir_.File("broker.toml"), "--set",
                     "transparency.origin=another.log"})
                .Wait(),
            1);
  EXPECT_EQ(
      Process({BrokerPath(), "--config", dir_.File("broker.toml"), "--set", "no.such=key"}).Wait(),
      2);
  Write("tls.key", tests::TestBrokerTls().key_pem, 0444);
  EXPECT_EQ(Process(check).Wait(), 1);
}

TEST_F(BrokerSmokeTest, ChecksTheStoreOfOneThatIsNotRunning) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const std::string fsck = BrokerPath() + " --json fsck --config " + dir_.File("broker.toml");
  const Said running = Shell(fsck);
  EXPECT_EQ(running.code, 1);
  EXPECT_EQ(nlohmann::json::parse(running.text, nullptr, false)["error"], "ALREADY_RUNNING");
  broker_->Signal(SIGTERM);
  EXPECT_EQ(broker_->Wait(), 0);
  const Said said = Shell(fsck);
  EXPECT_EQ(said.code, 0) << said.text;
  const auto found = nlohmann::json::parse(said.text, nullptr, false);
  EXPECT_EQ(found["persons"], 0) << said.text;
  EXPECT_TRUE(found["findings"].empty()) << said.text;
}

}  // namespace
}  // namespace amana::broker
