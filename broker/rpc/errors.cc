#include "broker/rpc/errors.h"

#include <string>

#include "absl/strings/cord.h"
#include "amana/v1/error_details.pb.h"
#include "base/status.h"

namespace amana::rpc {
namespace {

absl::Status WithRetry(absl::Status status, absl::Duration after) {
  const int64_t ms = absl::ToInt64Milliseconds(absl::Ceil(after, absl::Milliseconds(1)));
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(ms / 1000);
  info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(ms % 1000) * 1'000'000);
  status.SetPayload(kRetryInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

absl::Status Exhausted(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kResourceExhausted, reason, "", message);
}

}  // namespace

absl::Status CallerUnidentified() {
  return MakeError(absl::StatusCode::kUnauthenticated, "CALLER_UNIDENTIFIED", "",
                   "the connection shows no client certificate with exactly one SPIFFE id");
}

absl::Status BatchSizeInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "BATCH_SIZE_INVALID", "submissions",
                   "a batch carries 1 to 64 submissions");
}

absl::Status MessageMalformed(std::string_view field) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MESSAGE_MALFORMED", field,
                   std::string(field) + ": the message is not of its type");
}

absl::Status StreamProtocol(std::string_view field, std::string_view expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, "STREAM_PROTOCOL", field,
                   std::string(field) + ": expected " + std::string(expected));
}

absl::Status NotServing() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_SERVING", "",
                   "the broker cannot judge certificates at present");
}

absl::Status ShuttingDown() {
  return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "",
                   "the broker is shutting down");
}

absl::Status CallEnded() {
  return MakeError(absl::StatusCode::kCancelled, "CALL_ENDED", "",
                   "the call ended before its turn came");
}

absl::Status Overloaded() {
  return WithRetry(Exhausted("OVERLOADED", "too many calls of this agency are waiting"),
                   absl::Milliseconds(200));
}

absl::Status RateLimited(absl::Duration retry_after) {
  return WithRetry(Exhausted("RATE_LIMITED", "over the agency's rate"), retry_after);
}

absl::Status QuotaExceeded(absl::Duration retry_after) {
  return WithRetry(Exhausted("QUOTA_EXCEEDED", "over the agency's quota of submissions a day"),
                   retry_after);
}

}  // namespace amana::rpc
