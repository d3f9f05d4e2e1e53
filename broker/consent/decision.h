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
// is left. Nobody but its author can tell an exclusion from a consent that never covered the
// recipient or the categories: that is what the public rules and code are of, and everything else
// in a decision is the same for both. One thing cannot be hidden: where an approved override would
// have made up for what the consent does not cover and an exclusion keeps it from doing so, the
// public rules say 9, 10 or 12.
//
// Permitted is what the consent gives by itself and what an approved override gives (override.h),
// without what is excluded. COURT_ORDER alone lifts an exclusion: what it names goes all the same,
// and of the consent what is excluded is left out. What an override lifts is not named among the
// rules; rule 18 or 19 is.
#ifndef AMANA_BROKER_CONSENT_DECISION_H_
#define AMANA_BROKER_CONSENT_DECISION_H_

#include <optional>
#include <span>
#include <vector>

#include "broker/consent/facts.h"
#include "broker/consent/rule.h"

namespace amana::consent {

struct Decision {
  Outcome outcome = Outcome::kDeny;
  // Every rule that held and was not lifted. May be empty: no rule holding is a DENY.
  RuleSet rules;
  // Why, for the author of an exclusion and for evidence; for PERMIT the code of the override that
  // gives it, UNSPECIFIED where consent does. Everybody else gets PublicCode().
  v1::Reason code = v1::REASON_CONSENT_MISSING;
  // What may be delivered; never empty for PERMIT and REDACT, always empty for DENY and HOLD.
  codes::CategorySet permitted;
  // Sections the referral has and that are withheld; for DENY and HOLD all of them, for PERMIT
  // none, nor for a REDACT over records that disagree about what an override gives anyway.
  codes::CategorySet redacted;
  // Categories that the service cannot do without and this recipient cannot have.
  codes::CategorySet required_missing;
  // The earliest time after `now` at which the same facts could give another answer: a validity, an
  // approval, a safeguard begins or ends, a review is overdue. Until then nothing of this changes,
  // save that a withdrawal's other rules may; infinite future when time alone changes nothing.
  absl::Time next_change = absl::InfiniteFuture();
  // What is shown in the place of `rules` and `code`, where an exclusion names this recipient.
  struct Shown {
    RuleSet rules;
    v1::Reason code;
  };
  std::optional<Shown> shown;

  // PERMIT or REDACT: something may be delivered.
  bool Delivers() const { return outcome == Outcome::kPermit || outcome == Outcome::kRedact; }
  // The person has taken back what it rests on (rules 6 to 8).
  bool Withdrawn() const { return rules.Intersects(kWithdrawnRules); }
  // For everybody but the author of an exclusion; never RECIPIENT_EXCLUDED, never rule 13.
  v1::Reason PublicCode() const;
  RuleSet PublicRules() const;
};

// The numbers of the rules, ascending, as an event records them.
std::vector<uint32_t> RuleNumbers(RuleSet rules);

Decision Decide(const HeaderFacts& header, const Statements& statements,
                const RecipientFacts& recipient, const Environment& environment);

// The same where nobody approved or reviewed anything.
inline Decision Decide(const HeaderFacts& header, std::span<const ConsentFacts> records,
                       std::span<const ExclusionFacts> exclusions, const RecipientFacts& recipient,
                       const Environment& environment) {
  return Decide(header, Statements{.records = records, .exclusions = exclusions}, recipient,
                environment);
}

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_DECISION_H_
