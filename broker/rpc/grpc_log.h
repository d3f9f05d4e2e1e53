// Where gRPC's own complaints go: to our log, as a place in its code and a count, once a second at
// most for all of them. gRPC's default writes a line of text for each failed handshake, which
// anybody who can connect can cause.
#ifndef AMANA_BROKER_RPC_GRPC_LOG_H_
#define AMANA_BROKER_RPC_GRPC_LOG_H_

namespace amana::rpc {

// For the whole process; idempotent.
void TakeOverGrpcLog();

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_GRPC_LOG_H_
