#include "base/status.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace amana {
namespace {

constexpr absl::string_view kReasonUrl = "amana/reason";
constexpr absl::string_view kFieldUrl = "amana/field";

std::string Payload(const absl::Status& status, absl::string_view url) {
  const absl::optional<absl::Cord> payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view field,
                       std::string_view message) {
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  status.SetPayload(kReasonUrl, absl::Cord(absl::string_view(reason.data(), reason.size())));
  if (!field.empty()) {
    status.SetPayload(kFieldUrl, absl::Cord(absl::string_view(field.data(), field.size())));
  }
  return status;
}

std::string ErrorReason(const absl::Status& status) { return Payload(status, kReasonUrl); }
std::string ErrorField(const absl::Status& status) { return Payload(status, kFieldUrl); }

}  // namespace amana
