// The error catalogue of the referral room. None is retryable as it stands. Messages name states,
// actors and codes only.
#ifndef AMANA_BROKER_REFERRAL_ERRORS_H_
#define AMANA_BROKER_REFERRAL_ERRORS_H_

#include <string_view>

#include "base/status.h"

namespace amana::referral {

// kFailedPrecondition TRANSITION_NOT_ALLOWED, field "state": the table has no such row.
absl::Status TransitionNotAllowed(std::string_view machine, std::string_view from,
                                  std::string_view to);
// kPermissionDenied ACTOR_NOT_ALLOWED, field "actor": the row is another actor's.
absl::Status ActorNotAllowed(std::string_view from, std::string_view to, std::string_view actor);
// kInvalidArgument REASON_REQUIRED, field "reason": the row needs `wanted`; the reason is missing,
// unknown, or of another kind.
absl::Status ReasonRequired(std::string_view from, std::string_view to, std::string_view wanted);
// kFailedPrecondition GUARD_NOT_MET, field "state": a fact the row depends on is not so.
absl::Status GuardNotMet(std::string_view from, std::string_view to, std::string_view guard);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_ERRORS_H_
