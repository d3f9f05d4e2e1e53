// The calls of AuditQueryService by their names, with their types; Client (client.h) makes them.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_AUDIT_QUERY_RPCS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_AUDIT_QUERY_RPCS_H_

#include "agency-adapters/sdk/rpcs.h"
#include "amana/v1/audit_query.pb.h"

namespace amana::sdk {

inline constexpr StreamRpc<v1::QueryEventsRequest, v1::QueryEventsResponse> kQueryEvents{
    "/amana.v1.AuditQueryService/QueryEvents"};
inline constexpr StreamRpc<v1::CountEventsRequest, v1::CountEventsResponse> kCountEvents{
    "/amana.v1.AuditQueryService/CountEvents"};
inline constexpr UnaryRpc<v1::OpenCaseRequest, v1::OpenCaseResponse> kOpenCase{
    "/amana.v1.AuditQueryService/OpenCase"};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_AUDIT_QUERY_RPCS_H_
