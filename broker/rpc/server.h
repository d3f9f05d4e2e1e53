// The gRPC server: mutual TLS 1.3, the limits, a listener of our own (listener.h says why), health.
#ifndef AMANA_BROKER_RPC_SERVER_H_
#define AMANA_BROKER_RPC_SERVER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/rpc/listener.h"
#include "broker/rpc/services.h"

namespace amana::rpc {

// Leaves TLS 1.2 nothing to agree on with our P-256 certificates: gRPC 1.51 has no other way to
// allow 1.3 only. First thing in main(), before gRPC is used and before there are threads.
void AllowTls13Only();

// PEM files; read again within a second after they change.
struct TlsFiles {
  std::string certificate;  // the chain, leaf first
  std::string key;
  std::string authorities;  // clients must chain to one of these
};

struct ServerOptions {
  std::string address;  // as Listener::Open wants it
  TlsFiles tls;
  int max_connections = 4096;
  size_t memory_bytes = size_t{512} << 20;  // for all connections' buffers together
};

// Thread-safe.
class Server {
 public:
  // Serves at once; health says NOT_SERVING until SetServing(true). Errors: those of
  // Listener::Open; kInternal when gRPC does not start.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       std::vector<ServicePtr> services);
  ~Server();  // Shutdown at once

  int port() const;
  uint64_t accepted_connections() const;
  uint64_t refused_connections() const;
  // What grpc.health.v1 answers, for the server as a whole and for each service.
  void SetServing(bool serving);
  // Accepts nothing more, lets calls in flight end until `deadline` (of the system's clock),
  // cancels the others and waits for them. Idempotent.
  void Shutdown(absl::Time deadline);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_SERVER_H_
