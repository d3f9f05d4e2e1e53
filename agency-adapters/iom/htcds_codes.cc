#include "agency-adapters/iom/htcds_codes.h"

#include <algorithm>

namespace amana::iom {
namespace {

constexpr Code kOrgType[] = {
    {"NGO", "NGO"},
    {"LawEnforcement", "Law Enforcement"},
    {"HealthServiceOrganisation", "Health Service Organisation"},
    {"CentralGovernmentOrganisation", "Central Government Organisation"},
    {"LocalGovernmentOrganisation", "Local Government Organisation"},
    {"ImmigrationService", "Immigration Service"},
    {"LegalService", "Legal Service"},
    {"CorporateBusiness", "Corporate Business"},
    {"SchoolOrCollege", "School or College"},
};
constexpr Code kPrsGender[] = {
    {"Feminine", "Feminine"},
    {"Masculine", "Masculine"},
    {"TransgenderFeminine", "Transgender Feminine"},
    {"TransgenderMasculine", "Transgender Masculine"},
    {"NonConforming", "Non-Conforming"},
    {"NonSpecifiedUnknown", "Not Specified/Unknown"},
};
constexpr Code kPrsMaritalStatus[] = {
    {"Single", "Single"},       {"Married", "Married"},
    {"Widowed", "Widowed"},     {"Divorced", "Divorced"},
    {"Separated", "Separated"}, {"RegisteredPartnership", "Registered Partnership"},
};
constexpr Code kPrsHighestLevelOfEducation[] = {
    {"EarlyChildhoodEducation", "Early Childhood Education"},
    {"PrimaryEducation", "Primary Education"},
    {"LowerSecondaryEducation", "Lower Secondary Education"},
    {"UpperSecondaryEducation", "Upper Secondary Education"},
    {"PostSecondaryNonTertiaryEducation", "Post-secondary Non-tertiary Education"},
    {"ShortCycleTertiaryEducation", "Short-cycle Tertiary Education"},
    {"BachelorsOrEquivalentLevel", "Bachelor’s or Equivalent Level"},
    {"MastersOrEquivalentLevel", "Master’s or Equivalent Level"},
    {"DoctoralOrEquivalentLevel", "Doctoral or Equivalent Level"},
};
constexpr Code kVicTraffickingStatus[] = {
    {"PossibleVictimOfTrafficking", "Possible victim of trafficking"},
    {"ActualVictimOfTrafficking", "Actual victim of trafficking"},
    {"NotAVictimOfTrafficking", "Not a victim of trafficking"},
};
constexpr Code kVicTraffickingStatusDecisionMakingOrg[] = {
    {"Police", "Police"},
    {"NGO", "NGO"},
    {"CourtOrProsecution", "Court or prosecution"},
    {"NonPoliceGovernmentalOrganization", "Non-police governmental organization"},
    {"Other", "Other"},
};
constexpr Code kVicRelationshipToTrafficker[] = {
    {"Familial", "Familial"},
    {"Acquainted", "Acquainted"},
    {"Unaquainted", "Unaquainted"},
};
constexpr Code kVicRecruitmentWebsitesAndApps[] = {
    {"Facebook", "Facebook"},
    {"Instagram", "Instagram"},
    {"WhatsApp", "WhatsApp"},
    {"Telegram", "Telegram"},
    {"FacebookMessenger", "Facebook Messenger"},
    {"Viber", "Viber"},
    {"SnapChat", "SnapChat"},
    {"Line", "Line"},
    {"4Sale", "4Sale"},
    {"WeChat", "WeChat"},
    {"QQ", "QQ"},
    {"QZone", "QZone"},
    {"TikTok", "TikTok"},
    {"Twitter", "Twitter"},
    {"Other", "Other"},
};
constexpr Code kVicMethodOfRecruitment[] = {
    {"AtAPlaceOfBusiness", "At a place of business"},
    {"AtAnEducationalInstitution", "At an educational institution"},
    {"AtWork", "At work"},
    {"ThroughOnlineSocialNetworks", "Through online social networks"},
    {"ThroughAnOnlineAdvertisement", "Through an online advertisement"},
    {"ThroughATelevisionAdvert", "Through a television advert"},
    {"ThroughANewspaperAdvert", "Through a newspaper advert"},
    {"ThroughFamilyOrFamilyEvents", "Through family or family events"},
    {"ThroughFriendsOrSocialEvents", "Through friends or social events"},
    {"Other", "Other"},
};
constexpr Code kVicMethodsOfControl[] = {
    {"PhysicalThreats", "Physical threats"},
    {"ThreatsLawEnforcement", "Threats of law enforcement"},
    {"ThreatensChildrenFamily", "Threatens children/family"},
    {"DebtBondage", "Debt bondage"},
    {"FalsePromises", "False promises"},
    {"PhysicalAbuse", "Physical abuse"},
    {"SexualAbuse", "Sexual abuse"},
    {"TakesEarnings", "Takes earnings"},
    {"RestrictsFinancialAccess", "Restricts financial access"},
    {"RestrictsMedicalCare", "Restricts medical care"},
    {"WithholdsNecessities", "Withholds necessities"},
    {"PsychologicalAbuse", "Psychological abuse"},
    {"PsychoactiveSubstance", "Psychoactive substance"},
    {"ExcessiveWorkingHours", "Excessive working hours"},
    {"WithholdsDocuments", "Withholds documents"},
    {"Other", "Other"},
    {"RestrictsMovement", "Restricts movement", true},
};
constexpr Code kVicTypeOfExploitation[] = {
    {"ForcedLabour", "Forced labour"},
    {"SexualExploitation", "Sexual exploitation"},
    {"ChildLabour", "Child labour"},
    {"ForcedMarriage", "Forced marriage"},
    {"Servitude", "Servitude"},
    {"ForcedMilitaryByNonStateActors", "Forced military (by non-state actors)"},
    {"OrganRemoval", "Organ removal"},
    {"ForcedBegging", "Forced begging"},
    {"ForcedAdoption", "Forced adoption"},
    {"Surrogacy", "Surrogacy"},
    {"Other", "Other"},
};
constexpr Code kVicForcedLabourIndustry[] = {
    {"A_AgricultureForestryAndFishing", "Agriculture, forestry and fishing"},
    {"B_MiningAndQuarrying", "Mining and quarrying"},
    {"C_Manufacturing", "Manufacturing"},
    {"D_ElectricityGasSteamAndAirConditioningSupply",
     "Electricity, gas, steam and air conditioning supply"},
    {"E_WaterSupplySewerageWasteManagement",
     "Water supply; sewerage, waste management and remediation"},
    {"F_Construction", "Construction"},
    {"G_WholesaleAndRetailTradeRepairOfMotorVehicles",
     "Wholesale and retail trade; repair of motor vehicles and motorcycles"},
    {"H_TransportationAndStorage", "Transportation and storage"},
    {"I_AccommodationAndFoodServiceActivities", "Accommodation and food service activities"},
    {"J_InformationAndCommunication", "Information and communication"},
    {"K_FinancialAndInsuranceActivities", "Financial and insurance activities"},
    {"L_RealEstateActivities", "Real estate activities"},
    {"M_ProfessionalScientificAndTechnicalActivities",
     "Professional, scientific and technical activities"},
    {"N_AdministrativeAndSupportServiceActivities",
     "Administrative and support service activities"},
    {"O_PublicAdministrationAndDefence",
     "Public administration and defence; compulsory social security"},
    {"P_Education", "Education"},
    {"Q_HumanHealthAndSocialWorkActivities", "Human health and social work activities"},
    {"R_ArtsEntertainmentAndRecreation", "Arts, entertainment and recreation"},
    {"S_OtherServiceActivities", "Other service activities"},
    {"T_ActivitiesOfHouseholdsAsEmployers",
     "Activities of households as employers; undifferentiated goods- and services- producing "
     "activities of households for own use"},
    {"U_ActivitiesOfExtraterritorialOrganizations",
     "Activities of extraterritorial organizations and bodies"},
};
constexpr Code kVicTypeOfSexExploitation[] = {
    {"Prostitution", "Prostitution"},
    {"Pornography", "Pornography"},
    {"RemoteInteractiveServices", "Remote Interactive Services"},
    {"PrivateSexualServices", "Private Sexual Services"},
};
constexpr Code kVicVulnerabilities[] = {
    {"Addiction", "Addiction"},
    {"SocialGroup", "Social Group"},
    {"Discrimination", "Discrimination"},
    {"Poverty", "Poverty"},
    {"DisabilityAndPhysicalHealth", "Disability and physical health"},
    {"MentalHealth", "Mental health"},
    {"Migration", "Migration"},
    {"Homelessness", "Homelessness"},
    {"AbuseSocialMedia", "Abuse - social media"},
    {"AbusePhysical", "Abuse - physical"},
    {"Education", "Education"},
    {"WorkEnvironment", "Work environment"},
};
constexpr Code kPerRoleInProcess[] = {
    {"TravellingPartner", "Travelling Partner"},
    {"Transporter", "Transporter"},
    {"RecruiterOrIntermediary", "Recruiter Or Intermediary"},
    {"BrokerTravelAgent", "Broker Travel Agent"},
    {"TransferredIndividual", "Transferred Individual"},
    {"HarbouredIndividual", "Harboured Individual"},
    {"SoldIndividual", "Sold Individual"},
    {"BoughtIndividual", "Bought Individual"},
    {"ReceivedIndividual", "Received Individual"},
    {"ControlledIndividual", "Controlled Individual"},
    {"Smuggler", "Smuggler"},
    {"Abuser", "Abuser"},
    {"Kidnapper", "Kidnapper"},
    {"Exploiter", "Exploiter"},
    {"Other", "Other"},
};
constexpr Code kCasStatus[] = {
    {"Active", "Active"},
    {"FollowUp", "Follow Up"},
    {"Closed", "Closed"},
    {"ClosedReferred", "Closed Referred"},
};
constexpr Code kCasReasonForIncomingReferral[] = {
    {"AdditionalServicesRequired", "Additional Services Required"},
    {"MigrationOrChangeOfLocation", "Migration or Change of Location"},
    {"Other", "Other"},
};
constexpr Code kHteType[] = {
    {"Recruitment", "Recruitment"},
    {"Transit", "Transit"},
    {"Exploitation", "Exploitation"},
};
constexpr Code kSplType[] = {
    {"Education", "Education"},
    {"Financial", "Financial"},
    {"Health", "Health"},
    {"LabourExploitationRehabilitation", "Labour Exploitation Rehabilitation"},
    {"Legal", "Legal"},
    {"Livelihood", "Livelihood"},
    {"RightsBasedTraining", "Rights-based Training"},
    {"SexualExploitationRehabilitation", "Sexual Exploitation Rehabilitation"},
    {"SocialCare", "Social Care"},
};

constexpr CodeList kLists[] = {
    {"org_Type", kOrgType},
    {"prs_Gender", kPrsGender},
    {"prs_MaritalStatus", kPrsMaritalStatus},
    {"prs_HighestLevelOfEducation", kPrsHighestLevelOfEducation},
    {"vic_TraffickingStatus", kVicTraffickingStatus},
    {"vic_TraffickingStatusDecisionMakingOrg", kVicTraffickingStatusDecisionMakingOrg},
    {"vic_RelationshipToTrafficker", kVicRelationshipToTrafficker},
    {"vic_RecruitmentWebsitesAndApps", kVicRecruitmentWebsitesAndApps},
    {"vic_MethodOfRecruitment", kVicMethodOfRecruitment},
    {"vic_MethodsOfControl", kVicMethodsOfControl},
    {"vic_TypeOfExploitation", kVicTypeOfExploitation},
    {"vic_ForcedLabourIndustry", kVicForcedLabourIndustry},
    {"vic_TypeOfSexExploitation", kVicTypeOfSexExploitation},
    {"vic_ExploitationWebsitesAndApps", kVicRecruitmentWebsitesAndApps},
    {"vic_Vulnerabilities", kVicVulnerabilities},
    {"per_RoleInProcess", kPerRoleInProcess},
    {"cas_Status", kCasStatus},
    {"cas_ReasonForIncomingReferral", kCasReasonForIncomingReferral},
    {"cas_ReasonForOutgoingReferral", kCasReasonForIncomingReferral},
    {"hte_Type", kHteType},
    {"spl_Type", kSplType},
};

// ISO 3166-1 alpha-2, ascending, two letters each.
constexpr std::string_view kCountries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCD"
    "CFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGF"
    "GGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKN"
    "KPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNA"
    "NCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
    "SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI"
    "VNVUWFWSYEYTZAZMZW";

}  // namespace

std::span<const CodeList> AllCodeLists() { return kLists; }

const CodeList* FindCodeList(std::string_view field) {
  const auto* found = std::ranges::find(kLists, field, &CodeList::field);
  return found == std::end(kLists) ? nullptr : found;
}

const Code* FindCode(const CodeList& list, std::string_view text) {
  for (const Code& code : list.codes) {
    if (code.name == text) return &code;
  }
  for (const Code& code : list.codes) {
    if (code.label == text) return &code;
  }
  return nullptr;
}

bool IsCountry(std::string_view code) {
  if (code == "UT" || code == "UTO") return true;
  if (code.size() != 2) return false;
  for (size_t i = 0; i < kCountries.size(); i += 2) {
    if (kCountries.substr(i, 2) == code) return true;
  }
  return false;
}

}  // namespace amana::iom
