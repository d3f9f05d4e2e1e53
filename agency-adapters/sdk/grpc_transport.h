// gRPC under the client: mutual TLS 1.3 with the identity's certificate. The broker must show a TLS
// certificate of role broker and of the pinned broker agency, from a CA that may speak for that
// agency and chains to the pinned root; its host name is not looked at, so an address may be an IP.
// gRPC reconnects by itself; calls made meanwhile fail with BROKER_UNREACHABLE.
//
// TLS 1.2 is shut out by GRPC_SSL_CIPHER_SUITES, which the first ConnectClient of the process sets:
// call it before other threads read the environment or use gRPC.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_GRPC_TRANSPORT_H_
#define AMANA_AGENCY_ADAPTERS_SDK_GRPC_TRANSPORT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "base/clock.h"

namespace amana::sdk {

struct ConnectOptions {
  // Connections, used in turn. One is right but for benches.
  int channels = 1;
  absl::Duration max_reconnect_backoff = absl::Seconds(30);
  ClientOptions client = {};
};

// Connects at the first call. `clock` judges the broker's certificate and must outlive the client.
// Errors: none of the network; those of the TLS key and certificates.
absl::StatusOr<std::unique_ptr<Client>> ConnectClient(const Identity& identity, const Clock& clock,
                                                      const ConnectOptions& options = {});

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_GRPC_TRANSPORT_H_
