#include <memory>

#include "amana/v1/coordination_service.grpc.pb.h"
#include "broker/operations/act_on_item.h"
#include "broker/operations/answer_question.h"
#include "broker/operations/ask_question.h"
#include "broker/operations/get_timeline.h"
#include "broker/operations/list_queue.h"
#include "broker/operations/record_call.h"
#include "broker/operations/report_outcome.h"
#include "broker/operations/reroute_task.h"
#include "broker/operations/set_candidates.h"
#include "broker/operations/start_service.h"
#include "broker/rpc/notice_stream.h"
#include "broker/rpc/serve.h"

namespace amana::rpc {
namespace {

class CoordinationService final : public v1::CoordinationService::CallbackService {
 public:
  explicit CoordinationService(const Parts& parts)
      : parts_(parts), front_(*parts.front), context_(*parts.context) {}

  grpc::ServerUnaryReactor* SetCandidates(grpc::CallbackServerContext* call,
                                          const v1::SetCandidatesRequest* request,
                                          v1::SetCandidatesResponse* response) override {
    return Serve(front_, call, Rpc::kSetCandidates, response,
                 [this, request](const Caller& caller, Reply<v1::SetCandidatesResponse> reply) {
                   operations::SetCandidates(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* RerouteTask(grpc::CallbackServerContext* call,
                                        const v1::RerouteTaskRequest* request,
                                        v1::RerouteTaskResponse* response) override {
    return Serve(front_, call, Rpc::kRerouteTask, response,
                 [this, request](const Caller& caller, Reply<v1::RerouteTaskResponse> reply) {
                   operations::RerouteTask(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* AskQuestion(grpc::CallbackServerContext* call,
                                        const v1::AskQuestionRequest* request,
                                        v1::AskQuestionResponse* response) override {
    return Serve(front_, call, Rpc::kAskQuestion, response,
                 [this, request](const Caller& caller, Reply<v1::AskQuestionResponse> reply) {
                   operations::AskQuestion(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* AnswerQuestion(grpc::CallbackServerContext* call,
                                           const v1::AnswerQuestionRequest* request,
                                           v1::AnswerQuestionResponse* response) override {
    return Serve(front_, call, Rpc::kAnswerQuestion, response,
                 [this, request](const Caller& caller, Reply<v1::AnswerQuestionResponse> reply) {
                   operations::AnswerQuestion(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* StartService(grpc::CallbackServerContext* call,
                                         const v1::StartServiceRequest* request,
                                         v1::StartServiceResponse* response) override {
    return Serve(front_, call, Rpc::kStartService, response,
                 [this, request](const Caller& caller, Reply<v1::StartServiceResponse> reply) {
                   operations::StartService(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* ReportOutcome(grpc::CallbackServerContext* call,
                                          const v1::ReportOutcomeRequest* request,
                                          v1::ReportOutcomeResponse* response) override {
    return Serve(front_, call, Rpc::kReportOutcome, response,
                 [this, request](const Caller& caller, Reply<v1::ReportOutcomeResponse> reply) {
                   operations::ReportOutcome(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* RecordCall(grpc::CallbackServerContext* call,
                                       const v1::RecordCallRequest* request,
                                       v1::RecordCallResponse* response) override {
    return Serve(front_, call, Rpc::kRecordCall, response,
                 [this, request](const Caller& caller, Reply<v1::RecordCallResponse> reply) {
                   operations::RecordCall(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* ListQueue(grpc::CallbackServerContext* call,
                                      const v1::ListQueueRequest* request,
                                      v1::ListQueueResponse* response) override {
    return Serve(front_, call, Rpc::kListQueue, response,
                 [this, request](const Caller& caller, Reply<v1::ListQueueResponse> reply) {
                   reply(operations::ListQueue(context_, caller, *request));
                 });
  }

  grpc::ServerUnaryReactor* ActOnItem(grpc::CallbackServerContext* call,
                                      const v1::ActOnItemRequest* request,
                                      v1::ActOnItemResponse* response) override {
    return Serve(front_, call, Rpc::kActOnItem, response,
                 [this, request](const Caller& caller, Reply<v1::ActOnItemResponse> reply) {
                   operations::ActOnItem(context_, caller, *request, std::move(reply));
                 });
  }

  grpc::ServerUnaryReactor* GetTimeline(grpc::CallbackServerContext* call,
                                        const v1::GetTimelineRequest* request,
                                        v1::GetTimelineResponse* response) override {
    return Serve(front_, call, Rpc::kGetTimeline, response,
                 [this, request](const Caller& caller, Reply<v1::GetTimelineResponse> reply) {
                   reply(operations::GetTimeline(context_, caller, *request));
                 });
  }

  grpc::ServerWriteReactor<v1::FollowEventsResponse>* FollowEvents(
      grpc::CallbackServerContext* call, const v1::FollowEventsRequest* request) override {
    return FollowNotices(parts_, call, request);
  }

 private:
  const Parts parts_;
  Front& front_;
  const operations::Context& context_;
};

}  // namespace

ServicePtr MakeCoordinationService(const Parts& parts) {
  return std::make_shared<CoordinationService>(parts);
}

}  // namespace amana::rpc
