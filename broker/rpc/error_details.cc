#include "broker/rpc/error_details.h"

#include "amana/v1/error_details.pb.h"
#include "base/status.h"
#include "broker/rpc/errors.h"

namespace amana::rpc {

std::string PublicReason(const absl::Status& status) {
  std::string reason = ErrorReason(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

std::string PublicMessage(const absl::Status& status) {
  if (absl::IsInternal(status) || absl::IsUnknown(status)) return "internal error";
  return std::string(status.message());
}

std::string ErrorDetails(const absl::Status& status) {
  v1::ErrorInfo info;
  info.set_reason(PublicReason(status));
  info.set_domain(kErrorDomain);
  const std::string field = ErrorField(status);
  if (!field.empty()) (*info.mutable_metadata())["field"] = field;

  v1::ErrorStatus out;
  out.set_code(static_cast<int32_t>(status.code()));
  out.set_message(PublicMessage(status));
  google::protobuf::Any* detail = out.add_details();
  detail->set_type_url(kErrorInfoUrl);
  detail->set_value(info.SerializeAsString());
  if (const auto retry = status.GetPayload(kRetryInfoUrl); retry.has_value()) {
    detail = out.add_details();
    detail->set_type_url(kRetryInfoUrl);
    detail->set_value(std::string(*retry));
  }
  return out.SerializeAsString();
}

v1::Refusal ToRefusal(const absl::Status& status) {
  v1::Refusal refusal;
  refusal.set_code(static_cast<int32_t>(status.code()));
  refusal.set_reason(PublicReason(status));
  refusal.set_field(ErrorField(status));
  refusal.set_message(PublicMessage(status));
  return refusal;
}

}  // namespace amana::rpc
