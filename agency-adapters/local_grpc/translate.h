// Messages of the local API as JSON, and back; answers as statuses. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_TRANSLATE_H_
#define AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_TRANSLATE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/http_message.h"
#include "google/protobuf/message.h"

namespace amana::local_grpc {

// The message as a JSON object; what is not set is not said. BODY_INVALID.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);
// The object into `message`; with `member`, as {member: object}. An unknown member is an error:
// ANSWER_UNREADABLE, kInternal.
absl::Status FromJson(std::string_view json, std::string_view member,
                      google::protobuf::Message& message);
// {"items": [object]} where it is one object.
std::string AsItems(const std::string& json);

// OK, or the answer's reason and field (MakeError of base/status.h).
absl::Status StatusOf(const http::Response& response);

// For a path or a query.
std::string Encoded(std::string_view text);

}  // namespace amana::local_grpc

#endif  // AMANA_AGENCY_ADAPTERS_LOCAL_GRPC_TRANSLATE_H_
