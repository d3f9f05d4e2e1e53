// FollowEvents: notices on a stream, from the past into the future. For the .cc files of the
// services only.
#ifndef AMANA_BROKER_RPC_NOTICE_STREAM_H_
#define AMANA_BROKER_RPC_NOTICE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "amana/v1/coordination_service.pb.h"
#include "broker/rpc/services.h"

namespace amana::rpc {

// The stream, which lives until gRPC is done with it. One message is written at a time: a reader
// that does not take it holds up nobody, and is cut off after a while.
grpc::ServerWriteReactor<v1::FollowEventsResponse>* FollowNotices(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::FollowEventsRequest* request);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_NOTICE_STREAM_H_
