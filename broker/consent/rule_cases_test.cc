// One case or more for every row of the decision table: what was changed in a permitted request,
// and the outcome, the rules that held and the code that must come of it.
#include "broker/consent/rule_cases_test.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace amana::consent {
namespace {

void AddIntegrityAndBasisCases(RuleCases& cases) {
  cases.Adult("R01_MessageNotAuthentic", "DENY 1,3 SIGNATURE_INVALID",
              [](Request& r) { r.header.authentic = false; });
  cases.Adult("R01_RecordNotAuthentic", "DENY 1,3 SIGNATURE_INVALID",
              [](Request& r) { r.pinned().authentic = false; });
  cases.Adult("R01_BeforeAWithdrawal", "DENY 1,6 SIGNATURE_INVALID", [](Request& r) {
    r.header.authentic = false;
    r.pinned().withdrawn_at = kNow;
  });
  cases.Adult("R02_NothingPinned", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.header.pinned.reset(); });
  cases.Adult("R02_NoSuchRecord", "DENY 2 CONSENT_MISSING", [](Request& r) { r.records.clear(); });
  cases.Adult("R02_OtherDigest", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.header.pinned->digest = Filled<Digest>('z'); });
  cases.Adult("R02_OtherVersion", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.header.pinned->version = 2; });
  cases.Adult("R02_OtherPerson", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.pinned().pseudonym = Filled<Pseudonym>('q'); });
  cases.Adult("R02_AnAdultsConsentGivenByAParent", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.pinned().given_by = v1::CONSENT_GIVER_PARENT; });
  cases.Adult("R03_AGuardianOfAnAdultWithoutCapacity", "PERMIT 3", [](Request& r) {
    r.pinned().given_by = v1::CONSENT_GIVER_GUARDIAN;
    r.header.incapacity = true;
  });
  cases.Adult("R03_RecipientByName", "PERMIT 3", [](Request& r) {
    r.pinned().recipient_kinds = {};
    r.pinned().recipients = {Party("shelter-a", "intake")};
  });
  cases.Adult("R03_RecipientByWholeAgency", "PERMIT 3", [](Request& r) {
    r.pinned().recipient_kinds = {};
    r.pinned().recipients = {Party("shelter-a")};
  });
  cases.Adult("R20_VitalInterest", "DENY 3,20 OVERRIDE_UNAPPROVED",
              [](Request& r) { r.header.legal_basis = v1::LEGAL_BASIS_VITAL_INTEREST; });
  cases.Adult("R20_LegalDutyWithoutConsent", "DENY 20 OVERRIDE_UNAPPROVED", [](Request& r) {
    r.header.legal_basis = v1::LEGAL_BASIS_LEGAL_DUTY;
    r.header.pinned.reset();
  });
  cases.Adult("R20_CourtOrderDoesNotLiftAnExclusion", "DENY 3,13,20 RECIPIENT_EXCLUDED",
              [](Request& r) {
                r.header.legal_basis = v1::LEGAL_BASIS_COURT_ORDER;
                r.exclusions = {Excluding(r, Party("shelter-a"))};
              });
  cases.Adult("R20_ARecordThatIsNoConsent", "DENY 3,20 OVERRIDE_UNAPPROVED",
              [](Request& r) { r.pinned().legal_basis = v1::LEGAL_BASIS_COURT_ORDER; });
  cases.Adult("R28_StoreUnreachable", "HOLD 28 CONSENT_UNVERIFIABLE",
              [](Request& r) { r.environment.store_ok = false; });
  cases.Adult("R28_ClockUnsynchronised", "HOLD 28 CONSENT_UNVERIFIABLE",
              [](Request& r) { r.environment.clock_ok = false; });
  cases.Adult("R28_AfterABadSignature", "DENY 1,28 SIGNATURE_INVALID", [](Request& r) {
    r.environment.clock_ok = false;
    r.header.authentic = false;
  });
}

