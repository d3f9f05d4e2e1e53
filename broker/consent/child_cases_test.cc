// Rules 14 to 17: who may speak for a child, and for whom that is over.
#include <string>
#include <utility>

#include "broker/consent/rule_cases_test.h"

namespace amana::consent {
namespace {

void OfficerDecided(Request& r) {
  r.pinned().given_by = v1::CONSENT_GIVER_CHILDREN_OFFICER;
  r.pinned().determination = Filled<Digest>('b');
  r.pinned().officer = Filled<Digest>('o');
}

void AddGuardianCases(RuleCases& cases) {
  cases.Child("R03_GuardianConsents", "PERMIT 3", [](Request&) {});
  cases.Child("R14_ChildAlone", "DENY 3,14 GUARDIAN_REQUIRED",
              [](Request& r) { r.pinned().given_by = v1::CONSENT_GIVER_SELF; });
  cases.Adult("R14_AgeUnknownCountsAsAChild", "DENY 3,14 GUARDIAN_REQUIRED",
              [](Request& r) { r.header.subject_class = v1::SUBJECT_CLASS_AGE_UNKNOWN; });
  cases.Child("R14_NotForCounsellingAlone", "PERMIT 3", [](Request& r) {
    r.pinned().given_by = v1::CONSENT_GIVER_SELF;
    r.recipient.child_services_only = true;
  });
  cases.Child("R14_AnOfficerWithoutADetermination", "DENY 3,14 GUARDIAN_REQUIRED",
              [](Request& r) { r.pinned().given_by = v1::CONSENT_GIVER_CHILDREN_OFFICER; });
  for (const auto& [name, assent] :
       {std::pair{"NotAsked", v1::CHILD_ASSENT_NOT_APPLICABLE}, {"Unknown", v1::ChildAssent{9}}}) {
    cases.Child(std::string("R14_TheChildsAssent") + name, "DENY 3,14 GUARDIAN_REQUIRED",
                [assent = assent](Request& r) { r.pinned().child_assent = assent; });
  }
  cases.Child("R03_AChildThatCannotSay", "PERMIT 3",
              [](Request& r) { r.pinned().child_assent = v1::CHILD_ASSENT_UNABLE; });
  cases.Child("R15_TheChildSaysNo", "DENY 3,15 GUARDIAN_CONFLICT",
              [](Request& r) { r.pinned().child_assent = v1::CHILD_ASSENT_REFUSED; });
  cases.Child("R15_NorDoesAParentOutweighIt", "DENY 3,15 GUARDIAN_CONFLICT", [](Request& r) {
    r.pinned().given_by = v1::CONSENT_GIVER_PARENT;
    r.pinned().child_assent = v1::CHILD_ASSENT_REFUSED;
  });
  cases.Child("R16_AnOfficerDoes", "PERMIT 3,16", [](Request& r) {
    OfficerDecided(r);
    r.pinned().child_assent = v1::CHILD_ASSENT_REFUSED;
  });
  cases.Child("R15_GuardianConflictAsserted", "DENY 3,15 GUARDIAN_CONFLICT",
              [](Request& r) { r.header.guardian_conflict = true; });
  cases.Child("R15_GuardianFlagged", "DENY 3,15 GUARDIAN_CONFLICT",
              [](Request& r) { r.recipient.guardian_flagged = true; });
  cases.Child("R15_ACourtActsInPlace", "PERMIT 3", [](Request& r) {
    r.header.guardian_conflict = true;
    r.pinned().given_by = v1::CONSENT_GIVER_COURT;
  });
  cases.Child("R16_BestInterestDecision", "PERMIT 3,16", [](Request& r) {
    r.header.guardian_conflict = true;
    OfficerDecided(r);
  });
  cases.Child("R17_ConsentOutlivesMinority", "HOLD 3,17 RECONSENT_REQUIRED",
              [](Request& r) { r.header.majority_month = kThisMonth + 1; });
  cases.Child("R17_MajorityNotAsserted", "HOLD 3,17 RECONSENT_REQUIRED",
              [](Request& r) { r.header.majority_month = 0; });
  cases.Child("R17_NoMonthOfAnyLife", "HOLD 3,17 RECONSENT_REQUIRED",
              [](Request& r) { r.header.majority_month = 4'000'000'000u; });
  cases.Child("R17_EndsWithMinority", "PERMIT 3", [](Request& r) {
    // The month begins in Kenya three hours before it does in UTC.
    r.header.majority_month = kThisMonth + 1;
    r.pinned().valid_until =
        absl::FromCivil(absl::CivilMonth(2026, 10), absl::UTCTimeZone()) - absl::Hours(3);
  });
}

// The person comes of age while the referral still says MINOR, and is asked anew.
void AddComingOfAgeCases(RuleCases& cases) {
  const auto asked = [](Request& r, absl::Duration after_the_month) {
    r.header.majority_month = kThisMonth - 1;
    r.pinned().given_by = v1::CONSENT_GIVER_SELF;
    // August ends in Kenya three hours before it does in UTC.
    r.pinned().registered_at = absl::FromCivil(absl::CivilMonth(2026, 9), absl::UTCTimeZone()) -
                               absl::Hours(3) + after_the_month;
  };
  cases.Child("R17_AskedAnewWhenOfAge", "PERMIT 3",
              [asked](Request& r) { asked(r, absl::ZeroDuration()); });
  cases.Child("R17_AskedAMomentTooEarly", "DENY 3,14 GUARDIAN_REQUIRED",
              [asked](Request& r) { asked(r, absl::Milliseconds(-1)); });
  cases.Child("R17_OfAgeTheGuardianIsNobody", "PERMIT 3", [asked](Request& r) {
    asked(r, absl::Hours(1));
    r.header.guardian_conflict = true;
    r.recipient.guardian_flagged = true;
  });
  cases.Child("R17_TheGuardiansConsentStaysHeld", "HOLD 3,17 RECONSENT_REQUIRED",
              [asked](Request& r) {
                asked(r, absl::Hours(1));
                r.pinned().given_by = v1::CONSENT_GIVER_GUARDIAN;
              });
  cases.Child("R17_OfAgeInNoKnownMonth", "DENY 3,14 GUARDIAN_REQUIRED", [asked](Request& r) {
    asked(r, absl::Hours(1));
    r.header.majority_month = 0;
  });
  cases.Child("R17_OfAgeInNoMonthOfAnyLife", "DENY 3,14 GUARDIAN_REQUIRED", [asked](Request& r) {
    asked(r, absl::Hours(1));
    r.header.majority_month = 4'000'000'000u;
  });
  cases.Child("R17_WhoseAgeIsUnknownIsNotOfAge", "DENY 3,14 GUARDIAN_REQUIRED",
              [asked](Request& r) {
                asked(r, absl::Hours(1));
                r.header.subject_class = v1::SUBJECT_CLASS_AGE_UNKNOWN;
              });
}

}  // namespace

void AddChildCases(RuleCases& cases) {
  AddGuardianCases(cases);
  AddComingOfAgeCases(cases);
}

}  // namespace amana::consent
