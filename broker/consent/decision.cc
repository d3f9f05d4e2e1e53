#include "broker/consent/decision.h"

#include "absl/time/civil_time.h"
#include "broker/consent/coverage.h"

namespace amana::consent {
namespace {

using codes::CategorySet;

// What the exclusions take away from this recipient.
struct Excluded {
  bool recipient = false;
  CategorySet categories;
};

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

// Age unknown counts as a minor; so does a class this list has not.
bool MayBeMinor(const HeaderFacts& header) {
  return header.subject_class != v1::SUBJECT_CLASS_ADULT;
}

bool GivenForChild(const ConsentFacts& consent) {
  return consent.given_by == v1::CONSENT_GIVER_PARENT ||
         consent.given_by == v1::CONSENT_GIVER_GUARDIAN ||
         consent.given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER;
}

bool OfficerDecided(const ConsentFacts& consent) {
  return consent.given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER &&
         !consent.determination.is_zero() && !consent.officer.is_zero();
}

// Whether the giver is somebody whose consent counts for this person. An adult's consent is the
// adult's own, a court's, or that of a guardian where incapacity is asserted: "her husband agreed"
// is no consent.
bool GiverCounts(const HeaderFacts& header, const ConsentFacts& consent) {
  switch (consent.given_by) {
    case v1::CONSENT_GIVER_SELF:
    case v1::CONSENT_GIVER_COURT:
      return true;
    case v1::CONSENT_GIVER_PARENT:
    case v1::CONSENT_GIVER_GUARDIAN:
      return MayBeMinor(header) || header.incapacity;
    case v1::CONSENT_GIVER_CHILDREN_OFFICER:
      return MayBeMinor(header);
    default:
      return false;
  }
}

bool IsOverride(v1::LegalBasis basis) {
  return basis == v1::LEGAL_BASIS_VITAL_INTEREST || basis == v1::LEGAL_BASIS_LEGAL_DUTY ||
         basis == v1::LEGAL_BASIS_COURT_ORDER;
}

// Month precision: the birthday may be the first of the month, in Kenya's time.
absl::Time MajorityFrom(uint32_t month) {
  // A number beyond any life is no assertion, and what is not known holds.
  constexpr uint32_t kMaxMonth = 12 * 200;
  if (month > kMaxMonth) return absl::InfinitePast();
  const absl::CivilMonth first = absl::CivilMonth(1970, 1) + static_cast<int>(month);
  return absl::FromCivil(first, absl::FixedTimeZone(3 * 60 * 60));
}

bool OutlivesMinority(const HeaderFacts& header, const ConsentFacts& consent) {
  if (!MayBeMinor(header) || !GivenForChild(consent)) return false;
  if (header.majority_month == 0) return header.subject_class == v1::SUBJECT_CLASS_MINOR;
  return consent.valid_until > MajorityFrom(header.majority_month);
}

// Everything the rules look at; each method adds the rules of one matter that hold.
class Evaluation {
 public:
  Evaluation(const HeaderFacts& header, std::span<const ConsentFacts> records,
             std::span<const ExclusionFacts> exclusions, const RecipientFacts& recipient,
             const Environment& environment)
      : header_(header),
        recipient_(recipient),
        attempt_(environment.attempt),
        coverage_(CoverageOf(header, records, recipient, environment.now)),
        excluded_(ExcludedBy(exclusions, header, recipient)),
        pinned_(coverage_.pinned) {}

  Decision Run() {
    if (!header_.authentic || !coverage_.authentic) rules_.Add(Rule::kSignatureInvalid);
    Basis();
    Recipient();
    if (pinned_ != nullptr) {
      Validity();
      Guardian();
      Categories();
      Grant();
    }
    return Conclude();
  }

 private:
  void Hold(Rule rule, bool holds) {
    if (holds) rules_.Add(rule);
  }

