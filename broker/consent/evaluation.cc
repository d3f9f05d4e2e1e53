#include "broker/consent/evaluation.h"

#include <algorithm>

#include "broker/consent/coverage.h"
#include "broker/consent/override.h"
#include "broker/consent/speaker.h"

namespace amana::consent {
namespace {

using codes::CategorySet;

Excluded ExcludedBy(std::span<const ExclusionFacts> exclusions, const HeaderFacts& header,
                    const RecipientFacts& recipient) {
  Excluded excluded;
  for (const ExclusionFacts& exclusion : exclusions) {
    if (exclusion.pseudonym != header.pseudonym) continue;
    if (!Names(exclusion.excluded, recipient.address)) continue;
    excluded.recipient |= exclusion.categories.empty();
    excluded.categories |= exclusion.categories;
  }
  return excluded;
}

bool IsSensitive(CategorySet categories) {
  return std::any_of(categories.begin(), categories.end(), codes::IsSensitive);
}

template <typename E>
bool Known(E code, bool (*is_valid)(int)) {
  return static_cast<int>(code) != 0 && is_valid(static_cast<int>(code));
}

// Codes that a rule might pass over, or an override lift: an unknown one denies all the same.
bool Understood(const HeaderFacts& header, const RecipientFacts& recipient,
                const ConsentFacts* pinned) {
  return Known(header.service, v1::ServiceType_IsValid) &&
         Known(header.urgency, v1::Urgency_IsValid) &&
         Known(header.subject_class, v1::SubjectClass_IsValid) &&
         Known(recipient.kind, v1::AgencyKind_IsValid) &&
         v1::EmbassyContact_IsValid(header.embassy_contact) &&
         (pinned == nullptr || Known(pinned->given_by, v1::ConsentGiver_IsValid));
}

// What is settled before any rule is asked.
struct Premises {
  bool understood = false;
  Override override;
  // What this recipient is kept from, and what the consent is read as never having covered.
  Excluded excluded;
  Excluded taken_out;
};

Premises PremisesOf(const HeaderFacts& header, const Statements& statements,
                    const RecipientFacts& recipient, absl::Time now, View view) {
  Premises premises;
  premises.understood = Understood(header, recipient, PinnedIn(statements.records, header));
  Override& override = premises.override;
  override = OverrideOf(header, statements.approvals, statements.reviews, now);
  if (!premises.understood) override.lifted = {};
  if (!premises.understood) override.categories = {};
  const Excluded excluded = ExcludedBy(statements.exclusions, header, recipient);
  // An exclusion that is lifted still takes from the consent what it takes.
  const bool lifted = override.lifted.Has(Rule::kRecipientExcluded);
  (lifted || view == View::kShown ? premises.taken_out : premises.excluded) = excluded;
  if (lifted || view == View::kTrue) return premises;
  override.categories -= excluded.categories;
  if (excluded.recipient) override.lifted.Remove(Rule::kRecipientNotCovered);
  return premises;
}

// Everything the rules look at; each method adds the rules of one matter that hold.
class Evaluation {
 public:
  Evaluation(const HeaderFacts& header, const Statements& statements,
             const RecipientFacts& recipient, const Environment& environment,
             const Premises& premises)
      : header_(header),
        recipient_(recipient),
        environment_(environment),
        excluded_(premises.excluded),
        override_(premises.override),
        in_force_(override_.approved && premises.understood),
        coverage_(
            CoverageOf(header, statements.records, recipient, premises.taken_out, environment.now)),
        pinned_(coverage_.pinned) {
    found_.understood = premises.understood;
    found_.excludes = !excluded_.nothing();
  }

  Findings Run() {
    Hold(Rule::kSignatureInvalid, !header_.authentic || !coverage_.authentic);
    Hold(Rule::kNotAReferral, header_.extract);
    Basis();
    Recipient();
    Border();
    Guardian();
    if (pinned_ != nullptr || override_.claimed) Validity();
    if (pinned_ != nullptr || in_force_) {
      Categories();
      Grant();
    }
    NoteChanges();
    return found_;
  }

 private:
  void Hold(Rule rule, bool holds) {
    if (holds && !Lifts(rule)) found_.rules.Add(rule);
  }
  bool Lifts(Rule rule) const { return override_.lifted.Has(rule); }

