// What approvals make of a header that rests on another basis than consent (decision rules 18 to
// 20): whether the override is approved, which categories it gives and which rules it lifts. Pure;
// thread-safe.
//
// An approval counts if it is authentic, of this very header and its basis, with a reason (and,
// unless VITAL_INTEREST, a citation), by a person of the approver list who is not the header's
// signer. Two count as two only if both the persons and their keys differ.
//
//   VITAL_INTEREST           only EMERGENCY or IMMEDIATE; two approvers, until 72 h after the first
//                            of the two. IMMEDIATE: one is enough for 24 h, and for 72 h once
//                            another person has reviewed and upheld it within the 24 h.
//   LEGAL_DUTY, COURT_ORDER  two approvers, for the categories that both name.
//
// Nothing outlasts the `lapses_at` of the approvals it rests on, nor a review of this header by a
// person of the approver list that did not uphold it.
#ifndef AMANA_BROKER_CONSENT_OVERRIDE_H_
#define AMANA_BROKER_CONSENT_OVERRIDE_H_

#include <span>

#include "broker/consent/facts.h"
#include "broker/consent/rule.h"

namespace amana::consent {

struct Override {
  // The header's legal basis is one of the three.
  bool claimed = false;
  bool approved = false;
  // What it gives; none unless approved.
  codes::CategorySet categories;
  // Rules that it lifts altogether; none unless approved. 9 and 10 it lifts for `categories`.
  RuleSet lifted;
  // The earliest time after `now` at which any of this could change.
  absl::Time next_change = absl::InfiniteFuture();
};

// VITAL_INTEREST, LEGAL_DUTY or COURT_ORDER.
bool IsOverride(v1::LegalBasis basis);

Override OverrideOf(const HeaderFacts& header, std::span<const ApprovalFacts> approvals,
                    std::span<const ReviewFacts> reviews, absl::Time now);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_OVERRIDE_H_
