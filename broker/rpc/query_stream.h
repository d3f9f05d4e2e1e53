// QueryEvents and CountEvents on a stream. For the .cc files of the services only.
#ifndef AMANA_BROKER_RPC_QUERY_STREAM_H_
#define AMANA_BROKER_RPC_QUERY_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "amana/v1/audit_query.pb.h"
#include "broker/rpc/services.h"

namespace amana::rpc {

// The stream, which lives until gRPC is done with it. One message is written at a time, and nothing
// is looked for meanwhile: a reader that does not take it holds up nobody, and is cut off after a
// while. Whoever follows is looked for every second (OpenStreams::Sweep), so that no commit waits
// for it.
grpc::ServerWriteReactor<v1::QueryEventsResponse>* StreamQuery(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::QueryEventsRequest* request);
grpc::ServerWriteReactor<v1::CountEventsResponse>* StreamCount(
    const Parts& parts, grpc::CallbackServerContext* call, const v1::CountEventsRequest* request);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_QUERY_STREAM_H_
