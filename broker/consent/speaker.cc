#include "broker/consent/speaker.h"

#include "absl/time/civil_time.h"

namespace amana::consent {
namespace {

// A number beyond any life is no assertion.
constexpr uint32_t kMaxMonth = 12 * 200;

// When a month since January 1970 begins, in Kenya's time.
absl::Time BeginOf(uint32_t month) {
  const absl::CivilMonth first = absl::CivilMonth(1970, 1) + static_cast<int>(month);
  return absl::FromCivil(first, absl::FixedTimeZone(3 * 60 * 60));
}

bool IsKnown(v1::SubjectClass code) {
  return code != v1::SUBJECT_CLASS_UNSPECIFIED && v1::SubjectClass_IsValid(code);
}

bool GivenByGuardian(const ConsentFacts& consent) {
  return consent.given_by == v1::CONSENT_GIVER_PARENT ||
         consent.given_by == v1::CONSENT_GIVER_GUARDIAN;
}

bool ChildWasAsked(const ConsentFacts& consent) {
  return consent.child_assent == v1::CHILD_ASSENT_GIVEN ||
         consent.child_assent == v1::CHILD_ASSENT_REFUSED ||
         consent.child_assent == v1::CHILD_ASSENT_UNABLE;
}

// The birthday may be the last of the month.
bool AskedWhenOfAge(const HeaderFacts& header, const ConsentFacts& consent) {
  return header.subject_class == v1::SUBJECT_CLASS_MINOR && header.majority_month != 0 &&
         header.majority_month <= kMaxMonth && consent.given_by == v1::CONSENT_GIVER_SELF &&
         consent.registered_at >= BeginOf(header.majority_month + 1);
}

}  // namespace

bool MayBeMinor(const HeaderFacts& header) {
  return header.subject_class != v1::SUBJECT_CLASS_ADULT;
}

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

bool OfficerDecided(const ConsentFacts& consent) {
  return consent.given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER &&
         !consent.determination.is_zero() && !consent.officer.is_zero();
}

bool LacksGuardian(const HeaderFacts& header, const ConsentFacts& consent,
                   const RecipientFacts& recipient) {
  const bool alone = consent.given_by == v1::CONSENT_GIVER_SELF && !AskedWhenOfAge(header, consent);
  const bool unasked = GivenByGuardian(consent) && !ChildWasAsked(consent);
  const bool undecided =
      consent.given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER && !OfficerDecided(consent);
  return !IsKnown(header.subject_class) || undecided || unasked ||
         (alone && !recipient.child_services_only);
}

bool IsAgainstChild(const ConsentFacts& consent) {
  return GivenByGuardian(consent) && consent.child_assent == v1::CHILD_ASSENT_REFUSED;
}

bool IsWithoutGuardian(const HeaderFacts& header, const ConsentFacts& consent) {
  return consent.given_by == v1::CONSENT_GIVER_COURT || OfficerDecided(consent) ||
         AskedWhenOfAge(header, consent);
}

bool OutlivesMinority(const HeaderFacts& header, const ConsentFacts& consent) {
  const bool for_child =
      GivenByGuardian(consent) || consent.given_by == v1::CONSENT_GIVER_CHILDREN_OFFICER;
  if (!MayBeMinor(header) || !for_child) return false;
  if (header.majority_month == 0) return header.subject_class == v1::SUBJECT_CLASS_MINOR;
  if (header.majority_month > kMaxMonth) return true;
  return consent.valid_until > BeginOf(header.majority_month);
}

}  // namespace amana::consent
