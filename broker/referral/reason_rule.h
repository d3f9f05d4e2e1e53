// What a transition demands of its reason (domain tables, column `reason_required`).
#ifndef AMANA_BROKER_REFERRAL_REASON_RULE_H_
#define AMANA_BROKER_REFERRAL_REASON_RULE_H_

#include <string>

#include "amana/v1/codes.pb.h"

namespace amana::referral {

enum class ReasonNeeded {
  kOptional,     // none, or any known one
  kAny,          // "reason" of a delivery: any known one
  kBlockCode,    // a decision code that blocks (the two OVERRIDE permits do not)
  kCancelCode,   // "reason" of a task
  kDeclineCode,  // DECLINE
  kOutcomeCode,  // OUTCOME
  kFailCode,     // an OUTCOME that is a failure
  kNativeClass,  // NATIVE error class
  kLegalBasis,   // not a reason: the guard names a legal basis; the reason is optional
  kExitCode,     // not a reason: the guard names an exit code; the reason is optional
  kExactly,      // one of the two codes of the rule
};

struct ReasonRule {
  ReasonNeeded needed = ReasonNeeded::kOptional;
  v1::Reason first = v1::REASON_UNSPECIFIED;
  v1::Reason second = v1::REASON_UNSPECIFIED;  // UNSPECIFIED where there is one code only
};

// An unknown value meets no rule, kOptional included.
bool Meets(const ReasonRule& rule, v1::Reason reason);
// For the error message: "a DECLINE code", "CONSENT_WITHDRAWN or CONSENT_EXPIRED".
std::string Describe(const ReasonRule& rule);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_REASON_RULE_H_
