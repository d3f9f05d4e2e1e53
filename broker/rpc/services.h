// The services of proto/amana/v1: thin callback services that admit the caller, run the
// operation on the executor and reply. No logic.
#ifndef AMANA_BROKER_RPC_SERVICES_H_
#define AMANA_BROKER_RPC_SERVICES_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/operations/context.h"
#include "broker/rpc/front.h"
#include "broker/rpc/open_streams.h"

namespace grpc {
class Service;
}

namespace amana::operations {
class NoticeHub;
}

namespace amana::rpc {

// Everything must outlive the services.
struct Parts {
  Front* front;
  const operations::Context* context;
  OpenStreams* streams;
  operations::NoticeHub* notices;
  // The content of a tlog-tiles resource by its path; NOT_FOUND, TILE_PATH_MALFORMED. Thread-safe.
  std::function<absl::StatusOr<std::string>(std::string_view path)> read_tile;
};

using ServicePtr = std::shared_ptr<grpc::Service>;

ServicePtr MakeReferralService(const Parts& parts);
ServicePtr MakeDeliveryService(const Parts& parts);
ServicePtr MakeConsentService(const Parts& parts);
ServicePtr MakeAuditService(const Parts& parts);
ServicePtr MakeAuditQueryService(const Parts& parts);
ServicePtr MakeAdminService(const Parts& parts);
ServicePtr MakeHandoverService(const Parts& parts);
ServicePtr MakeDirectoryService(const Parts& parts);
ServicePtr MakeCoordinationService(const Parts& parts);

std::vector<ServicePtr> MakeServices(const Parts& parts);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_SERVICES_H_
