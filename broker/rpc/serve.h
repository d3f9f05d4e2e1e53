// What every unary call has in common. For the .cc files of the services only.
#ifndef AMANA_BROKER_RPC_SERVE_H_
#define AMANA_BROKER_RPC_SERVE_H_

#include <grpcpp/grpcpp.h>

#include <utility>

#include "broker/operations/context.h"
#include "broker/rpc/errors.h"
#include "broker/rpc/front.h"
#include "broker/rpc/peer.h"
#include "broker/rpc/raw.h"
#include "broker/rpc/services.h"
#include "broker/rpc/status.h"

namespace amana::rpc {

using identity::Caller;
using identity::Rpc;
using operations::Reply;

inline absl::StatusOr<Caller> Admit(Front& front, grpc::CallbackServerContext* context, Rpc rpc) {
  absl::StatusOr<Peer> peer = ReadPeer(*context->auth_context());
  if (peer.ok()) return front.Admit(*peer, rpc);
  front.Refused(AgencyId(), peer.status());
  return peer.status();
}

// The request is one object a call, made by gRPC and ours until Finish: its parts may be moved
// from, so that no section is copied.
template <class Message>
Message& Owned(const Message* request) {
  return *const_cast<Message*>(request);
}

// Admits the caller and calls `run(caller, reply)` on the executor; the reply ends the call.
// Request and response live until then. `Out` is Response, or bytes.
template <class Response, class Out, class Run>
grpc::ServerUnaryReactor* ServeAs(Front& front, grpc::CallbackServerContext* context, Rpc rpc,
                                  Out* out, Run run) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = Admit(front, context, rpc);
  if (!caller.ok()) {
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }
  const auto finish = [&front, reactor, out, rpc, agency = caller->agency,
                       began = front.Begin()](absl::StatusOr<Response> answer) {
    front.Answered(rpc, agency, answer.status(), began);
    const grpc::Status status = ToGrpcStatus(answer.status());
    if (answer.ok()) Put(*std::move(answer), out);
    reactor->Finish(status);
  };
  const absl::Status queued = front.Run(
      caller->agency, [context, caller = *caller, finish, run = std::move(run)]() mutable {
        if (context->IsCancelled()) return finish(CallEnded());
        run(caller, Reply<Response>(finish));
      });
  if (!queued.ok()) finish(queued);
  return reactor;
}

template <class Response, class Run>
grpc::ServerUnaryReactor* Serve(Front& front, grpc::CallbackServerContext* context, Rpc rpc,
                                Response* response, Run run) {
  return ServeAs<Response>(front, context, rpc, response, std::move(run));
}

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_SERVE_H_
