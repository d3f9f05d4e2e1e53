// Cases of rules 18 to 20: who must have approved what, for how long, and what exactly it lifts.
#include "absl/time/time.h"
#include "broker/consent/rule_cases_test.h"

namespace amana::consent {
namespace {

constexpr v1::LegalBasis kVital = v1::LEGAL_BASIS_VITAL_INTEREST;
constexpr v1::LegalBasis kDuty = v1::LEGAL_BASIS_LEGAL_DUTY;
constexpr v1::LegalBasis kOrder = v1::LEGAL_BASIS_COURT_ORDER;

constexpr char kUnapproved[] = "DENY 20 OVERRIDE_UNAPPROVED";
constexpr char kVitalPermits[] = "PERMIT 18 OVERRIDE_VITAL";
constexpr char kLegalPermits[] = "PERMIT 19 OVERRIDE_LEGAL";

// The change to the permitted request of consent that has it rest on an approved override too.
void Overrule(Request& r, v1::LegalBasis basis) {
  const Request overridden = OverriddenRequest(basis);
  r.header.legal_basis = basis;
  r.header.service = overridden.header.service;
  r.header.urgency = overridden.header.urgency;
  r.header.categories = overridden.header.categories;
  r.approvals = overridden.approvals;
  r.pinned().categories |= r.header.categories;
}

Change Overruled(v1::LegalBasis basis, std::function<void(Request&)> change) {
  return [basis, change = std::move(change)](Request& r) {
    Overrule(r, basis);
    change(r);
  };
}

// One approval of something immediate, `age` old.
void Alone(Request& r, absl::Duration age) {
  r.header.urgency = v1::URGENCY_IMMEDIATE;
  r.approvals.resize(1);
  r.approvals[0].approved_at = kNow - age;
}

void AddApprovalCases(RuleCases& cases) {
  cases.Overridden(kVital, "R18_TwoApprovers", kVitalPermits, [](Request&) {});
  cases.Overridden(kDuty, "R19_TwoApprovers", kLegalPermits, [](Request&) {});
  cases.Overridden(kOrder, "R19_TwoApproversOfAnOrder", kLegalPermits, [](Request&) {});
  cases.Overridden(kVital, "R20_OneApprover", kUnapproved,
                   [](Request& r) { r.approvals.pop_back(); });
  cases.Overridden(kVital, "R20_NotEvenBothApprovalsOfOnePerson", kUnapproved, [](Request& r) {
    r.approvals[1].approver = r.approvals[0].approver;
    r.approvals[1].approver.key = Filled<Digest>('2');
  });
  cases.Overridden(kVital, "R20_TwoNamesWithOneKey", kUnapproved,
                   [](Request& r) { r.approvals[1].approver.key = r.approvals[0].approver.key; });
  cases.Overridden(kVital, "R18_OneNameInTwoAgenciesIsTwoPeople", kVitalPermits, [](Request& r) {
    r.approvals[1].approver.person = r.approvals[0].approver.person;
  });
  cases.Overridden(kVital, "R20_TheSenderItselfApproves", kUnapproved, [](Request& r) {
    r.approvals[0].approver = r.header.signer;
    r.approvals[0].approver.key = Filled<Digest>('1');
  });
  cases.Overridden(kVital, "R20_TheSendersKeyApproves", kUnapproved,
                   [](Request& r) { r.approvals[0].approver.key = r.header.signer.key; });
  cases.Overridden(kVital, "R20_WhoSignedTheReferralIsNotKnown", kUnapproved,
                   [](Request& r) { r.header.signer.key = Digest(); });
  cases.Overridden(kVital, "R18_ASystemSignedTheReferral", kVitalPermits,
                   [](Request& r) { r.header.signer.person = PersonId(); });
  cases.Overridden(kVital, "R20_ASystemApproves", kUnapproved,
                   [](Request& r) { r.approvals[0].approver.person = PersonId(); });
  cases.Overridden(kVital, "R20_NotOnTheList", kUnapproved,
                   [](Request& r) { r.approvals[1].on_approver_list = false; });
  cases.Overridden(kVital, "R20_NotAuthentic", kUnapproved,
                   [](Request& r) { r.approvals[1].authentic = false; });
  cases.Overridden(kVital, "R20_OfAnotherReferral", kUnapproved,
                   [](Request& r) { r.approvals[1].header = Filled<Digest>('z'); });
  cases.Overridden(kVital, "R20_OfNoReferral", kUnapproved, [](Request& r) {
    r.header.digest = r.approvals[0].header = r.approvals[1].header = Digest();
  });
  cases.Overridden(kVital, "R20_OfAnotherBasis", kUnapproved,
                   [](Request& r) { r.approvals[1].basis = kOrder; });
  cases.Overridden(kVital, "R20_NoReason", kUnapproved,
                   [](Request& r) { r.approvals[0].has_reason = false; });
  cases.Overridden(kDuty, "R20_NoCitation", kUnapproved,
                   [](Request& r) { r.approvals[0].has_citation = false; });
  cases.Overridden(kOrder, "R20_NoNumberOfTheOrder", kUnapproved,
                   [](Request& r) { r.approvals[1].has_citation = false; });
  cases.Overridden(kVital, "R20_NotUrgentEnough", kUnapproved,
                   [](Request& r) { r.header.urgency = v1::URGENCY_URGENT; });
  cases.Overridden(kDuty, "R19_ALawNeedsNoUrgency", kLegalPermits,
                   [](Request& r) { r.header.urgency = v1::URGENCY_NORMAL; });
}

void AddTimeCases(RuleCases& cases) {
  const absl::Duration tick = absl::Milliseconds(1);
  cases.Overridden(kVital, "R20_Lapsed", kUnapproved,
                   [](Request& r) { r.approvals[0].lapses_at = kNow; });
  cases.Overridden(kVital, "R20_NotYetApproved", kUnapproved,
                   [=](Request& r) { r.approvals[0].approved_at = kNow + tick; });
  cases.Overridden(kVital, "R20_72HoursAfterTheFirst", kUnapproved,
                   [](Request& r) { r.approvals[0].approved_at = kNow - absl::Hours(72); });
  cases.Overridden(kVital, "R18_Within72HoursOfTheFirst", kVitalPermits,
                   [=](Request& r) { r.approvals[0].approved_at = kNow - absl::Hours(72) + tick; });
  cases.Overridden(kVital, "R20_ApprovingAgainRenewsNothing", kUnapproved, [](Request& r) {
    r.approvals.push_back(r.approvals[0]);
    r.approvals[0].approved_at = kNow - absl::Hours(72);
  });
  cases.Overridden(kDuty, "R19_ALawHasNo72Hours", kLegalPermits,
                   [](Request& r) { r.approvals[0].approved_at = kNow - absl::Hours(24 * 30); });
  cases.Overridden(kVital, "R18_ImmediateOneApproverFor24Hours", kVitalPermits,
                   [=](Request& r) { Alone(r, absl::Hours(24) - tick); });
  cases.Overridden(kVital, "R20_ImmediateNotReviewedIn24Hours", kUnapproved,
                   [](Request& r) { Alone(r, absl::Hours(24)); });
  cases.Overridden(kVital, "R18_ImmediateReviewed", kVitalPermits, [](Request& r) {
    Alone(r, absl::Hours(48));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(24);
  });
  cases.Overridden(kVital, "R20_ReviewedTooLate", kUnapproved, [=](Request& r) {
    Alone(r, absl::Hours(48));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(24) + tick;
  });
  cases.Overridden(kVital, "R20_ReviewedBeforeItWasApproved", kUnapproved, [](Request& r) {
    Alone(r, absl::Hours(25));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(26);
  });
  cases.Overridden(kVital, "R20_ReviewedAndLapsedAfter72Hours", kUnapproved, [](Request& r) {
    Alone(r, absl::Hours(72));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(60);
  });
  cases.Overridden(kVital, "R20_TheApproverCannotReview", kUnapproved, [](Request& r) {
    Alone(r, absl::Hours(25));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(2);
    r.reviews[0].reviewer = r.approvals[0].approver;
  });
  cases.Overridden(kVital, "R20_AnyReviewerMustBeOnTheList", kUnapproved, [](Request& r) {
    Alone(r, absl::Hours(25));
    r.reviews = {Reviewing(r)};
    r.reviews[0].reviewed_at = kNow - absl::Hours(2);
    r.reviews[0].on_approver_list = false;
  });
  cases.Overridden(kVital, "R20_AReviewIsNoApproval", kUnapproved, [](Request& r) {
    r.approvals.pop_back();
    r.reviews = {Reviewing(r)};
  });
  for (const v1::LegalBasis basis : {kVital, kDuty, kOrder}) {
    cases.Overridden(basis, "R20_NotUpheld_" + std::string(codes::CodeName(basis)), kUnapproved,
                     [](Request& r) {
                       r.reviews = {Reviewing(r)};
                       r.reviews[0].upheld = false;
                     });
  }
  cases.Overridden(kVital, "R18_NotUpheldByNobodyWhoMayJudge", kVitalPermits, [](Request& r) {
    r.reviews = {Reviewing(r)};
    r.reviews[0].upheld = false;
    r.reviews[0].on_approver_list = false;
  });
}

void AddScopeCases(RuleCases& cases) {
  cases.Overridden(kVital, "R18_NothingSensitive", "REDACT 9,18 CATEGORY_NOT_COVERED",
                   [](Request& r) { r.header.categories.Add(v1::CATEGORY_RISK); });
  cases.Overridden(kVital, "R18_SensitiveOfWhoCannotBeAsked", kVitalPermits, [](Request& r) {
    r.header.categories |= {v1::CATEGORY_RISK, v1::CATEGORY_MEDICAL};
    r.header.incapacity = true;
    r.recipient.health_qualified = true;
  });
  cases.Overridden(
      kVital, "R18_NotMoreThanFourCategories", "REDACT 9,18 CATEGORY_NOT_COVERED", [](Request& r) {
        r.header.categories = codes::kAllCategories - codes::CategorySet{v1::CATEGORY_MEDICAL};
        r.header.incapacity = true;
      });
  cases.Overridden(kVital, "R18_NotWhatTheServiceAlsoNeeds",
                   "DENY 10,18 REQUIRED_CATEGORY_NOT_COVERED",
                   [](Request& r) { r.header.service = v1::SERVICE_TYPE_ACCOMMODATION; });
  cases.Overridden(kVital, "R18_DoesNotLiftTheHealthRule",
                   "REDACT 18,25 HEALTH_RECIPIENT_NOT_QUALIFIED", [](Request& r) {
                     r.header.categories.Add(v1::CATEGORY_MEDICAL);
                     r.header.incapacity = true;
                   });
  cases.Overridden(kDuty, "R19_LiftsTheHealthRule", kLegalPermits,
                   [](Request& r) { r.header.categories.Add(v1::CATEGORY_MEDICAL); });
  cases.Overridden(kDuty, "R19_NotForWhatTheLawDoesNotName", "REDACT 9,19,25 CATEGORY_NOT_COVERED",
                   [](Request& r) {
                     r.header.categories.Add(v1::CATEGORY_MEDICAL);
                     r.approvals[1].categories.Remove(v1::CATEGORY_MEDICAL);
                   });
  cases.Overridden(kDuty, "R20_ApproversWhoNameNothingInCommon", kUnapproved, [](Request& r) {
    r.approvals[0].categories = {v1::CATEGORY_IDENTITY_MIN};
    r.approvals[1].categories = {v1::CATEGORY_LOCATION};
  });
  cases.Overridden(kDuty, "R19_NothingOfWhatIsThere", "DENY 9,19 CATEGORY_NOT_COVERED",
                   [](Request& r) {
                     r.header.service = v1::SERVICE_TYPE_BASIC_NEEDS;
                     r.header.categories = {v1::CATEGORY_FAMILY};
                   });
}

void AddLiftedCases(RuleCases& cases) {
  for (const v1::LegalBasis basis : {kVital, kDuty, kOrder}) {
    const std::string of = "_" + std::string(codes::CodeName(basis));
    const std::string permits = basis == kVital ? kVitalPermits : kLegalPermits;
    cases.Adult("ConsentAndOverride" + of, basis == kVital ? "PERMIT 3,18" : "PERMIT 3,19",
                Overruled(basis, [](Request&) {}));
    cases.Adult("Lifted05" + of, permits,
                Overruled(basis, [](Request& r) { r.pinned().valid_until = kNow; }));
    cases.Adult("Lifted11" + of, permits,
                Overruled(basis, [](Request& r) { r.pinned().purposes = {v1::PURPOSE_JUSTICE}; }));
    cases.Adult("Lifted12" + of, permits, Overruled(basis, [](Request& r) {
                  r.pinned().recipient_kinds = {v1::AGENCY_KIND_IOM};
                }));
    cases.Adult("Lifted14" + of, basis == kVital ? "PERMIT 3,18" : "PERMIT 3,19",
                Overruled(basis, [](Request& r) {
                  r.header.subject_class = v1::SUBJECT_CLASS_AGE_UNKNOWN;
                }));
    cases.Adult("Lifted09And10" + of, permits,
                Overruled(basis, [](Request& r) { r.pinned().categories = {v1::CATEGORY_RISK}; }));
    // A consent that a lifted rule would have denied gives nothing: only what the override gives.
    cases.Adult("NothingOfAConsentThatDoesNotStand" + of,
                "REDACT 9," + std::string(basis == kVital ? "18" : "19") + " CATEGORY_NOT_COVERED",
                Overruled(basis, [](Request& r) {
                  r.header.categories.Add(v1::CATEGORY_RISK);
                  r.pinned().valid_until = kNow;
                }));
    cases.Adult("NothingOfARecordThatIsNoConsent" + of,
                "REDACT 9," + std::string(basis == kVital ? "18" : "19") + " CATEGORY_NOT_COVERED",
                Overruled(basis, [](Request& r) {
                  r.header.categories.Add(v1::CATEGORY_RISK);
                  r.pinned().legal_basis = kOrder;
                }));
    cases.Adult("NothingOfAChildsOwnConsent" + of,
                "REDACT 9," + std::string(basis == kVital ? "18" : "19") + " CATEGORY_NOT_COVERED",
                Overruled(basis, [](Request& r) {
                  r.header.categories.Add(v1::CATEGORY_RISK);
                  r.header.subject_class = v1::SUBJECT_CLASS_AGE_UNKNOWN;
                }));
    cases.Adult("BothTogether" + of, basis == kVital ? "PERMIT 3,18" : "PERMIT 3,19",
                Overruled(basis, [](Request& r) { r.header.categories.Add(v1::CATEGORY_RISK); }));
  }
}

void AddWithdrawnAndExcludedCases(RuleCases& cases) {
  cases.Adult("Lifted06_LEGAL_DUTY", kLegalPermits,
              Overruled(kDuty, [](Request& r) { r.pinned().withdrawn_at = kNow; }));
  cases.Adult("Lifted07_COURT_ORDER", kLegalPermits, Overruled(kOrder, [](Request& r) {
                r.pinned().withdrawn_at = kNow;
                r.environment.attempt = Attempt::kRetry;
              }));
  cases.Adult("NotLifted06_VITAL_INTEREST", "DENY 6,18 CONSENT_WITHDRAWN",
              Overruled(kVital, [](Request& r) { r.pinned().withdrawn_at = kNow; }));
  cases.Adult("NotLifted06_VITAL_INTEREST_ThatPinsNothing", "DENY 6,18 CONSENT_WITHDRAWN",
              Overruled(kVital, [](Request& r) {
                r.pinned().withdrawn_at = kNow;
                r.header.pinned.reset();
              }));
  cases.Adult("Lifted13_COURT_ORDER", kLegalPermits, Overruled(kOrder, [](Request& r) {
                r.exclusions = {Excluding(r, Party("shelter-a"))};
              }));
  cases.Adult("Lifted13_COURT_ORDER_ForWhatItNames", "REDACT 9,19 CATEGORY_NOT_COVERED",
              Overruled(kOrder, [](Request& r) {
                r.header.categories.Add(v1::CATEGORY_RISK);
                r.exclusions = {
                    Excluding(r, Party("shelter-a"), {v1::CATEGORY_RISK, v1::CATEGORY_LOCATION})};
              }));
  cases.Adult("Lifted13_COURT_ORDER_WhichDoesNotNameWhatIsNeeded",
              "DENY 9,10,19 REQUIRED_CATEGORY_NOT_COVERED", Overruled(kOrder, [](Request& r) {
                r.header.service = v1::SERVICE_TYPE_PSYCHOSOCIAL;
                r.header.categories.Add(v1::CATEGORY_RISK);
                r.exclusions = {Excluding(r, Party("shelter-a"), {v1::CATEGORY_RISK})};
              }));
  for (const v1::LegalBasis basis : {kVital, kDuty}) {
    cases.Overridden(
        basis, "NotLifted13_" + std::string(codes::CodeName(basis)),
        basis == kVital ? "DENY 13,18 RECIPIENT_EXCLUDED" : "DENY 13,19 RECIPIENT_EXCLUDED",
        [](Request& r) { r.exclusions = {Excluding(r, Party("shelter-a"))}; });
  }
}

// Everything that not even a court lifts.
void AddNeverLiftedCases(RuleCases& cases) {
  const auto court = [&](std::string name, std::string expected, Change change) {
    cases.Adult("NotLifted" + std::move(name), std::move(expected),
                Overruled(kOrder, std::move(change)));
  };
  court("01", "DENY 1,3,19 SIGNATURE_INVALID", [](Request& r) { r.pinned().authentic = false; });
  court("04", "HOLD 4,19 CONSENT_NOT_YET_VALID",
        [](Request& r) { r.pinned().valid_from = kNow + absl::Hours(1); });
  court("08", "DENY 8,19 CONSENT_WITHDRAWN", [](Request& r) {
    r.pinned().withdrawn_at = kNow;
    r.environment.attempt = Attempt::kAfterDelivery;
  });
  court("15", "DENY 3,15,19 GUARDIAN_CONFLICT", [](Request& r) {
    r.header.subject_class = v1::SUBJECT_CLASS_MINOR;
    r.header.guardian_conflict = true;
  });
  court("15_WithoutConsent", "DENY 15,19 GUARDIAN_CONFLICT", [](Request& r) {
    r.header.subject_class = v1::SUBJECT_CLASS_MINOR;
    r.header.guardian_conflict = true;
    r.header.pinned.reset();
  });
  court("17", "HOLD 3,17,19 RECONSENT_REQUIRED", [](Request& r) {
    r.header.subject_class = v1::SUBJECT_CLASS_MINOR;
    r.header.majority_month = kThisMonth;
    r.pinned().given_by = v1::CONSENT_GIVER_GUARDIAN;
  });
  court("21", "DENY 3,19,21 CROSS_BORDER_NOT_COVERED", [](Request& r) {
    r.recipient.abroad = true;
    r.header.categories.Add(v1::CATEGORY_RISK);
  });
  court("22", "DENY 3,19,22 SAFEGUARDS_MISSING", [](Request& r) { r.recipient.abroad = true; });
  court("23", "DENY 19,23,24 EMBASSY_PROHIBITED",
        [](Request& r) { r.recipient.kind = v1::AGENCY_KIND_EMBASSY; });
  court("24", "DENY 19,24 RECIPIENT_NOT_COVERED", [](Request& r) {
    r.recipient.kind = v1::AGENCY_KIND_EMBASSY;
    r.header.embassy_contact = v1::EMBASSY_CONTACT_CONSENTED;
  });
  court("26", "DENY 3,19,26 ONWARD_NOT_COVERED",
        [](Request& r) { r.pinned().recorder = Party("iom", "desk"); });
  court("27_DropsNothingThatTheOrderNames", "REDACT 19,27 CONSENT_CONFLICT", [](Request& r) {
    ConsentFacts newer = NewerConsent(r);
    newer.categories.Remove(v1::CATEGORY_LOCATION);
    r.records.push_back(newer);
  });
  court("28", "HOLD 28 CONSENT_UNVERIFIABLE", [](Request& r) { r.environment.store_ok = false; });
  court("29", "DENY 3,19,29 NOT_A_REFERRAL", [](Request& r) { r.header.extract = true; });
  court("ForAnUnknownService", "DENY 11 PURPOSE_NOT_COVERED",
        [](Request& r) { r.header.service = static_cast<v1::ServiceType>(99); });
  court("ForAnUnknownKind", "DENY 12 RECIPIENT_NOT_COVERED",
        [](Request& r) { r.recipient.kind = static_cast<v1::AgencyKind>(31); });
}

}  // namespace

void AddOverrideCases(RuleCases& cases) {
  AddApprovalCases(cases);
  AddTimeCases(cases);
  AddScopeCases(cases);
  AddLiftedCases(cases);
  AddWithdrawnAndExcludedCases(cases);
  AddNeverLiftedCases(cases);
}

}  // namespace amana::consent
