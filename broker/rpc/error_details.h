// What the other side is told of an error: its code, reason, field and message. The one place where
// an absl::Status becomes something on the wire.
//
// Errors that are bugs of ours (kInternal, kUnknown) travel without their message.
#ifndef AMANA_BROKER_RPC_ERROR_DETAILS_H_
#define AMANA_BROKER_RPC_ERROR_DETAILS_H_

#include <string>

#include "absl/status/status.h"
#include "amana/v1/referral_service.pb.h"

namespace amana::rpc {

inline constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
inline constexpr char kErrorDomain[] = "amana";

// Never empty: the code's name for a status that MakeError did not make.
std::string PublicReason(const absl::Status& status);
std::string PublicMessage(const absl::Status& status);

// The bytes of the trailer grpc-status-details-bin: a serialised v1::ErrorStatus
// (google.rpc.Status) with ErrorInfo and, where the status says when to try again, RetryInfo.
std::string ErrorDetails(const absl::Status& status);

// The same as an item's outcome inside a batch.
v1::Refusal ToRefusal(const absl::Status& status);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_ERROR_DETAILS_H_
