// Cases of rules 21 to 26 and 29: who the recipient is, and from whom the referral comes.
#include "broker/consent/rule_cases_test.h"

namespace amana::consent {
namespace {

void NothingSensitive(Request& r) {
  r.header.service = v1::SERVICE_TYPE_BASIC_NEEDS;
  r.header.categories = {v1::CATEGORY_IDENTITY_MIN};
}

// An embassy whose contact the person agreed to, with everything the rules ask for.
void ToEmbassy(Request& r) {
  r.recipient.kind = v1::AGENCY_KIND_EMBASSY;
  r.pinned().recipient_kinds = {v1::AGENCY_KIND_EMBASSY};
  r.pinned().purposes.Add(v1::PURPOSE_TRAVEL_AND_STATUS);
  r.header.embassy_contact = v1::EMBASSY_CONTACT_CONSENTED;
}

void AddEmbassyCases(RuleCases& cases) {
  cases.Adult("R23_ContactConsented", "PERMIT 3", ToEmbassy);
  cases.Adult("R23_ContactProhibited", "DENY 3,23 EMBASSY_PROHIBITED", [](Request& r) {
    ToEmbassy(r);
    r.header.embassy_contact = v1::EMBASSY_CONTACT_PROHIBITED;
  });
  cases.Adult("R23_ContactNotAssessed", "DENY 3,23 EMBASSY_PROHIBITED", [](Request& r) {
    ToEmbassy(r);
    r.header.embassy_contact = v1::EMBASSY_CONTACT_NOT_ASSESSED;
  });
  cases.Adult("R23_ContactNotAsserted", "DENY 3,23 EMBASSY_PROHIBITED", [](Request& r) {
    ToEmbassy(r);
    r.header.embassy_contact = v1::EMBASSY_CONTACT_UNSPECIFIED;
  });
  cases.Adult("R23_ConsulateOfAnotherKind", "DENY 3,23,24 EMBASSY_PROHIBITED",
              [](Request& r) { r.recipient.embassy = true; });
  cases.Adult("R24_ConsularPurposeNotNamed", "DENY 3,24 RECIPIENT_NOT_COVERED", [](Request& r) {
    ToEmbassy(r);
    r.pinned().purposes = {v1::PURPOSE_PROTECTION};
  });
  cases.Adult("R24_OnlyTheOtherKindNamed", "DENY 3,24 RECIPIENT_NOT_COVERED", [](Request& r) {
    ToEmbassy(r);
    r.recipient.kind = v1::AGENCY_KIND_OTHER;
    r.recipient.embassy = true;
    r.pinned().recipient_kinds = {v1::AGENCY_KIND_OTHER};
  });
  cases.Adult("R24_ThisEmbassyByName", "PERMIT 3", [](Request& r) {
    ToEmbassy(r);
    r.pinned().recipient_kinds = {};
    r.pinned().recipients = {r.recipient.address};
  });
  cases.Adult("R24_ANewerConsentNamesItNoMore", "DENY 12,24,27 RECIPIENT_NOT_COVERED",
              [](Request& r) {
                ToEmbassy(r);
                WithNewer([](ConsentFacts& c) { c.recipient_kinds = {v1::AGENCY_KIND_IOM}; })(r);
              });
  cases.Adult("R24_ANewerConsentHasNoConsularPurpose", "DENY 3,24,27 RECIPIENT_NOT_COVERED",
              [](Request& r) {
                ToEmbassy(r);
                WithNewer([](ConsentFacts& c) { c.purposes = {v1::PURPOSE_PROTECTION}; })(r);
              });
  cases.Adult("R24_AnExcludedEmbassyIsNotNamed", "DENY 3,13,24 RECIPIENT_EXCLUDED", [](Request& r) {
    ToEmbassy(r);
    r.exclusions = {Excluding(r, r.recipient.address)};
  });
}

void AddBorderCases(RuleCases& cases) {
  cases.Adult("R21_RecipientAbroad", "DENY 3,21 CROSS_BORDER_NOT_COVERED",
              [](Request& r) { r.recipient.abroad = true; });
  cases.Adult("R21_HeaderCrossesTheBorder", "DENY 3,21 CROSS_BORDER_NOT_COVERED",
              [](Request& r) { r.header.cross_border = true; });
  cases.Adult("R21_ANewerConsentKeepsItInTheCountry", "DENY 3,21,27 CROSS_BORDER_NOT_COVERED",
              [](Request& r) {
                r.recipient.abroad = true;
                r.recipient.safeguards_until = kNow + absl::Hours(1);
                r.pinned().cross_border = true;
                WithNewer([](ConsentFacts& c) { c.cross_border = false; })(r);
              });
  cases.Adult("R22_NoSafeguards", "DENY 3,22 SAFEGUARDS_MISSING", [](Request& r) {
    r.recipient.abroad = true;
    r.pinned().cross_border = true;
  });
  cases.Adult("R22_SafeguardsHaveEnded", "DENY 3,22 SAFEGUARDS_MISSING", [](Request& r) {
    r.recipient.abroad = true;
    r.pinned().cross_border = true;
    r.recipient.safeguards_until = kNow;
  });
  cases.Adult("R22_ConsentAndSafeguards", "PERMIT 3", [](Request& r) {
    r.recipient.abroad = true;
    r.pinned().cross_border = true;
    r.recipient.safeguards_until = kNow + absl::Milliseconds(1);
  });
  cases.Adult("R22_WhatIsNotSensitiveNeedsSafeguardsAlone", "PERMIT 3", [](Request& r) {
    NothingSensitive(r);
    r.recipient.abroad = true;
    r.recipient.safeguards_until = kNow + absl::Hours(1);
  });
  cases.Adult("R22_WhatIsNotSensitiveNeedsSafeguards", "DENY 3,22 SAFEGUARDS_MISSING",
              [](Request& r) {
                NothingSensitive(r);
                r.recipient.abroad = true;
              });
}

}  // namespace

void AddRecipientCases(RuleCases& cases) {
  AddBorderCases(cases);
  AddEmbassyCases(cases);
  cases.Adult("R25_MedicalToAShelter", "REDACT 3,25 HEALTH_RECIPIENT_NOT_QUALIFIED",
              [](Request& r) {
                r.pinned().categories.Add(v1::CATEGORY_MEDICAL);
                r.header.categories.Add(v1::CATEGORY_MEDICAL);
              });
  cases.Adult("R25_MedicalServiceCannotDoWithout", "DENY 3,10,25 REQUIRED_CATEGORY_NOT_COVERED",
              [](Request& r) {
                r.header.service = v1::SERVICE_TYPE_MEDICAL;
                r.pinned().purposes = {v1::PURPOSE_HEALTH_CARE};
                r.pinned().categories.Add(v1::CATEGORY_MEDICAL);
                r.header.categories.Add(v1::CATEGORY_MEDICAL);
              });
  cases.Adult("R25_AQualificationThatHasEnded", "REDACT 3,25 HEALTH_RECIPIENT_NOT_QUALIFIED",
              [](Request& r) {
                r.pinned().categories.Add(v1::CATEGORY_MEDICAL);
                r.header.categories.Add(v1::CATEGORY_MEDICAL);
                r.recipient.health_qualified = true;
                r.recipient.health_qualified_until = kNow;
              });
  cases.Adult("R25_NotForAHealthProvider", "PERMIT 3", [](Request& r) {
    r.pinned().categories.Add(v1::CATEGORY_MEDICAL);
    r.header.categories.Add(v1::CATEGORY_MEDICAL);
    r.recipient.health_qualified = true;
  });
  cases.Adult("R26_ConsentOfAnotherAgency", "DENY 3,26 ONWARD_NOT_COVERED",
              [](Request& r) { r.header.sender = Party("iom", "desk"); });
  cases.Adult("R26_OnwardOnAConsentOfItsOwn", "PERMIT 3", [](Request& r) {
    r.header.onward = true;
    r.header.parent_received = true;
  });
  cases.Adult("R26_OnwardFromWhatTheSenderNeverReceived", "DENY 3,26 ONWARD_NOT_COVERED",
              [](Request& r) { r.header.onward = true; });
  cases.Adult("R26_OnwardOnNothing", "DENY 2,26 CONSENT_MISSING", [](Request& r) {
    r.header.onward = true;
    r.header.pinned.reset();
  });
  cases.Adult("R29_AnExtract", "DENY 3,29 NOT_A_REFERRAL",
              [](Request& r) { r.header.extract = true; });
  cases.Adult("R26_OnwardConsented", "PERMIT 3", [](Request& r) {
    r.header.sender = Party("iom", "desk");
    r.pinned().onward = true;
  });
}

}  // namespace amana::consent
