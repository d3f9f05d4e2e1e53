// What auditors and parties ask of the log.
#include <memory>
#include <utility>

#include "amana/v1/audit_query.grpc.pb.h"
#include "broker/operations/open_case.h"
#include "broker/rpc/query_stream.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

class AuditQueryService final : public v1::AuditQueryService::CallbackService {
 public:
  explicit AuditQueryService(const Parts& parts) : parts_(parts) {}

  grpc::ServerWriteReactor<v1::QueryEventsResponse>* QueryEvents(
      grpc::CallbackServerContext* call, const v1::QueryEventsRequest* request) override {
    return StreamQuery(parts_, call, request);
  }

  grpc::ServerWriteReactor<v1::CountEventsResponse>* CountEvents(
      grpc::CallbackServerContext* call, const v1::CountEventsRequest* request) override {
    return StreamCount(parts_, call, request);
  }

  grpc::ServerUnaryReactor* OpenCase(grpc::CallbackServerContext* call,
                                     const v1::OpenCaseRequest* request,
                                     v1::OpenCaseResponse* response) override {
    return Serve(*parts_.front, call, Rpc::kOpenCase, response,
                 [this, request](const Caller& caller, Reply<v1::OpenCaseResponse> reply) {
                   operations::OpenCase(*parts_.context, caller, *request, std::move(reply));
                 });
  }

 private:
  const Parts parts_;
};

}  // namespace

ServicePtr MakeAuditQueryService(const Parts& parts) {
  return std::make_shared<AuditQueryService>(parts);
}

}  // namespace amana::rpc
