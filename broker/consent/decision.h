// The consent decision: may this recipient get this task's sections now, and which. Evaluated at
// submit and again before every attempt, in the same transaction as the lease. Source:
// broker/domain/consent_decisions.csv with its precedences. Pure; thread-safe; about a
// microsecond for a few records.
//
// The grant that counts is the pinned version intersected with every newer live record of the same
// pseudonym: a newer record narrows and never widens. Newer are higher versions of the pinned
// consent, and other consents registered at the same time or later. The person's last word wins:
// a withdrawal denies if it is of the pinned consent (any version), or of another consent of the
// same pseudonym and not older than the pinned record's registration.
//
// An exclusion of a recipient denies. An exclusion of some categories from a recipient withholds
// those sections, and denies only where the service cannot do without one of them or nothing else
// is left.
//
// Every override (VITAL_INTEREST, LEGAL_DUTY, COURT_ORDER) is OVERRIDE_UNAPPROVED, every embassy is
// EMBASSY_PROHIBITED, and everything that crosses the border is CROSS_BORDER_NOT_COVERED: this
// version of the broker has no approvals, no legal advice and no safeguards to rest them on.
#ifndef AMANA_BROKER_CONSENT_DECISION_H_
#define AMANA_BROKER_CONSENT_DECISION_H_

#include <span>
#include <vector>

#include "broker/consent/facts.h"
#include "broker/consent/rule.h"

namespace amana::consent {

struct Decision {
  Outcome outcome = Outcome::kDeny;
  // Every rule that held. May be empty: no rule holding is a DENY.
  RuleSet rules;
  // Why, for the author of an exclusion and for evidence; UNSPECIFIED for PERMIT. Everybody else
  // gets PublicCode().
  v1::Reason code = v1::REASON_CONSENT_MISSING;
  // What may be delivered; never empty for PERMIT and REDACT, always empty for DENY and HOLD.
  codes::CategorySet permitted;
  // Sections the referral has and that are withheld; for DENY and HOLD all of them.
  codes::CategorySet redacted;
  // Categories the service cannot do without and the consent does not cover.
  codes::CategorySet required_missing;
  // The earliest time after `now` at which a validity begins or ends, that is, at which the same
  // facts could give another answer; infinite future when time alone changes nothing.
  absl::Time next_change = absl::InfiniteFuture();

  // PERMIT or REDACT: something may be delivered.
  bool Delivers() const { return outcome == Outcome::kPermit || outcome == Outcome::kRedact; }
  // RECIPIENT_EXCLUDED reads RECIPIENT_NOT_COVERED, and rule 13 reads 12.
  v1::Reason PublicCode() const;
  RuleSet PublicRules() const;
};

// The numbers of the rules, ascending, as an event records them.
std::vector<uint32_t> RuleNumbers(RuleSet rules);

// `records`: every version of every consent of the header's pseudonym, in any order, withdrawn and
// expired ones too; `exclusions`: every exclusion of it. Those of other pseudonyms are ignored.
Decision Decide(const HeaderFacts& header, std::span<const ConsentFacts> records,
                std::span<const ExclusionFacts> exclusions, const RecipientFacts& recipient,
                const Environment& environment);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_DECISION_H_