void AddValidityCases(RuleCases& cases) {
  cases.Adult("R04_NotYetValid", "HOLD 4 CONSENT_NOT_YET_VALID",
              [](Request& r) { r.pinned().valid_from = kNow + absl::Milliseconds(1); });
  cases.Adult("R04_FirstMomentIsValid", "PERMIT 3",
              [](Request& r) { r.pinned().valid_from = kNow; });
  cases.Adult("R05_Expired", "DENY 5 CONSENT_EXPIRED",
              [](Request& r) { r.pinned().valid_until = kNow; });
  cases.Adult("R05_LastMomentIsValid", "PERMIT 3",
              [](Request& r) { r.pinned().valid_until = kNow + absl::Milliseconds(1); });
  cases.Adult("R05_ItsNewerVersionHasEnded", "DENY 5 CONSENT_EXPIRED", [](Request& r) {
    ConsentFacts v2 = r.pinned();
    v2.version = 2;
    v2.digest = Filled<Digest>('2');
    v2.valid_until = kNow - absl::Hours(1);
    r.records.push_back(v2);
  });
  cases.Adult("R06_WithdrawnBeforeDelivery", "DENY 6 CONSENT_WITHDRAWN",
              [](Request& r) { r.pinned().withdrawn_at = kNow; });
  cases.Adult("R06_AnotherVersionWithdrawn", "DENY 6 CONSENT_WITHDRAWN", [](Request& r) {
    ConsentFacts v2 = r.pinned();
    v2.version = 2;
    v2.withdrawn_at = kNow - absl::Hours(1);
    r.records.push_back(v2);
  });
  cases.Adult("R07_WithdrawnDuringRetry", "DENY 7 CONSENT_WITHDRAWN", [](Request& r) {
    r.pinned().withdrawn_at = kNow;
    r.environment.attempt = Attempt::kRetry;
  });
  cases.Adult("R08_WithdrawnAfterDelivery", "DENY 8 CONSENT_WITHDRAWN", [](Request& r) {
    r.pinned().withdrawn_at = kNow;
    r.environment.attempt = Attempt::kAfterDelivery;
  });
}

void AddCoverageCases(RuleCases& cases) {
  cases.Adult("R09_ACategoryNotCovered", "REDACT 9 CATEGORY_NOT_COVERED",
              [](Request& r) { r.header.categories.Add(v1::CATEGORY_EXPLOITATION); });
  cases.Adult("R09_NothingLeftIsNeverSent", "DENY 9 CATEGORY_NOT_COVERED",
              [](Request& r) { r.header.categories = {v1::CATEGORY_FAMILY}; });
  cases.Adult("R09_NothingToSend", "DENY 9 CATEGORY_NOT_COVERED",
              [](Request& r) { r.header.categories = {}; });
  cases.Adult("R10_RequiredCategoryNotCovered", "DENY 9,10 REQUIRED_CATEGORY_NOT_COVERED",
              [](Request& r) { r.pinned().categories.Remove(v1::CATEGORY_RISK); });
  cases.Adult("R11_PurposeNotCovered", "DENY 11 PURPOSE_NOT_COVERED", [](Request& r) {
    r.pinned().purposes = {v1::PURPOSE_JUSTICE, v1::PURPOSE_REPORTING};
  });
  cases.Adult("R12_KindNotCovered", "DENY 12 RECIPIENT_NOT_COVERED",
              [](Request& r) { r.recipient.kind = v1::AGENCY_KIND_IOM; });
  cases.Adult("R12_OtherUnitOfTheAgency", "DENY 12 RECIPIENT_NOT_COVERED", [](Request& r) {
    r.pinned().recipient_kinds = {};
    r.pinned().recipients = {Party("shelter-a", "clinic")};
  });
  cases.Adult("R13_RecipientExcluded", "DENY 3,13 RECIPIENT_EXCLUDED",
              [](Request& r) { r.exclusions = {Excluding(r, Party("shelter-a"))}; });
  cases.Adult("R13_UnitExcluded", "DENY 3,13 RECIPIENT_EXCLUDED",
              [](Request& r) { r.exclusions = {Excluding(r, Party("shelter-a", "intake"))}; });
  cases.Adult("R13_ExcludedThoughNamed", "DENY 3,13 RECIPIENT_EXCLUDED", [](Request& r) {
    r.pinned().recipients = {Party("shelter-a", "intake")};
    r.exclusions = {Excluding(r, Party("shelter-a"))};
  });
  cases.Adult("R13_ARequiredFieldExcluded", "DENY 9,13 RECIPIENT_EXCLUDED", [](Request& r) {
    r.exclusions = {Excluding(r, Party("shelter-a"), {v1::CATEGORY_RISK})};
  });
  cases.Adult("R13_NotForOtherUnits", "PERMIT 3",
              [](Request& r) { r.exclusions = {Excluding(r, Party("shelter-a", "clinic"))}; });
  cases.Adult("R13_NotForOtherPersons", "PERMIT 3", [](Request& r) {
    r.exclusions = {Excluding(r, Party("shelter-a"))};
    r.exclusions[0].pseudonym = Filled<Pseudonym>('q');
  });
  cases.Adult(
      "R09_AnotherFieldExcludedIsWithheld", "REDACT 9 CATEGORY_NOT_COVERED",
      [](Request& r) { r.exclusions = {Excluding(r, Party("shelter-a"), {v1::CATEGORY_LEGAL})}; });
  cases.Adult("R13_ExclusionsThatLeaveNothing", "DENY 9,13 RECIPIENT_EXCLUDED", [](Request& r) {
    r.header.categories = {v1::CATEGORY_LEGAL};
    r.exclusions = {Excluding(r, Party("shelter-a"), {v1::CATEGORY_LEGAL})};
  });
}

