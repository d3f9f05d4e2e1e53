// Which word of a person stands behind a decision, while what they said is still being carried out:
// whoever comes to a task first (the slice of another word, a lease, a timer) takes back what that
// word denies, and the evidence must be the same.
#ifndef AMANA_BROKER_DELIVERY_WORD_BEHIND_H_
#define AMANA_BROKER_DELIVERY_WORD_BEHIND_H_

#include <optional>

#include "absl/status/statusor.h"
#include "broker/consent/decision.h"
#include "broker/store/store.h"

namespace amana::delivery {

struct WordBehind {
  // That events may show: a withdrawal's. Zero for every other word: recipients read these events,
  // and whether an exclusion took something back or a narrower consent is nobody's business.
  Digest statement;
  std::optional<store::StatementRecord> cause;  // that recalls show
};

// The first pending word about the referral's person that accounts for a denial: a withdrawal or an
// exclusion for one that rests on such, a consent for every other. nullopt: none does.
absl::StatusOr<std::optional<WordBehind>> FindWordBehind(const store::Snapshot& snapshot,
                                                         const store::ReferralRecord& referral,
                                                         const consent::Decision& decision);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_WORD_BEHIND_H_
