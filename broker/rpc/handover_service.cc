// Handovers, custody and notes: unary calls. A note's reply holds a withdrawal back until it is
// out.
#include "amana/v1/handover_service.grpc.pb.h"

#include <memory>
#include <utility>

#include "broker/operations/get_custody.h"
#include "broker/operations/get_handover.h"
#include "broker/operations/get_note.h"
#include "broker/operations/report_custody.h"
#include "broker/operations/take_handover_step.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

// Ends itself when gRPC is done with it: then its reply is out, or never will be.
class NoteReply final : public grpc::ServerUnaryReactor {
 public:
  void Answer(v1::GetNoteResponse* response, absl::StatusOr<operations::ReleasedNote> note) {
    const grpc::Status status = ToGrpcStatus(note.status());
    if (note.ok()) {
      *response = std::move(note->response);
      writing_ = std::move(note->writing);
    }
    Finish(status);
  }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<void> writing_;
};

class HandoverService final : public v1::HandoverService::CallbackService {
 public:
  explicit HandoverService(const Parts& parts) : front_(*parts.front), context_(*parts.context) {}

  grpc::ServerUnaryReactor* TakeHandoverStep(grpc::CallbackServerContext* call,
                                             const v1::TakeHandoverStepRequest* request,
                                             v1::TakeHandoverStepResponse* response) override {
    return Serve(front_, call, Rpc::kTakeHandoverStep, response,
                 [this, request](const Caller& caller, Reply<v1::TakeHandoverStepResponse> reply) {
                   operations::TakeHandoverStep(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetHandover(grpc::CallbackServerContext* call,
                                        const v1::GetHandoverRequest* request,
                                        v1::GetHandoverResponse* response) override {
    return Serve(front_, call, Rpc::kGetHandover, response,
                 [this, request](const Caller& caller, Reply<v1::GetHandoverResponse> reply) {
                   reply(operations::GetHandover(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ListHandovers(grpc::CallbackServerContext* call,
                                          const v1::ListHandoversRequest* request,
                                          v1::ListHandoversResponse* response) override {
    return Serve(front_, call, Rpc::kListHandovers, response,
                 [this, request](const Caller& caller, Reply<v1::ListHandoversResponse> reply) {
                   reply(operations::ListHandovers(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* GetCustody(grpc::CallbackServerContext* call,
                                       const v1::GetCustodyRequest* request,
                                       v1::GetCustodyResponse* response) override {
    return Serve(front_, call, Rpc::kGetCustody, response,
                 [this, request](const Caller& caller, Reply<v1::GetCustodyResponse> reply) {
                   reply(operations::GetCustody(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ReportCustody(grpc::CallbackServerContext* call,
                                          const v1::ReportCustodyRequest* request,
                                          v1::ReportCustodyResponse* response) override {
    return Serve(front_, call, Rpc::kReportCustody, response,
                 [this, request](const Caller& caller, Reply<v1::ReportCustodyResponse> reply) {
                   operations::ReportCustody(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetNote(grpc::CallbackServerContext* call,
                                    const v1::GetNoteRequest* request,
                                    v1::GetNoteResponse* response) override {
    auto* const reactor = new NoteReply;
    const absl::StatusOr<Caller> caller = Admit(front_, call, Rpc::kGetNote);
    if (!caller.ok()) {
      reactor->Finish(ToGrpcStatus(caller.status()));
      return reactor;
    }
    const auto finish = [this, reactor, response, agency = caller->agency,
                         began = front_.Begin()](absl::StatusOr<operations::ReleasedNote> note) {
      front_.Answered(Rpc::kGetNote, agency, note.status(), began);
      reactor->Answer(response, std::move(note));
    };
    const absl::Status queued =
        front_.Run(caller->agency, [this, call, request, caller = *caller, finish] {
          if (call->IsCancelled()) return finish(CallEnded());
          operations::GetNote(context_, caller, *request, finish);
        });
    if (!queued.ok()) finish(queued);
    return reactor;
  }

 private:
  Front& front_;
  const operations::Context& context_;
};

}  // namespace

ServicePtr MakeHandoverService(const Parts& parts) {
  return std::make_shared<HandoverService>(parts);
}

}  // namespace amana::rpc
