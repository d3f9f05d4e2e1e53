#include "broker/referral/errors.h"

#include <string>

namespace amana::referral {
namespace {

std::string Arrow(std::string_view from, std::string_view to) {
  return std::string(from) + " -> " + std::string(to);
}

}  // namespace

absl::Status TransitionNotAllowed(std::string_view machine, std::string_view from,
                                  std::string_view to) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED", "state",
                   std::string(machine) + ": no transition " + Arrow(from, to));
}

absl::Status ActorNotAllowed(std::string_view from, std::string_view to, std::string_view actor) {
  return MakeError(absl::StatusCode::kPermissionDenied, "ACTOR_NOT_ALLOWED", "actor",
                   Arrow(from, to) + " is not for " + std::string(actor));
}

absl::Status ReasonRequired(std::string_view from, std::string_view to, std::string_view wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "REASON_REQUIRED", "reason",
                   Arrow(from, to) + " needs " + std::string(wanted));
}

absl::Status GuardNotMet(std::string_view from, std::string_view to, std::string_view guard) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "GUARD_NOT_MET", "state",
                   Arrow(from, to) + " needs: " + std::string(guard));
}

}  // namespace amana::referral