void AddConflictCases(RuleCases& cases) {
  cases.Adult("R27_NewerConsentAgrees", "PERMIT 3", WithNewer([](ConsentFacts&) {}));
  cases.Adult("R27_NewerConsentNarrows", "REDACT 27 CONSENT_CONFLICT",
              WithNewer([](ConsentFacts& c) { c.categories.Remove(v1::CATEGORY_LEGAL); }));
  cases.Adult("R27_NewerConsentNeverWidens", "REDACT 9 CATEGORY_NOT_COVERED", [](Request& r) {
    WithNewer([](ConsentFacts& c) { c.categories = codes::kAllCategories; })(r);
    r.pinned().categories.Remove(v1::CATEGORY_LEGAL);
  });
  cases.Adult("R27_NewerVersionNarrows", "REDACT 27 CONSENT_CONFLICT",
              WithNewer([](ConsentFacts& c) {
                c.id = Filled<ConsentId>('c');
                c.version = 2;
                c.categories.Remove(v1::CATEGORY_LEGAL);
              }));
  cases.Adult("R27_RequiredByOneOnly", "DENY 10,27 REQUIRED_CATEGORY_NOT_COVERED",
              WithNewer([](ConsentFacts& c) { c.categories.Remove(v1::CATEGORY_RISK); }));
  cases.Adult("R27_PurposesDisagree", "DENY 11,27 PURPOSE_NOT_COVERED",
              WithNewer([](ConsentFacts& c) { c.purposes = {v1::PURPOSE_JUSTICE}; }));
  cases.Adult("R27_RecipientsDisagree", "DENY 12,27 RECIPIENT_NOT_COVERED",
              WithNewer([](ConsentFacts& c) { c.recipient_kinds = {v1::AGENCY_KIND_IOM}; }));
  cases.Adult("R27_OlderConsentDoesNotNarrow", "PERMIT 3", WithNewer([](ConsentFacts& c) {
                c.categories = {v1::CATEGORY_IDENTITY_MIN};
                c.registered_at -= absl::Hours(2);
              }));
  cases.Adult("R27_EndedConsentDoesNotNarrow", "PERMIT 3", WithNewer([](ConsentFacts& c) {
                c.categories = {v1::CATEGORY_IDENTITY_MIN};
                c.valid_until = kNow;
              }));
  cases.Adult("R27_OtherPersonsConsentDoesNotNarrow", "PERMIT 3", WithNewer([](ConsentFacts& c) {
                c.categories = {v1::CATEGORY_IDENTITY_MIN};
                c.pseudonym = Filled<Pseudonym>('q');
              }));
  cases.Adult("R27_LaterWithdrawalWins", "DENY 6 CONSENT_WITHDRAWN", WithNewer([](ConsentFacts& c) {
                c.registered_at -= absl::Hours(10);
                c.withdrawn_at = kNow - absl::Hours(1);
              }));
  cases.Adult("R27_ANewConsentAfterAWithdrawalCounts", "PERMIT 3", WithNewer([](ConsentFacts& c) {
                c.registered_at -= absl::Hours(10);
                c.withdrawn_at = kNow - absl::Hours(21);
              }));
}

