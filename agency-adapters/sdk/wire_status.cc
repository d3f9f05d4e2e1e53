#include "agency-adapters/sdk/wire_status.h"

#include <string>

#include "agency-adapters/sdk/errors.h"
#include "amana/v1/error_details.pb.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

constexpr std::string_view kErrorInfo = "type.googleapis.com/google.rpc.ErrorInfo";

}  // namespace

absl::Status FromWireStatus(int code, std::string_view message, std::string_view details) {
  const bool known = code > 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  const auto status = known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
  v1::ErrorStatus error;
  if (error.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    for (const google::protobuf::Any& detail : error.details()) {
      v1::ErrorInfo info;
      if (detail.type_url() != kErrorInfo || !info.ParseFromString(detail.value())) continue;
      if (info.domain() != "amana" || info.reason().empty()) continue;
      const auto field = info.metadata().find("field");
      return MakeError(status, info.reason(),
                       field == info.metadata().end() ? std::string() : field->second, message);
    }
  }
  return CallFailed(status, message);
}

}  // namespace amana::sdk
