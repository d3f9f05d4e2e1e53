// The rules of broker/domain/consent_decisions.csv, each asked once: which hold, and what that
// leaves of the sections. decision.cc makes a decision of it, explain.cc says what would have to
// change. Pure; thread-safe.
#ifndef AMANA_BROKER_CONSENT_EVALUATION_H_
#define AMANA_BROKER_CONSENT_EVALUATION_H_

#include "broker/consent/facts.h"
#include "broker/consent/rule.h"

namespace amana::consent {

// For whom it is asked.
enum class View {
  // As it is: for evidence, and for the author of an exclusion.
  kTrue,
  // For everybody else: as if the pinned record had never covered what is excluded. An override
  // that
  // does not lift an exclusion does not make up for it here either.
  kShown,
};

struct Findings {
  RuleSet rules;
  // Every code of the header, the recipient and the pinned record is known.
  bool understood = false;
  codes::CategorySet permitted;
  codes::CategorySet required_missing;
  // Of the referral's categories: not covered (rule 9), not for this recipient (25), allowed by one
  // record and not by another (27).
  codes::CategorySet not_covered;
  codes::CategorySet unqualified;
  codes::CategorySet conflicting;
  // The person keeps everything or some categories from this recipient, and no order lifts that; so
  // that nothing is left.
  bool excludes = false;
  bool emptied_by_exclusion = false;
  absl::Time next_change = absl::InfiniteFuture();
};

Findings Evaluate(const HeaderFacts& header, const Statements& statements,
                  const RecipientFacts& recipient, const Environment& environment, View view);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_EVALUATION_H_
