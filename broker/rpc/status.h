// absl::Status to grpc::Status; what it carries is error_details.h's.
#ifndef AMANA_BROKER_RPC_STATUS_H_
#define AMANA_BROKER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace amana::rpc {

grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_STATUS_H_