  // 2, 18, 19, 20: on what the referral rests.
  void Basis() {
    const bool recorded =
        pinned_ != nullptr && GiverCounts(header_, *pinned_) &&
        (pinned_->legal_basis == v1::LEGAL_BASIS_CONSENT || IsOverride(pinned_->legal_basis));
    consented_ = recorded && (header_.legal_basis == v1::LEGAL_BASIS_CONSENT || override_.claimed);
    const bool vital = header_.legal_basis == v1::LEGAL_BASIS_VITAL_INTEREST;
    Hold(Rule::kConsentMissing, !consented_ && !override_.claimed);
    Hold(Rule::kOverrideVital, in_force_ && vital);
    Hold(Rule::kOverrideLegal, in_force_ && !vital);
    Hold(Rule::kOverrideUnapproved, override_.claimed
                                        ? !override_.approved
                                        : pinned_ != nullptr && IsOverride(pinned_->legal_basis));
  }

  // 13 (the recipient), 23, 24, 26: who it is, and from whom.
  void Recipient() {
    Hold(Rule::kRecipientExcluded, excluded_.recipient);
    Hold(Rule::kEmbassyProhibited,
         recipient_.IsEmbassy() && header_.embassy_contact != v1::EMBASSY_CONTACT_CONSENTED);
    // An exclusion of an embassy takes back that it may be told, and no order lifts this.
    Hold(Rule::kConsularNotNamed,
         recipient_.IsEmbassy() && (!coverage_.consular || excluded_.recipient));
    // A sender that recorded the person's consent itself has a new one. But what says that it
    // follows from another referral must, or the person's no to that one would not reach it.
    const bool onward = pinned_ == nullptr ? header_.onward : ReliesOnAnother(header_, *pinned_);
    const bool broken = header_.onward && !header_.parent_received;
    Hold(Rule::kOnwardNotCovered, (onward && !coverage_.onward) || broken);
  }

  // 21, 22: sensitive data needs consent and safeguards, any other data safeguards.
  void Border() {
    if (!Crosses(header_, recipient_)) return;
    const bool agreed = coverage_.cross_border || !IsSensitive(header_.categories);
    Hold(Rule::kCrossBorderNotCovered, !agreed);
    Hold(Rule::kSafeguardsMissing, agreed && environment_.now >= recipient_.safeguards_until);
  }

  // 14, 15, 17: who may speak for a child.
  void Guardian() {
    if (!MayBeMinor(header_)) return;
    guardian_required_ = pinned_ != nullptr && LacksGuardian(header_, *pinned_, recipient_);
    Hold(Rule::kGuardianRequired, guardian_required_);
    const bool conflict = header_.guardian_conflict || recipient_.guardian_flagged ||
                          (pinned_ != nullptr && IsAgainstChild(*pinned_));
    const bool without = pinned_ != nullptr && IsWithoutGuardian(header_, *pinned_);
    Hold(Rule::kGuardianConflict, conflict && !without);
    Hold(Rule::kReconsentRequired, pinned_ != nullptr && OutlivesMinority(header_, *pinned_));
  }

  // 4 to 8: whether the consent is in force.
  void Validity() {
    Hold(Rule::kNotYetValid, coverage_.not_yet_valid);
    Hold(Rule::kExpired, coverage_.expired);
    if (!coverage_.withdrawn) return;
    const Attempt attempt = environment_.attempt;
    Hold(attempt == Attempt::kFirst   ? Rule::kWithdrawnBeforeDelivery
         : attempt == Attempt::kRetry ? Rule::kWithdrawnDuringRetry
                                      : Rule::kWithdrawnAfterDelivery,
         true);
  }

  bool InForce() const {
    return consented_ && found_.understood && !coverage_.withdrawn && !coverage_.expired &&
           !coverage_.not_yet_valid;
  }

  // The consent gives its categories by itself, whatever an override lifts.
  bool Stands() const {
    return InForce() && pinned_->legal_basis == v1::LEGAL_BASIS_CONSENT && coverage_.purpose &&
           coverage_.recipient && !excluded_.recipient && !guardian_required_;
  }

