#include "broker/rpc/testing.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/durable_file.h"

namespace amana::rpc {

void ServedTest::Serve(std::vector<ServicePtr> services) {
  world_.store().SetCommitListener(
      [this](const std::vector<Address>& woken, const store::CommittedBatch&) {
        world_.context().dispatcher->Wake(woken);
      });
  const tests::TestIdentity& broker = tests::TestBrokerTls();
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(keys_.File("tls.pem"), broker.chain_pem, kPublicFile));
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(keys_.File("tls.key"), broker.key_pem, kPrivateFile));
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(keys_.File("root.pem"), tests::TestRootPem(), kPublicFile));
  auto server = Server::Start({.address = "127.0.0.1:0",
                               .tls = {.certificate = keys_.File("tls.pem"),
                                       .key = keys_.File("tls.key"),
                                       .authorities = keys_.File("root.pem")}},
                              std::move(services));
  AMANA_ASSERT_OK(server.status());
  server_ = *std::move(server);
}

void ServedTest::TearDown() {
  if (server_ != nullptr) server_->Shutdown(absl::Now());
  executor_.Stop();
  world_.store().Close();
}

std::shared_ptr<grpc::Channel> ServedTest::Connect(const tests::TestIdentity& who) const {
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = tests::TestRootPem();
  ssl.pem_cert_chain = who.chain_pem;
  ssl.pem_private_key = who.key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()),
                                   grpc::SslCredentials(ssl), arguments);
}

}  // namespace amana::rpc
