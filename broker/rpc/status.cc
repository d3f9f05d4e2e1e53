#include "broker/rpc/status.h"

#include "broker/rpc/error_details.h"

namespace amana::rpc {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // The codes have the same numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), PublicMessage(status),
                      ErrorDetails(status));
}

}  // namespace amana::rpc
