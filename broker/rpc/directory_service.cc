// The directory: unary calls.
#include <memory>
#include <utility>

#include "amana/v1/directory_service.grpc.pb.h"
#include "broker/operations/get_directory.h"
#include "broker/operations/set_directory_entry.h"
#include "broker/operations/unit_word.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

class DirectoryService final : public v1::DirectoryService::CallbackService {
 public:
  explicit DirectoryService(const Parts& parts) : front_(*parts.front), context_(*parts.context) {}

  grpc::ServerUnaryReactor* SetDirectoryEntry(grpc::CallbackServerContext* call,
                                              const v1::SetDirectoryEntryRequest* request,
                                              v1::SetDirectoryEntryResponse* response) override {
    return Serve(front_, call, Rpc::kSetDirectoryEntry, response,
                 [this, request](const Caller& caller, Reply<v1::SetDirectoryEntryResponse> reply) {
                   operations::SetDirectoryEntry(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetDirectoryEntry(grpc::CallbackServerContext* call,
                                              const v1::GetDirectoryEntryRequest* request,
                                              v1::GetDirectoryEntryResponse* response) override {
    return Serve(front_, call, Rpc::kGetDirectoryEntry, response,
                 [this, request](const Caller&, Reply<v1::GetDirectoryEntryResponse> reply) {
                   reply(operations::GetDirectoryEntry(context_, *request));
                 });
  }

  grpc::ServerUnaryReactor* ListDirectory(grpc::CallbackServerContext* call,
                                          const v1::ListDirectoryRequest* request,
                                          v1::ListDirectoryResponse* response) override {
    return Serve(front_, call, Rpc::kListDirectory, response,
                 [this, request](const Caller&, Reply<v1::ListDirectoryResponse> reply) {
                   reply(operations::ListDirectory(context_, *request));
                 });
  }

  grpc::ServerUnaryReactor* ReportCapacity(grpc::CallbackServerContext* call,
                                           const v1::ReportCapacityRequest* request,
                                           v1::ReportCapacityResponse* response) override {
    return Serve(front_, call, Rpc::kReportCapacity, response,
                 [this, request](const Caller& caller, Reply<v1::ReportCapacityResponse> reply) {
                   operations::ReportCapacity(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* SetDutyRoster(grpc::CallbackServerContext* call,
                                          const v1::SetDutyRosterRequest* request,
                                          v1::SetDutyRosterResponse* response) override {
    return Serve(front_, call, Rpc::kSetDutyRoster, response,
                 [this, request](const Caller& caller, Reply<v1::SetDutyRosterResponse> reply) {
                   operations::SetDutyRoster(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetDuty(grpc::CallbackServerContext* call,
                                    const v1::GetDutyRequest* request,
                                    v1::GetDutyResponse* response) override {
    return Serve(front_, call, Rpc::kGetDuty, response,
                 [this, request](const Caller&, Reply<v1::GetDutyResponse> reply) {
                   reply(operations::GetDuty(context_, *request));
                 });
  }

 private:
  Front& front_;
  const operations::Context& context_;
};

}  // namespace

ServicePtr MakeDirectoryService(const Parts& parts) {
  return std::make_shared<DirectoryService>(parts);
}

}  // namespace amana::rpc
