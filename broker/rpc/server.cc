#include "broker/rpc/server.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <stdlib.h>

#include <mutex>
#include <utility>

#include "base/status.h"
#include "broker/rpc/grpc_log.h"

namespace amana::rpc {
namespace {

using grpc::experimental::ExternalConnectionAcceptor;

constexpr unsigned kTlsRefreshSeconds = 1;
constexpr int kMaxMessageBytes = 1 << 20;

struct Setting {
  const char* name;
  int value;
};
constexpr Setting kSettings[] = {
    {GRPC_ARG_MAX_CONCURRENT_STREAMS, 64},
    {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5'000},
    {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * 60'000},
    {GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60'000},
    // After its age a connection takes no new calls; those it has may still end.
    {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30'000},
    {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2},
    // Receivers on poor links ping to know that they are still connected.
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000},
    // A receiver that vanished is noticed, and what it leased offered elsewhere.
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60'000},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000},
    {GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024},
    // No compression either way: 1.51 inflates without bound. A compressed message is refused.
    {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE},
    {GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0},
    {GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0},
    {GRPC_ARG_ENABLE_CHANNELZ, 0},
};

std::shared_ptr<grpc::ServerCredentials> MutualTls(const TlsFiles& files) {
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          files.key, files.certificate, files.authorities, kTlsRefreshSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder& builder) {
  for (const Setting& setting : kSettings) builder.AddChannelArgument(setting.name, setting.value);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  grpc::ResourceQuota quota("amana");
  quota.Resize(options.memory_bytes);
  builder.SetResourceQuota(quota);
}

}  // namespace

void AllowTls13Only() {
  // An RSA suite, so that 1.2 finds no certificate for it; suites of 1.3 are not touched by this.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES256-GCM-SHA384", 1);
}

struct Server::Impl {
  std::vector<ServicePtr> services;
  std::unique_ptr<ExternalConnectionAcceptor> acceptor;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<Listener> listener;  // first to go
  std::once_flag shut_down;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      std::vector<ServicePtr> services) {
  TakeOverGrpcLog();
  auto impl = std::make_unique<Impl>();
  impl->services = std::move(services);
  AMANA_ASSIGN_OR_RETURN(impl->listener, Listener::Open(options.address, options.max_connections));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  for (const ServicePtr& service : impl->services) builder.RegisterService(service.get());
  impl->acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      MutualTls(options.tls));
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || impl->server->GetHealthCheckService() == nullptr) {
    return MakeError(absl::StatusCode::kInternal, "SERVER_NOT_STARTED", "",
                     "gRPC did not start: see its own messages on stderr");
  }
  impl->server->GetHealthCheckService()->SetServingStatus(false);
  impl->listener->Start([acceptor = impl->acceptor.get()](int listener_fd, int fd) {
    ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = listener_fd;
    connection.fd = fd;
    acceptor->HandleNewConnection(&connection);
  });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { Shutdown(absl::UnixEpoch()); }

int Server::port() const { return impl_->listener->port(); }
uint64_t Server::accepted_connections() const { return impl_->listener->accepted(); }
uint64_t Server::refused_connections() const { return impl_->listener->refused(); }

void Server::SetServing(bool serving) {
  impl_->server->GetHealthCheckService()->SetServingStatus(serving);
}

void Server::Shutdown(absl::Time deadline) {
  std::call_once(impl_->shut_down, [this, deadline] {
    impl_->listener->Stop();
    impl_->server->GetHealthCheckService()->Shutdown();
    impl_->server->Shutdown(absl::ToChronoTime(deadline));
    impl_->server->Wait();
  });
}

}  // namespace amana::rpc
