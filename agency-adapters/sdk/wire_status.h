// From a call's status to ours: code, and reason and field out of google.rpc.ErrorInfo. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_WIRE_STATUS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_WIRE_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::sdk {

// `details` is the trailer grpc-status-details-bin (error_details.proto). Without an ErrorInfo of
// domain "amana" nobody has judged the statement: CallFailed. Never OK; for code 0 do not ask.
absl::Status FromWireStatus(int code, std::string_view message, std::string_view details);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_WIRE_STATUS_H_
