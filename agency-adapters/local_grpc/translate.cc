#include "agency-adapters/local_grpc/translate.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/status.h"

namespace amana::local_grpc {
namespace {

using Json = nlohmann::ordered_json;
namespace util = google::protobuf::util;

absl::StatusCode CodeOf(int status) {
  switch (status) {
    case 400:
    case 415:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kFailedPrecondition;
    case 413:
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 503:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string Text(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!util::MessageToJsonString(message, &json, options).ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BODY_INVALID", "body",
                     "is no JSON object");
  }
  return json;
}

absl::Status FromJson(std::string_view json, std::string_view member,
                      google::protobuf::Message& message) {
  std::string whole(json);
  if (!member.empty()) whole = "{\"" + std::string(member) + "\":" + whole + "}";
  // Its own error would quote the content.
  if (util::JsonStringToMessage(whole, &message).ok()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInternal, "ANSWER_UNREADABLE", "", "an answer of no message");
}

std::string AsItems(const std::string& json) {
  const Json object = ParseJson<Json>(json);
  if (object.is_object() && object.contains("items")) return json;
  return "{\"items\":[" + json + "]}";
}

absl::Status StatusOf(const http::Response& response) {
  if (response.status >= 200 && response.status < 300) return absl::OkStatus();
  const Json json = ParseJson<Json>(response.body);
  if (!json.is_object()) {
    return MakeError(CodeOf(response.status), "INTERNAL", "", "an answer of no object");
  }
  // A held item that is a dead letter has its reason beside its state.
  std::string reason = Text(json, "error");
  if (reason.empty()) reason = Text(json, "reason");
  return MakeError(CodeOf(response.status), reason.empty() ? "INTERNAL" : reason,
                   Text(json, "field"), Text(json, "message"));
}

std::string Encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace amana::local_grpc
