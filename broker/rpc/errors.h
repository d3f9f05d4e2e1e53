// The error catalogue of rpc/: refusals that are about the call, not about what it asks.
#ifndef AMANA_BROKER_RPC_ERRORS_H_
#define AMANA_BROKER_RPC_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace amana::rpc {

// The payload under which a status says when to try again: a serialised v1::RetryInfo.
inline constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

absl::Status CallerUnidentified();  // kUnauthenticated CALLER_UNIDENTIFIED
absl::Status BatchSizeInvalid();    // kInvalidArgument BATCH_SIZE_INVALID
// kInvalidArgument MESSAGE_MALFORMED: a message that is not of its type.
absl::Status MessageMalformed(std::string_view field);
// kInvalidArgument STREAM_PROTOCOL: a message that does not belong here.
absl::Status StreamProtocol(std::string_view field, std::string_view expected);
absl::Status NotServing();    // kUnavailable NOT_SERVING
absl::Status ShuttingDown();  // kUnavailable SHUTTING_DOWN
absl::Status CallEnded();     // kCancelled CALL_ENDED: nobody waits for the answer any more

// kResourceExhausted; all three carry RetryInfo.
absl::Status Overloaded();                               // OVERLOADED: the agency's queue is full
absl::Status RateLimited(absl::Duration retry_after);    // RATE_LIMITED
absl::Status QuotaExceeded(absl::Duration retry_after);  // QUOTA_EXCEEDED

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_ERRORS_H_
