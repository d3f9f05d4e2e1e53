// Where the local API listens as gRPC: on this machine only.
#ifndef AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_ADDRESS_H_
#define AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace amana::local_grpc {

inline constexpr std::string_view kUnix = "unix:";

// "unix:/absolute/path", "127.0.0.1:PORT" or "[::1]:PORT" (0: a free port). GRPC_ADDRESS_INVALID.
absl::Status CheckAddress(const std::string& address);

}  // namespace amana::local_grpc

#endif  // AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_ADDRESS_H_
