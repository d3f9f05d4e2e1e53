#include "broker/consent/rule.h"

#include <algorithm>

namespace amana::consent {
namespace {

constexpr RuleRow Integrity(Rule rule, Outcome outcome, v1::Reason code) {
  return {rule, outcome, Precedence::kIntegrity, code};
}
constexpr RuleRow Deny(Rule rule, v1::Reason code) {
  return {rule, Outcome::kDeny, Precedence::kDeny, code};
}
constexpr RuleRow Hold(Rule rule, v1::Reason code) {
  return {rule, Outcome::kHold, Precedence::kHold, code};
}
constexpr RuleRow Redact(Rule rule, v1::Reason code) {
  return {rule, Outcome::kRedact, Precedence::kRedact, code};
}
constexpr RuleRow Permit(Rule rule, v1::Reason code = v1::REASON_UNSPECIFIED) {
  return {rule, Outcome::kPermit, Precedence::kPermit, code};
}

constexpr RuleRow kRows[] = {
    Integrity(Rule::kSignatureInvalid, Outcome::kDeny, v1::REASON_SIGNATURE_INVALID),
    Deny(Rule::kConsentMissing, v1::REASON_CONSENT_MISSING),
    Permit(Rule::kConsentCovers),
    Hold(Rule::kNotYetValid, v1::REASON_CONSENT_NOT_YET_VALID),
    Deny(Rule::kExpired, v1::REASON_CONSENT_EXPIRED),
    Deny(Rule::kWithdrawnBeforeDelivery, v1::REASON_CONSENT_WITHDRAWN),
    Deny(Rule::kWithdrawnDuringRetry, v1::REASON_CONSENT_WITHDRAWN),
    Deny(Rule::kWithdrawnAfterDelivery, v1::REASON_CONSENT_WITHDRAWN),
    Redact(Rule::kCategoryNotCovered, v1::REASON_CATEGORY_NOT_COVERED),
    Deny(Rule::kRequiredCategoryNotCovered, v1::REASON_REQUIRED_CATEGORY_NOT_COVERED),
    Deny(Rule::kPurposeNotCovered, v1::REASON_PURPOSE_NOT_COVERED),
    Deny(Rule::kRecipientNotCovered, v1::REASON_RECIPIENT_NOT_COVERED),
    Deny(Rule::kRecipientExcluded, v1::REASON_RECIPIENT_EXCLUDED),
    Deny(Rule::kGuardianRequired, v1::REASON_GUARDIAN_REQUIRED),
    Deny(Rule::kGuardianConflict, v1::REASON_GUARDIAN_CONFLICT),
    Permit(Rule::kBestInterestDecision),
    Hold(Rule::kReconsentRequired, v1::REASON_RECONSENT_REQUIRED),
    Permit(Rule::kOverrideVital, v1::REASON_OVERRIDE_VITAL),
    Permit(Rule::kOverrideLegal, v1::REASON_OVERRIDE_LEGAL),
    Deny(Rule::kOverrideUnapproved, v1::REASON_OVERRIDE_UNAPPROVED),
    Deny(Rule::kCrossBorderNotCovered, v1::REASON_CROSS_BORDER_NOT_COVERED),
    Deny(Rule::kSafeguardsMissing, v1::REASON_SAFEGUARDS_MISSING),
    Deny(Rule::kEmbassyProhibited, v1::REASON_EMBASSY_PROHIBITED),
    Deny(Rule::kConsularNotNamed, v1::REASON_RECIPIENT_NOT_COVERED),
    Redact(Rule::kHealthRecipientNotQualified, v1::REASON_HEALTH_RECIPIENT_NOT_QUALIFIED),
    Deny(Rule::kOnwardNotCovered, v1::REASON_ONWARD_NOT_COVERED),
    Redact(Rule::kConsentConflict, v1::REASON_CONSENT_CONFLICT),
    Integrity(Rule::kConsentUnverifiable, Outcome::kHold, v1::REASON_CONSENT_UNVERIFIABLE),
    Deny(Rule::kNotAReferral, v1::REASON_NOT_A_REFERRAL),
};

}  // namespace

const RuleRow* RowOf(Rule rule) {
  const RuleRow* row = std::ranges::find(kRows, rule, &RuleRow::rule);
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace amana::consent
