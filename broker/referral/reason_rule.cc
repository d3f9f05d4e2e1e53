#include "broker/referral/reason_rule.h"

#include "proto/codes/codes.h"
#include "proto/codes/names.h"

namespace amana::referral {

using codes::KindOf;
using codes::ReasonKind;

bool Meets(const ReasonRule& rule, v1::Reason reason) {
  switch (rule.needed) {
    case ReasonNeeded::kOptional:
    case ReasonNeeded::kLegalBasis:
    case ReasonNeeded::kExitCode:
      return reason == v1::REASON_UNSPECIFIED || codes::IsKnown(reason);
    case ReasonNeeded::kAny:
      return codes::IsKnown(reason);
    case ReasonNeeded::kBlockCode:
      return KindOf(reason) == ReasonKind::kBlock && reason != v1::REASON_OVERRIDE_VITAL &&
             reason != v1::REASON_OVERRIDE_LEGAL;
    case ReasonNeeded::kCancelCode:
      return KindOf(reason) == ReasonKind::kCancel;
    case ReasonNeeded::kDeclineCode:
      return KindOf(reason) == ReasonKind::kDecline;
    case ReasonNeeded::kOutcomeCode:
      return KindOf(reason) == ReasonKind::kOutcome;
    case ReasonNeeded::kFailCode:
      return codes::IsFailure(reason);
    case ReasonNeeded::kNativeClass:
      return KindOf(reason) == ReasonKind::kNative;
    case ReasonNeeded::kExactly:
      return reason != v1::REASON_UNSPECIFIED && (reason == rule.first || reason == rule.second);
  }
  return false;
}

std::string Describe(const ReasonRule& rule) {
  switch (rule.needed) {
    case ReasonNeeded::kOptional:
    case ReasonNeeded::kLegalBasis:
    case ReasonNeeded::kExitCode:
      return "a known reason, or none";
    case ReasonNeeded::kAny:
      return "a reason";
    case ReasonNeeded::kBlockCode:
      return "a block code";
    case ReasonNeeded::kCancelCode:
      return "a CANCEL code";
    case ReasonNeeded::kDeclineCode:
      return "a DECLINE code";
    case ReasonNeeded::kOutcomeCode:
      return "an OUTCOME code";
    case ReasonNeeded::kFailCode:
      return "an OUTCOME code that is a failure";
    case ReasonNeeded::kNativeClass:
      return "a native error class";
    case ReasonNeeded::kExactly:
      if (rule.second == v1::REASON_UNSPECIFIED) return std::string(codes::CodeName(rule.first));
      return std::string(codes::CodeName(rule.first)) + " or " +
             std::string(codes::CodeName(rule.second));
  }
  return "a reason";
}

}  // namespace amana::referral
