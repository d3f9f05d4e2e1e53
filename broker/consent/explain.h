// What would have to change for a referral to go, in codes; the words come from elsewhere. Pure;
// thread-safe.
#ifndef AMANA_BROKER_CONSENT_EXPLAIN_H_
#define AMANA_BROKER_CONSENT_EXPLAIN_H_

#include <vector>

#include "broker/consent/facts.h"
#include "broker/consent/rule.h"

namespace amana::consent {

// One rule that stands in the way of some sections or of all.
struct Obstacle {
  Rule rule{};  // 0: a code that nobody knows, which denies whatever the rules say
  v1::Reason code = v1::REASON_UNSPECIFIED;
  // The categories it is about; empty: the whole referral.
  codes::CategorySet categories;
};

// For everybody, so an exclusion reads as what the consent does not cover. One for each rule of the
// decision's PublicRules() that denies, holds or withholds, ascending, and last one of rule 0 where
// a code is not known; empty only for what is delivered whole.
std::vector<Obstacle> Obstacles(const HeaderFacts& header, const Statements& statements,
                                const RecipientFacts& recipient, const Environment& environment);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_EXPLAIN_H_
