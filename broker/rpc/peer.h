// Who is at the other end, as TLS proved it. The common name is never looked at, and the
// AuthContext, which belongs to the connection, never written to.
#ifndef AMANA_BROKER_RPC_PEER_H_
#define AMANA_BROKER_RPC_PEER_H_

#include "absl/status/statusor.h"
#include "broker/rpc/front.h"

namespace grpc {
class AuthContext;
}

namespace amana::rpc {

// CALLER_UNIDENTIFIED unless there is exactly one SPIFFE id and exactly one certificate.
absl::StatusOr<Peer> ReadPeer(const grpc::AuthContext& context);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_PEER_H_