void AddPrecedenceCases(RuleCases& cases) {
  cases.Adult("DenyBeforeHold", "DENY 4,11 PURPOSE_NOT_COVERED", [](Request& r) {
    r.pinned().valid_from = kNow + absl::Hours(1);
    r.pinned().purposes = {v1::PURPOSE_JUSTICE};
  });
  cases.Adult("HoldBeforeRedact", "HOLD 4,9 CONSENT_NOT_YET_VALID", [](Request& r) {
    r.pinned().valid_from = kNow + absl::Hours(1);
    r.header.categories.Add(v1::CATEGORY_EXPLOITATION);
  });
  cases.Adult("RedactionsAddUp", "REDACT 9,25,27 CATEGORY_NOT_COVERED", [](Request& r) {
    r.header.categories |= {v1::CATEGORY_EXPLOITATION, v1::CATEGORY_MEDICAL};
    r.pinned().categories.Add(v1::CATEGORY_MEDICAL);
    ConsentFacts newer = NewerConsent(r);
    newer.categories.Remove(v1::CATEGORY_LEGAL);
    r.records.push_back(newer);
  });
}

void AddUnknownCases(RuleCases& cases) {
  cases.Adult("Unknown_Urgency", "DENY none CONSENT_MISSING",
              [](Request& r) { r.header.urgency = static_cast<v1::Urgency>(9); });
  cases.Adult("Unknown_Service", "DENY 11 PURPOSE_NOT_COVERED",
              [](Request& r) { r.header.service = static_cast<v1::ServiceType>(99); });
  cases.Child("Unknown_SubjectClass", "DENY 14 GUARDIAN_REQUIRED",
              [](Request& r) { r.header.subject_class = static_cast<v1::SubjectClass>(9); });
  cases.Adult("Unknown_LegalBasis", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.header.legal_basis = static_cast<v1::LegalBasis>(9); });
  cases.Adult("Unknown_EmbassyContact", "DENY none CONSENT_MISSING",
              [](Request& r) { r.header.embassy_contact = static_cast<v1::EmbassyContact>(9); });
  cases.Adult("Unknown_RecipientKindThoughNamed", "DENY 12 RECIPIENT_NOT_COVERED", [](Request& r) {
    r.pinned().recipients = {r.recipient.address};
    r.recipient.kind = static_cast<v1::AgencyKind>(31);
  });
  cases.Adult("Unknown_Giver", "DENY 2 CONSENT_MISSING",
              [](Request& r) { r.pinned().given_by = static_cast<v1::ConsentGiver>(9); });
  cases.Adult("Unknown_CategoryThoughConsented", "REDACT 9 CATEGORY_NOT_COVERED", [](Request& r) {
    r.header.categories.Add(static_cast<v1::Category>(31));
    r.pinned().categories.Add(static_cast<v1::Category>(31));
  });
}

const std::vector<RuleCase>& Cases() {
  static const auto* const cases = [] {
    auto* list = new RuleCases;
    AddIntegrityAndBasisCases(*list);
    AddValidityCases(*list);
    AddCoverageCases(*list);
    AddChildCases(*list);
    AddRecipientCases(*list);
    AddConflictCases(*list);
    AddPrecedenceCases(*list);
    AddUnknownCases(*list);
    AddOverrideCases(*list);
    return list;
  }();
  return cases->all;
}

class RuleTest : public testing::TestWithParam<RuleCase> {};

TEST_P(RuleTest, HoldsAndDecides) {
  const RuleCase& c = GetParam();
  Request request = c.base();
  ASSERT_EQ(request.Decide().outcome, Outcome::kPermit);
  c.change(request);
  const Decision decision = request.Decide();
  EXPECT_EQ(Described(decision), c.expected);
  EXPECT_EQ(decision.permitted.empty(), !decision.Delivers());
  EXPECT_EQ(decision.permitted | decision.redacted, request.header.categories);
  EXPECT_FALSE(decision.permitted.Intersects(decision.redacted));
}

INSTANTIATE_TEST_SUITE_P(Table, RuleTest, testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

TEST(RuleCasesTest, EveryRuleHasACaseInWhichItHolds) {
  RuleSet shown;
  for (const RuleCase& c : Cases()) {
    Request request = c.base();
    c.change(request);
    shown |= request.Decide().rules;
  }
  for (int number = 1; number < 32; ++number) {
    const Rule rule = static_cast<Rule>(number);
    EXPECT_EQ(shown.Has(rule), RowOf(rule) != nullptr) << number;
  }
}

}  // namespace
}  // namespace amana::consent
