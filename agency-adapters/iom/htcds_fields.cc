#include "agency-adapters/iom/htcds_fields.h"

#include <algorithm>
#include <iterator>

namespace amana::iom {
namespace {

using enum ValueKind;
using enum FieldUse;

// vic_ForcedLabourIndustry is a picklist in the data dictionary and a multi-select in the XLSForm;
// reading it as the latter takes both. A label shared by fields outside the spreadsheet is left
// out.
constexpr Field kFields[] = {
    {"org_Name", "Organisation Name", kText, kNotCarried},
    {"org_ShippingCity", "Shipping City", kText, kNotCarried},
    {"org_ShippingCountry", "Shipping Country", kText, kNotCarried},
    {"org_ShippingState", "Shipping State/Province", kText, kNotCarried},
    {"org_ShippingStreet", "Shipping Street", kText, kNotCarried},
    {"org_ShippingPostalCode", "Shipping Zip/Postal Code", kText, kNotCarried},
    {"org_ShippingLongitude", "", kDegrees, kNotCarried},
    {"org_ShippingLatitude", "", kDegrees, kNotCarried},
    {"org_Phone", "Phone", kPhone, kNotCarried},
    {"org_Type", "", kPicklist, kNotCarried},
    {"prs_Salutation", "Salutation", kText, kCarried},
    {"prs_FirstName", "First Name", kText, kCarried},
    {"prs_MiddleName", "Middle Name", kText, kCarried},
    {"prs_SecondName", "Second Name", kText, kCarried},
    {"prs_Birthdate", "Birthdate", kDate, kCarried},
    {"prs_Gender", "Gender", kPicklist, kCarried},
    {"prs_Deceased", "Deceased", kCheckbox, kNotCarried},
    {"prs_MaritalStatus", "Marital Status", kPicklist, kCarried},
    {"prs_NumberOfChildren", "Number of Children", kNumber, kCarried},
    {"prs_PrimaryLanguage", "Primary Language", kText, kCarried},
    {"prs_SecondaryLanguage", "Secondary Language", kText, kCarried},
    {"prs_HighestLevelOfEducation", "Highest Level of Education", kPicklist, kCarried},
    {"prs_Citizenship", "Citizenship", kCountries, kCarried},
    {"prs_IdentityNumber", "Identity Number", kText, kCarried},
    {"prs_Title", "Title", kText, kCarried},
    {"prs_Email", "Email", kText, kCarried},
    {"prs_HomePhone", "Home Phone", kPhone, kCarried},
    {"prs_MobilePhone", "Mobile Phone", kPhone, kCarried},
    {"prs_MailingCity", "Mailing City", kText, kCarried},
    {"prs_MailingCountry", "Mailing Country", kText, kCarried},
    {"prs_MailingState", "Mailing State/Province", kText, kCarried},
    {"prs_MailingStreet", "Mailing Street", kText, kCarried},
    {"prs_MailingPostalCode", "Mailing Zip/Postal Code", kText, kCarried},
    {"prs_MailingLongitude", "", kDegrees, kNotCarried},
    {"prs_MailingLatitude", "", kDegrees, kNotCarried},
    {"vic_AgreementToManagePersonalData", "Agreement to Manage Personal Data", kCheckbox,
     kNotAConsent, true},
    {"vic_TraffickingStatus", "Trafficking Status", kPicklist, kCarried},
    {"vic_TraffickingStatusDecisionMakingOrg", "Trafficking Status Decision Making Organization",
     kPicklist, kCarried},
    {"vic_RelationshipToTrafficker", "Relationship to Trafficker", kPicklist, kCarried},
    {"vic_AgeWhenTrafficked", "Age when Trafficked", kNumber, kCarried},
    {"vic_RecruitmentWebsitesAndApps", "Recruitment Websites and Apps", kMultiselect, kCarried},
    {"vic_MethodOfRecruitment", "Method of Recruitment", kMultiselect, kCarried},
    {"vic_LocationOfRecruitment", "Location of Recruitment", kText, kCarried},
    {"vic_MethodsOfControl", "Methods of Control", kMultiselect, kCarried},
    {"vic_TypeOfExploitation", "Type of Exploitation", kMultiselect, kCarried},
    {"vic_ForcedLabourIndustry", "Forced Labour Industry", kMultiselect, kCarried},
    {"vic_TypeOfSexExploitation", "Type of Sex Exploitation", kMultiselect, kCarried},
    {"vic_LocationOfExploitation", "Location of Exploitation", kText, kCarried},
    {"vic_ExploitationWebsitesAndApps", "Exploitation Websites and Apps", kMultiselect, kCarried},
    {"vic_Vulnerabilities", "Vulnerabilities", kMultiselect, kCarried, true},
    {"vic_DetailsOfVulnerabilities", "Details Of Vulnerabilities", kText, kCarried, true},
    {"per_RoleInProcess", "Role in Process", kMultiselect, kCarried},
    {"per_RoleDetails", "Role Details", kText, kCarried},
    {"cas_Status", "Status", kPicklist, kNotCarried},
    {"cas_ReasonForCaseClosure", "Reason for Case Closure", kText, kNotCarried},
    {"cas_CaseOwner", "Case Owner", kText, kNotCarried},
    {"cas_ReferringOrganisation", "Referring Organisation", kText, kNotCarried},
    {"cas_IncomingReferralDate", "Incoming Referral Date", kDate, kNotCarried},
    {"cas_ReferringPrimaryCaseWorker", "Referring Primary Case Worker", kText, kNotCarried},
    {"cas_ReasonForIncomingReferral", "Reason for Incoming Referral", kPicklist, kNotCarried},
    {"cas_IncomingReferralDetails", "Incoming Referral Details", kText, kNotCarried},
    {"cas_ReferredOrganisation", "Referred Organisation", kText, kNotCarried},
    {"cas_ReferredPrimaryCaseWorker", "Referred Primary Case Worker", kText, kNotCarried},
    {"cas_ReasonForOutgoingReferral", "Reason for Outgoing Referral", kPicklist, kCarried},
    {"cas_OutgoingReferralDate", "Outgoing Referral Date", kDate, kNotCarried},
    {"cas_OutgoingReferralDetails", "Outgoing Referral Details", kText, kCarried},
    {"cco_CaseComment", "Case Comment", kText, kNotCarried},
    {"hte_Longitude", "", kDegrees, kCarried},
    {"hte_Latitude", "", kDegrees, kCarried},
    {"hte_City", "City", kText, kCarried},
    {"hte_Country", "Country", kText, kCarried},
    {"hte_State", "State", kText, kCarried},
    {"hte_Street", "Street", kText, kCarried},
    {"hte_PostalCode", "PostalCode", kText, kCarried},
    {"hte_Date", "Date", kDate, kCarried},
    {"hte_Type", "", kPicklist, kCarried},
    {"hte_Description", "Description", kText, kCarried},
    {"spl_Objectives", "Objectives", kText, kCarried},
    {"spl_ActionPlan", "Action Plan", kText, kNotCarried},
    {"spl_PlannedEndDate", "Planned End Date", kDate, kNotCarried},
    {"spl_ActualEndDate", "Actual End Date", kDate, kNotCarried},
    {"spl_Type", "", kPicklist, kCarried},
    {"con_Consent", "Consent", kCheckbox, kNotAConsent},
};

// HTCDS_Excel_Spreadsheet_v2.0.xlsx, rows 1 and 2.
constexpr OfficialColumn kOfficial[] = {
    {"B", "cas_CaseOwner", "Case Owner", "cas_CaseOwner"},
    {"C", "prs_Salutation", "Salutation", "prs_Salutation"},
    {"D", "prs_FirstName", "First Name", "prs_FirstName"},
    {"E", "prs_SecondName", "Second Name", "prs_SecondName"},
    {"F", "con_Consent", "Consent", "con_Consent"},
    {"G", "prs_Birthdate", "Birthdate", "prs_Birthdate"},
    {"H", "prs_Gender", "Gender", "prs_Gender"},
    {"I", "prs_Citizenship", "Citizenship", "prs_Citizenship"},
    {"J", "prs_Title", "Title", "prs_Title"},
    {"K", "prs_Email", "Email", "prs_Email"},
    {"L", "prs_HomePhone", "Home Phone", "prs_HomePhone"},
    {"M", "prs_MobilePhone", "Mobile Phone", "prs_MobilePhone"},
    {"N", "prs_MailingCity", "Mailing Street", "prs_MailingCity"},
    {"O", "prs_MailingCountry", "Mailing City", "prs_MailingCountry"},
    {"P", "prs_MailingState", "Mailing State/Province", "prs_MailingState"},
    {"Q", "prs_MailingStreet", "Mailing Zip/Postal Code", "prs_MailingStreet"},
    {"R", "prs_MailingPostalCode", "Mailing Country", "prs_MailingPostalCode"},
    {"S", "vic_TraffickingStatus", "Trafficking Status", "vic_TraffickingStatus"},
    {"T", "vic_TraffickinStatusDecisionMakingOrg",
     "Trafficking Status Decision Making Organization", "vic_TraffickingStatusDecisionMakingOrg"},
    {"U", "vic_MethodOfRecruitment", "Method of Recruitment", "vic_MethodOfRecruitment"},
    {"V", "vic_LocationOfRecruitment", "Location of Recruitment", "vic_LocationOfRecruitment"},
    {"W", "vic_MethodsOfControl", "Methods of Control", "vic_MethodsOfControl"},
    {"X", "vic_TypeOfExploitation", "Type of Exploitation", "vic_TypeOfExploitation"},
    {"Y", "vic_ForcedLabourIndustry", "Forced Labour Industry", "vic_ForcedLabourIndustry"},
    {"Z", "vic_TypeOfSexExploitation", "Type of Sex Exploitation", "vic_TypeOfSexExploitation"},
    {"AA", "vic_LocationOfExploitation", "Location of Exploitation", "vic_LocationOfExploitation"},
    {"AB", "cas_Status", "Status", "cas_Status"},
    {"AC", "cas_ReferringOrganisation", "Referring Organisation", "cas_ReferringOrganisation"},
    {"AD", "cas_IncomingReferralDate", "Incoming Referral Date", "cas_IncomingReferralDate"},
    {"AE", "cas_ReferringPrimaryCaseWorker", "Referring Primary Case Worker",
     "cas_ReferringPrimaryCaseWorker"},
    {"AF", "cas_ReasonForIncomingReferral", "Reason for Incoming Referral",
     "cas_ReasonForIncomingReferral"},
    {"AG", "cas_IncomingReferralDetails", "Incoming Referral Details",
     "cas_IncomingReferralDetails"},
    {"AH", "cas_ReferredOrganisation", "Referred Organisation", "cas_ReferredOrganisation"},
    {"AI", "cas_ReferredPrimaryCaseWorker", "Referred Primary Case Worker",
     "cas_ReferredPrimaryCaseWorker"},
    {"AJ", "", "Reason for Outgoing Referral", "cas_ReasonForOutgoingReferral"},
    {"AK", "cas_OutgoingReferralDate", "Outgoing Referral Date", "cas_OutgoingReferralDate"},
    {"AL", "cas_OutgoingReferralDetails", "Outgoing Referral Details",
     "cas_OutgoingReferralDetails"},
    {"AM", "cas_ReasonForCaseClosure", "Reason for Case Closure", "cas_ReasonForCaseClosure"},
};

constexpr Misspelling kMisspellings[] = {
    {"vic_TraffickinStatusDecisionMakingOrg", "vic_TraffickingStatusDecisionMakingOrg",
     "MACHINE_HEADER_MISSPELT", false},
    {"prs_First_Name", "prs_FirstName", "XLSFORM_SPELLING", true},
    {"prs_Second_Name", "prs_SecondName", "XLSFORM_SPELLING", true},
    {"vic_Methods_of_Control", "vic_MethodsOfControl", "XLSFORM_SPELLING", true},
};

}  // namespace

std::span<const Field> AllFields() { return kFields; }
std::span<const OfficialColumn> OfficialColumns() { return kOfficial; }
std::span<const Misspelling> Misspellings() { return kMisspellings; }

const Field* FindField(std::string_view name) {
  const auto* found = std::ranges::find(kFields, name, &Field::name);
  return found == std::end(kFields) ? nullptr : found;
}

const Field* FindFieldByLabel(std::string_view label) {
  if (label.empty()) return nullptr;
  const auto* found = std::ranges::find(kFields, label, &Field::label);
  return found == std::end(kFields) ? nullptr : found;
}

}  // namespace amana::iom
