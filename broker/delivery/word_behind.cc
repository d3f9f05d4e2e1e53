#include "broker/delivery/word_behind.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace amana::delivery {
namespace {

// As the decision has it: of the consent that the referral pins, or of one that is as new.
absl::StatusOr<bool> Hits(const store::Snapshot& snapshot, const ConsentId& withdrawn,
                          const store::ReferralRecord& referral) {
  if (withdrawn == referral.consent_id) return true;
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> other,
                         snapshot.consents().Find(withdrawn, 0));
  AMANA_ASSIGN_OR_RETURN(const std::optional<consent::ConsentFacts> pinned,
                         snapshot.consents().Find(referral.consent_id, referral.consent_version));
  if (!other.has_value() || !pinned.has_value()) return false;
  const absl::Time last =
      std::max(other->registered_at, other->withdrawn_at.value_or(absl::InfinitePast()));
  return last >= pinned->registered_at;
}

absl::StatusOr<bool> AccountsFor(const store::Snapshot& snapshot,
                                 const store::ReconsiderationRecord& word,
                                 const store::ReferralRecord& referral,
                                 const consent::Decision& decision) {
  const bool withdrawal = decision.Withdrawn();
  if (word.withdrawn.is_zero()) return !withdrawal;
  if (!withdrawal && !decision.rules.Has(consent::Rule::kConsentUnverifiable)) return false;
  absl::StatusOr<bool> hits = Hits(snapshot, word.withdrawn, referral);
  if (absl::IsDataLoss(hits.status())) return false;  // what cannot be read is not shown
  return hits;
}

}  // namespace

absl::StatusOr<std::optional<WordBehind>> FindWordBehind(const store::Snapshot& snapshot,
                                                         const store::ReferralRecord& referral,
                                                         const consent::Decision& decision) {
  if (referral.subject.is_zero()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::ReconsiderationRecord> pending,
                         snapshot.reconsiderations().OfSubject(referral.subject));
  for (const store::ReconsiderationRecord& word : pending) {
    AMANA_ASSIGN_OR_RETURN(const bool accounts, AccountsFor(snapshot, word, referral, decision));
    if (!accounts) continue;
    WordBehind behind;
    // What a consent record takes back must look like what an exclusion does.
    if (word.withdrawn.is_zero()) return behind;
    behind.statement = word.statement;
    if (!word.cause_shown) return behind;
    absl::StatusOr<std::optional<store::StatementRecord>> cause =
        snapshot.consents().FindWithdrawal(word.withdrawn);
    // One that cannot be read is not shown, and what it denies is taken back all the same.
    if (!cause.ok() && !absl::IsDataLoss(cause.status())) return cause.status();
    if (cause.ok()) behind.cause = *std::move(cause);
    return behind;
  }
  return std::nullopt;
}

}  // namespace amana::delivery
