#include "broker/consent/override.h"

#include <algorithm>
#include <vector>

namespace amana::consent {
namespace {

using codes::CategorySet;

constexpr absl::Duration kUnreviewed = absl::Hours(24);
constexpr absl::Duration kVitalLapse = absl::Hours(72);

bool SamePerson(const Signatory& a, const Signatory& b) {
  return a.address.agency == b.address.agency && a.person == b.person;
}

// Two people, as far as can be told: two names and two keys.
bool AreTwo(const Signatory& a, const Signatory& b) {
  return !SamePerson(a, b) && !a.key.is_zero() && !b.key.is_zero() && a.key != b.key;
}

// A person of the approver list, and not the one whose referral it is.
bool MayJudge(const HeaderFacts& header, const Signatory& who, bool on_approver_list) {
  return on_approver_list && !who.person.empty() && !who.address.agency.empty() &&
         AreTwo(who, header.signer);
}

bool Counts(const HeaderFacts& header, const ApprovalFacts& approval) {
  const bool of_this =
      approval.authentic && approval.header == header.digest && !header.digest.is_zero();
  const bool founded = approval.has_reason &&
                       (approval.has_citation || approval.basis == v1::LEGAL_BASIS_VITAL_INTEREST);
  return of_this && approval.basis == header.legal_basis && founded &&
         MayJudge(header, approval.approver, approval.on_approver_list);
}

// Those that count, and of each person only the first: 24 and 72 hours are not to be had anew by
// signing again.
std::vector<const ApprovalFacts*> Counted(const HeaderFacts& header,
                                          std::span<const ApprovalFacts> approvals) {
  std::vector<const ApprovalFacts*> counted;
  for (const ApprovalFacts& approval : approvals) {
    if (!Counts(header, approval)) continue;
    const bool again = std::ranges::any_of(approvals, [&](const ApprovalFacts& other) {
      return other.approved_at < approval.approved_at &&
             SamePerson(other.approver, approval.approver) && Counts(header, other);
    });
    if (!again) counted.push_back(&approval);
  }
  return counted;
}

// What a vital interest may need; what is sensitive of it only of somebody who cannot be asked.
CategorySet VitalCategories(const HeaderFacts& header) {
  CategorySet needed;
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_LOCATION,
                                      v1::CATEGORY_MEDICAL, v1::CATEGORY_RISK}) {
    if (header.incapacity || !codes::IsSensitive(category)) needed.Add(category);
  }
  return needed;
}

RuleSet LiftedBy(v1::LegalBasis basis) {
  RuleSet lifted = {Rule::kConsentMissing, Rule::kExpired, Rule::kPurposeNotCovered,
                    Rule::kRecipientNotCovered, Rule::kGuardianRequired};
  if (basis == v1::LEGAL_BASIS_VITAL_INTEREST) return lifted;
  lifted |= {Rule::kWithdrawnBeforeDelivery, Rule::kWithdrawnDuringRetry,
             Rule::kHealthRecipientNotQualified};
  if (basis == v1::LEGAL_BASIS_COURT_ORDER) lifted.Add(Rule::kRecipientExcluded);
  return lifted;
}

// Collects the terms for which approvals hold, and what holds of them now.
class Terms {
 public:
  Terms(absl::Time now, Override& override) : now_(now), override_(override) {}

  void Add(absl::Time from, absl::Time until, CategorySet categories) {
    if (from >= until || categories.empty()) return;
    NoteChange(from);
    NoteChange(until);
    if (now_ < from || now_ >= until) return;
    override_.approved = true;
    override_.categories |= categories;
  }
  void NoteChange(absl::Time time) {
    if (time > now_) override_.next_change = std::min(override_.next_change, time);
  }

 private:
  const absl::Time now_;
  Override& override_;
};

// One approver for now, or with another's review.
void AddAlone(const HeaderFacts& header, const ApprovalFacts& approval,
              std::span<const ReviewFacts> reviews, Terms& terms) {
  const absl::Time review_due = approval.approved_at + kUnreviewed;
  const CategorySet categories = VitalCategories(header);
  terms.Add(approval.approved_at, std::min(approval.lapses_at, review_due), categories);
  for (const ReviewFacts& review : reviews) {
    if (!review.upheld || !AreTwo(review.reviewer, approval.approver)) continue;
    if (review.reviewed_at < approval.approved_at || review.reviewed_at > review_due) continue;
    terms.Add(review.reviewed_at, std::min(approval.lapses_at, approval.approved_at + kVitalLapse),
              categories);
  }
}

void AddPair(const HeaderFacts& header, const ApprovalFacts& a, const ApprovalFacts& b,
             Terms& terms) {
  if (!AreTwo(a.approver, b.approver)) return;
  const bool vital = header.legal_basis == v1::LEGAL_BASIS_VITAL_INTEREST;
  const absl::Time lapse =
      vital ? std::min(a.approved_at, b.approved_at) + kVitalLapse : absl::InfiniteFuture();
  terms.Add(std::max(a.approved_at, b.approved_at), std::min({a.lapses_at, b.lapses_at, lapse}),
            vital ? VitalCategories(header) : a.categories & b.categories & codes::kAllCategories);
}

}  // namespace

bool IsOverride(v1::LegalBasis basis) {
  return basis == v1::LEGAL_BASIS_VITAL_INTEREST || basis == v1::LEGAL_BASIS_LEGAL_DUTY ||
         basis == v1::LEGAL_BASIS_COURT_ORDER;
}

Override OverrideOf(const HeaderFacts& header, std::span<const ApprovalFacts> approvals,
                    std::span<const ReviewFacts> reviews, absl::Time now) {
  Override override;
  override.claimed = IsOverride(header.legal_basis);
  if (!override.claimed) return override;
  const bool vital = header.legal_basis == v1::LEGAL_BASIS_VITAL_INTEREST;
  const bool immediate = header.urgency == v1::URGENCY_IMMEDIATE;
  if (vital && !immediate && header.urgency != v1::URGENCY_EMERGENCY) return override;

  Terms terms(now, override);
  std::vector<ReviewFacts> judged;
  for (const ReviewFacts& review : reviews) {
    if (!review.authentic || review.header != header.digest) continue;
    if (!MayJudge(header, review.reviewer, review.on_approver_list)) continue;
    if (!review.upheld && review.reviewed_at <= now) {
      Override ended;
      ended.claimed = true;
      return ended;
    }
    if (!review.upheld) terms.NoteChange(review.reviewed_at);
    judged.push_back(review);
  }
  const std::vector<const ApprovalFacts*> counted = Counted(header, approvals);
  for (size_t i = 0; i < counted.size(); ++i) {
    if (vital && immediate) AddAlone(header, *counted[i], judged, terms);
    for (size_t j = i + 1; j < counted.size(); ++j) {
      AddPair(header, *counted[i], *counted[j], terms);
    }
  }
  if (override.approved) override.lifted = LiftedBy(header.legal_basis);
  return override;
}

}  // namespace amana::consent
