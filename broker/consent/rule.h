// The rules of broker/domain/consent_decisions.csv by name; the numbers are the table's.
#ifndef AMANA_BROKER_CONSENT_RULE_H_
#define AMANA_BROKER_CONSENT_RULE_H_

#include "amana/v1/codes.pb.h"
#include "proto/codes/code_set.h"

namespace amana::consent {

enum class Rule : int {
  kSignatureInvalid = 1,
  kConsentMissing = 2,
  kConsentCovers = 3,
  kNotYetValid = 4,
  kExpired = 5,
  kWithdrawnBeforeDelivery = 6,
  kWithdrawnDuringRetry = 7,
  kWithdrawnAfterDelivery = 8,
  kCategoryNotCovered = 9,
  kRequiredCategoryNotCovered = 10,
  kPurposeNotCovered = 11,
  kRecipientNotCovered = 12,
  kRecipientExcluded = 13,
  kGuardianRequired = 14,
  kGuardianConflict = 15,
  kBestInterestDecision = 16,
  kReconsentRequired = 17,
  kOverrideVital = 18,
  kOverrideLegal = 19,
  kOverrideUnapproved = 20,
  kCrossBorderNotCovered = 21,
  kSafeguardsMissing = 22,
  kEmbassyProhibited = 23,
  kConsularNotNamed = 24,
  kHealthRecipientNotQualified = 25,
  kOnwardNotCovered = 26,
  kConsentConflict = 27,
  kConsentUnverifiable = 28,
  kNotAReferral = 29,
};

// Rules that held, ascending when walked.
using RuleSet = codes::CodeSet<Rule>;

// Which of them holds says only when the withdrawal came.
inline constexpr RuleSet kWithdrawnRules = {
    Rule::kWithdrawnBeforeDelivery, Rule::kWithdrawnDuringRetry, Rule::kWithdrawnAfterDelivery};

// Column `precedence`; the lowest that holds decides.
enum class Precedence : int { kIntegrity = 1, kDeny = 2, kHold = 3, kRedact = 4, kPermit = 5 };

enum class Outcome { kDeny, kHold, kRedact, kPermit };

struct RuleRow {
  Rule rule;
  Outcome outcome;  // RECALL is a DENY of further delivery
  Precedence precedence;
  v1::Reason code;  // UNSPECIFIED for a permit that rests on consent
};

// The row of a rule; of an unknown one, none (nullptr).
const RuleRow* RowOf(Rule rule);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_RULE_H_