  // 2, 20: on what the referral rests.
  void Basis() {
    const bool overridden = IsOverride(header_.legal_basis);
    const bool consented =
        header_.legal_basis == v1::LEGAL_BASIS_CONSENT && pinned_ != nullptr &&
        GiverCounts(header_, *pinned_) &&
        (pinned_->legal_basis == v1::LEGAL_BASIS_CONSENT || IsOverride(pinned_->legal_basis));
    Hold(Rule::kConsentMissing, !consented && !overridden);
    Hold(Rule::kOverrideUnapproved,
         overridden || (pinned_ != nullptr && IsOverride(pinned_->legal_basis)));
  }

  // 13 (the recipient), 21, 22, 23: who it is, whatever the consent says.
  void Recipient() {
    const bool crosses = recipient_.abroad || header_.cross_border;
    Hold(Rule::kRecipientExcluded, excluded_.recipient);
    Hold(Rule::kCrossBorderNotCovered, crosses);
    Hold(Rule::kSafeguardsMissing, crosses && coverage_.cross_border && !recipient_.safeguards);
    Hold(Rule::kEmbassyProhibited,
         recipient_.embassy || recipient_.kind == v1::AGENCY_KIND_EMBASSY);
  }

  // 4 to 8: whether the consent is in force.
  void Validity() {
    Hold(Rule::kNotYetValid, coverage_.not_yet_valid);
    Hold(Rule::kExpired, coverage_.expired);
    if (!coverage_.withdrawn) return;
    rules_.Add(attempt_ == Attempt::kFirst   ? Rule::kWithdrawnBeforeDelivery
               : attempt_ == Attempt::kRetry ? Rule::kWithdrawnDuringRetry
                                             : Rule::kWithdrawnAfterDelivery);
  }

  // 14, 15, 17: who may speak for a child.
  void Guardian() {
    if (!MayBeMinor(header_)) return;
    const bool by_child = pinned_->given_by == v1::CONSENT_GIVER_SELF;
    const bool undecided =
        pinned_->given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER && !OfficerDecided(*pinned_);
    const bool class_known = v1::SubjectClass_IsValid(header_.subject_class) &&
                             header_.subject_class != v1::SUBJECT_CLASS_UNSPECIFIED;
    Hold(Rule::kGuardianRequired,
         !class_known || undecided || (by_child && !recipient_.child_services_only));
    // An officer or a court acts in place of a guardian whose interest is another than the child's.
    const bool in_place = pinned_->given_by == v1::CONSENT_GIVER_COURT || OfficerDecided(*pinned_);
    Hold(Rule::kGuardianConflict,
         (header_.guardian_conflict || recipient_.guardian_flagged) && !in_place);
    Hold(Rule::kReconsentRequired, OutlivesMinority(header_, *pinned_));
  }

  // 9, 10, 13 (fields), 25: which sections may go.
  void Categories() {
    const CategorySet present = header_.categories;
    const CategorySet required = codes::RequiredCategories(header_.service);
    const CategorySet unqualified =
        recipient_.health_qualified ? CategorySet{} : CategorySet{v1::CATEGORY_MEDICAL};
    const CategorySet consented = coverage_.categories - unqualified;
    const CategorySet before_exclusions = present & consented;
    permitted_ = before_exclusions - excluded_.categories;
    required_missing_ = required - consented;
    const bool field_needed = excluded_.categories.Intersects(required) ||
                              (permitted_.empty() && !before_exclusions.empty());
    Hold(Rule::kCategoryNotCovered,
         present.empty() || !(pinned_->categories & codes::kAllCategories).ContainsAll(present) ||
             excluded_.categories.Intersects(before_exclusions));
    Hold(Rule::kRequiredCategoryNotCovered, !required_missing_.empty());
    Hold(Rule::kRecipientExcluded, field_needed);
    Hold(Rule::kHealthRecipientNotQualified, present.Intersects(unqualified));
  }