  // 9, 10, 13 (fields), 25: which sections may go.
  void Categories() {
    const CategorySet present = header_.categories;
    const CategorySet required = codes::RequiredCategories(header_.service);
    // What a lifted rule would have denied the consent does not give.
    const bool gives = !in_force_ || Stands();
    const CategorySet pinned = gives ? coverage_.pinned_categories : CategorySet{};
    const CategorySet consented = gives ? coverage_.categories : CategorySet{};
    CategorySet unqualified;
    if (!Qualified()) unqualified = {v1::CATEGORY_MEDICAL};
    if (Lifts(Rule::kHealthRecipientNotQualified)) unqualified -= override_.categories;

    const CategorySet allowed = (consented | override_.categories) - unqualified;
    found_.permitted = (present & allowed) - excluded_.categories;
    found_.required_missing = required - allowed;
    found_.not_covered =
        (present - (pinned | override_.categories)) | (present & allowed & excluded_.categories);
    found_.unqualified = present & unqualified;
    found_.emptied_by_exclusion = found_.permitted.empty() && present.Intersects(allowed);
    Hold(Rule::kCategoryNotCovered, present.empty() || !found_.not_covered.empty());
    Hold(Rule::kRequiredCategoryNotCovered, !found_.required_missing.empty());
    Hold(Rule::kRecipientExcluded, excluded_.categories.Intersects(required));
    // Lifted for the categories of the law or the order, which are no longer in this.
    if (!found_.unqualified.empty()) found_.rules.Add(Rule::kHealthRecipientNotQualified);
  }

  bool Qualified() const {
    return recipient_.health_qualified && environment_.now < recipient_.health_qualified_until;
  }

  // 3, 11, 12, 16, 27: what the consent gives.
  void Grant() {
    Hold(Rule::kPurposeNotCovered, !coverage_.purpose);
    Hold(Rule::kRecipientNotCovered, !coverage_.recipient);
    Hold(Rule::kConsentConflict, coverage_.conflict);
    found_.conflicting = coverage_.conflicting;
    const bool all = coverage_.categories.ContainsAll(header_.categories) &&
                     !header_.categories.empty() && !found_.rules.Has(Rule::kCategoryNotCovered);
    const bool covers = InForce() && all && coverage_.purpose && coverage_.recipient;
    Hold(Rule::kConsentCovers, covers);
    Hold(Rule::kBestInterestDecision, covers && MayBeMinor(header_) && OfficerDecided(*pinned_));
  }

  // The majority month is not among them: a consent that outlives it is held from the start.
  void NoteChanges() {
    // A withdrawal stays, whatever time does, where no override could lift it.
    if (pinned_ != nullptr && coverage_.withdrawn && !override_.claimed) return;
    NoteChange(coverage_.next_change);
    NoteChange(override_.next_change);
    if (Crosses(header_, recipient_)) NoteChange(recipient_.safeguards_until);
    const CategorySet matter = header_.categories | codes::RequiredCategories(header_.service);
    if (recipient_.health_qualified && matter.Has(v1::CATEGORY_MEDICAL)) {
      NoteChange(recipient_.health_qualified_until);
    }
  }

  void NoteChange(absl::Time time) {
    if (time > environment_.now) found_.next_change = std::min(found_.next_change, time);
  }

  const HeaderFacts& header_;
  const RecipientFacts& recipient_;
  const Environment& environment_;
  const Excluded excluded_;
  const Override override_;
  const bool in_force_;
  const Coverage coverage_;
  const ConsentFacts* const pinned_;
  bool consented_ = false;
  bool guardian_required_ = false;
  Findings found_;
};

}  // namespace

Findings Evaluate(const HeaderFacts& header, const Statements& statements,
                  const RecipientFacts& recipient, const Environment& environment, View view) {
  if (!environment.store_ok || !environment.clock_ok) {
    // What the other rules rest on is not known, so only those of integrity are asked.
    Findings findings;
    findings.understood = true;
    findings.rules.Add(Rule::kConsentUnverifiable);
    if (!header.authentic) findings.rules.Add(Rule::kSignatureInvalid);
    return findings;
  }
  const Premises premises = PremisesOf(header, statements, recipient, environment.now, view);
  return Evaluation(header, statements, recipient, environment, premises).Run();
}

}  // namespace amana::consent
