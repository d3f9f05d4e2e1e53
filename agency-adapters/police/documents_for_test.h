// SYNTHETIC documents of the police system.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_DOCUMENTS_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_DOCUMENTS_FOR_TEST_H_

#include <string>

namespace amana::police {

inline constexpr const char* kContextForTest =
    R"("@context": {"nc": "https://docs.oasis-open.org/niemopen/ns/model/niem-core/6.0/",
    "j": "https://docs.oasis-open.org/niemopen/ns/model/domains/justice/6.0/",
    "hs": "https://docs.oasis-open.org/niemopen/ns/model/domains/humanServices/6.0/",
    "x": "urn:example:referral-broker:ext:1"})";

// A whole document of `members` and the context.
inline std::string DocumentForTest(const std::string& members) {
  std::string document = "{";
  document.append(kContextForTest).append(members.empty() ? "" : ", ").append(members).append("}");
  return document;
}

inline std::string CaseForTest(const std::string& ob_number = "OB/00/00/00/0000-SYNTH") {
  return DocumentForTest(R"("x:NationalPoliceCase": {"x:OBNumber": ")" + ob_number + R"(",
    "x:UnitCode": "DCI-AHTCPU-SYNTH"},
  "nc:Referral": {
    "nc:ReferralIssuer": {"nc:OrganizationIdentification": {"nc:IdentificationID": "KE.DCI.SYNTH"}},
    "nc:ReferralEntity":
        {"nc:OrganizationIdentification": {"nc:IdentificationID": "SHELTER.SYNTH.07"}},
    "nc:ReferralMandatoryIndicator": false,
    "j:ReferralAugmentation": {"j:ReferralDueDate": {"nc:Date": "2031-02-04"}},
    "hs:ReferralReasonText": "Safe accommodation; SYNTHETIC RECORD"},
  "hs:HumanTraffickingVictim": {
    "j:VictimPerson": {
      "nc:PersonName": {"nc:PersonGivenName": "TESTCASE-ALPHA", "nc:PersonSurName": "SYNTHETIC"},
      "nc:PersonBirthDate": {"nc:Date": "1999-01-01"}},
    "hs:ProspectiveVictimStatus": {"hs:ProspectiveVictimIndicator": true,
                                   "hs:ProspectiveVictimCategoryCode": "Direct Contact"},
    "hs:TraffickingEvent": {"hs:PastExploitationIndustryCode": "Domestic Work",
                            "hs:PastTraffickedVenueCode": "Non-Relative Home"},
    "hs:VictimTraffickerRelationshipDescriptionText": "Acquainted",
    "j:VictimSeeksProsecutionIndicator": false},
  "hs:RequestedDirectServiceVictimAssociation":
      [{"hs:Service": {"x:ServiceCode": "ACCOMMODATION"}}])");
}

inline std::string DecisionForTest(const std::string& ob_number, const std::string& decision) {
  return DocumentForTest(R"("x:NationalPoliceCase": {"x:OBNumber": ")" + ob_number +
                         R"("}, "x:Decision": {)" + decision + "}");
}

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_DOCUMENTS_FOR_TEST_H_
