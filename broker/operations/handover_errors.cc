#include "broker/operations/handover_errors.h"

#include <string>

#include "base/status.h"

namespace amana::operations {
namespace {

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view field,
                   std::string_view message) {
  return MakeError(code, reason, field, std::string(field) + ": " + std::string(message));
}
absl::Status Precondition(std::string_view reason, std::string_view field,
                          std::string_view message) {
  return Error(absl::StatusCode::kFailedPrecondition, reason, field, message);
}

}  // namespace

absl::Status HandoverUnderWay() {
  return Precondition("HANDOVER_UNDER_WAY", "handover",
                      "the person is being handed over in another attempt, which must end first");
}
absl::Status AttemptOutOfOrder() {
  return Precondition("ATTEMPT_OUT_OF_ORDER", "handover.attempt",
                      "must be one more than the last attempt of the task");
}
absl::Status HandoverStepOutdated() {
  return Error(absl::StatusCode::kAborted, "HANDOVER_STEP_OUTDATED", "previous",
               "is not the last step that was taken; another came first");
}
absl::Status HandoverTaskOver() {
  return Precondition("HANDOVER_TASK_OVER", "handover",
                      "the task is not accepted any more; only steps that end the attempt or tell "
                      "where the person is are taken");
}
absl::Status HandoverConsentDenies() {
  return Precondition("HANDOVER_CONSENT_DENIES", "handover",
                      "nothing may be shared about the person now");
}
absl::Status AlreadyResponsible() {
  return Precondition("ALREADY_RESPONSIBLE", "handover",
                      "the recipient is responsible for the person already");
}
absl::Status HandoverCodeWrong(uint32_t left) {
  return Error(absl::StatusCode::kPermissionDenied, "HANDOVER_CODE_WRONG", "code",
               "is not the one of this handover; " + std::to_string(left) + " more are taken");
}
absl::Status HandoverCodeLocked() {
  return Precondition("HANDOVER_CODE_LOCKED", "code",
                      "too many wrong ones; none is taken until the person is on the way anew");
}
absl::Status HandoverDigestMismatch() {
  return Precondition("HANDOVER_DIGEST_MISMATCH", "handover_digest",
                      "is not what the other side signs");
}
absl::Status HandoverAlreadySigned() {
  return Error(absl::StatusCode::kAlreadyExists, "HANDOVER_ALREADY_SIGNED", "actor",
               "has signed; the other side has not yet");
}
absl::Status NotInCare(std::string_view field) {
  return Precondition("NOT_IN_CARE", field,
                      "MOVED_ON is for who was handed on, and nothing else can be said of them");
}
absl::Status CustodyOutdated() {
  return Error(absl::StatusCode::kAborted, "CUSTODY_OUTDATED", "previous",
               "something newer says where the person is");
}
absl::Status CustodyInHandover() {
  return Precondition("CUSTODY_IN_HANDOVER", "now",
                      "the person is being handed over; the handover's steps say where they are");
}

}  // namespace amana::operations