  // 3, 11, 12, 16, 26, 27: what the consent gives.
  void Grant() {
    Hold(Rule::kPurposeNotCovered, !coverage_.purpose);
    Hold(Rule::kRecipientNotCovered, !coverage_.recipient);
    Hold(Rule::kOnwardNotCovered, ReliesOnAnother(header_, *pinned_) && !coverage_.onward);
    Hold(Rule::kConsentConflict, coverage_.conflict);
    const bool active = !coverage_.withdrawn && !coverage_.expired && !coverage_.not_yet_valid &&
                        !rules_.Has(Rule::kConsentMissing) && Understood();
    const bool all = coverage_.categories.ContainsAll(header_.categories) &&
                     !header_.categories.empty() && !rules_.Has(Rule::kCategoryNotCovered);
    const bool covers = active && all && coverage_.purpose && coverage_.recipient;
    Hold(Rule::kConsentCovers, covers);
    Hold(Rule::kBestInterestDecision, covers && MayBeMinor(header_) && OfficerDecided(*pinned_));
  }

  // Codes of the header that no rule names: an unknown one denies all the same.
  bool Understood() const {
    return v1::Urgency_IsValid(header_.urgency) && header_.urgency != v1::URGENCY_UNSPECIFIED &&
           v1::EmbassyContact_IsValid(header_.embassy_contact);
  }

  Decision Conclude() const;

  const HeaderFacts& header_;
  const RecipientFacts& recipient_;
  const Attempt attempt_;
  const Coverage coverage_;
  const Excluded excluded_;
  const ConsentFacts* const pinned_;
  RuleSet rules_;
  CategorySet permitted_;
  CategorySet required_missing_;
};

// The row that decides: the first precedence, and in it the first number.
const RuleRow* Deciding(RuleSet rules) {
  const RuleRow* deciding = nullptr;
  for (const Rule rule : rules) {
    const RuleRow* row = RowOf(rule);
    if (deciding == nullptr || row->precedence < deciding->precedence) deciding = row;
  }
  return deciding;
}

Decision Evaluation::Conclude() const {
  Decision decision;
  decision.rules = rules_;
  decision.redacted = header_.categories;
  decision.required_missing = required_missing_;
  decision.next_change = coverage_.next_change;
  const RuleRow* row = Deciding(rules_);
  if (row == nullptr) return decision;
  decision.outcome = row->outcome;
  decision.code = row->code;
  if (!decision.Delivers()) return decision;
  if (permitted_.empty() || !Understood()) {
    decision.outcome = Outcome::kDeny;  // never an empty referral, never an unknown code
    return decision;
  }
  decision.permitted = permitted_;
  decision.redacted = header_.categories - permitted_;
  return decision;
}

}  // namespace

v1::Reason Decision::PublicCode() const {
  return code == v1::REASON_RECIPIENT_EXCLUDED ? v1::REASON_RECIPIENT_NOT_COVERED : code;
}

RuleSet Decision::PublicRules() const {
  RuleSet shown = rules;
  if (!shown.Has(Rule::kRecipientExcluded)) return shown;
  shown.Remove(Rule::kRecipientExcluded);
  shown.Remove(Rule::kConsentCovers);
  shown.Remove(Rule::kBestInterestDecision);
  shown.Add(Rule::kRecipientNotCovered);
  return shown;
}

std::vector<uint32_t> RuleNumbers(RuleSet rules) {
  std::vector<uint32_t> numbers;
  numbers.reserve(rules.size());
  for (const Rule rule : rules) numbers.push_back(static_cast<uint32_t>(rule));
  return numbers;
}

Decision Decide(const HeaderFacts& header, std::span<const ConsentFacts> records,
                std::span<const ExclusionFacts> exclusions, const RecipientFacts& recipient,
                const Environment& environment) {
  if (!environment.store_ok || !environment.clock_ok) {
    // What the other rules rest on is not known, so only those of integrity are asked.
    Decision decision;
    decision.rules.Add(Rule::kConsentUnverifiable);
    if (!header.authentic) decision.rules.Add(Rule::kSignatureInvalid);
    const RuleRow* row = Deciding(decision.rules);
    decision.outcome = row->outcome;
    decision.code = row->code;
    decision.redacted = header.categories;
    return decision;
  }
  return Evaluation(header, records, exclusions, recipient, environment).Run();
}

}  // namespace amana::consent
