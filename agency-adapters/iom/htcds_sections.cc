#include "agency-adapters/iom/htcds_sections.h"

#include <initializer_list>
#include <utility>

#include "proto/codes/names.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;

// Adds only what is there: no empty text, list or object ever gets in.
void Put(Json& object, const char* key, Json value) {
  if (value.is_null() || ((value.is_array() || value.is_object()) && value.empty())) return;
  object[key] = std::move(value);
}

class Builder {
 public:
  Builder(const RowValues& values, std::optional<v1::ServiceType> service)
      : values_(values), service_(service) {}

  std::map<v1::Category, std::string> Build() const {
    std::map<v1::Category, std::string> sections;
    const std::pair<v1::Category, Json> all[] = {
        {v1::CATEGORY_IDENTITY_MIN, IdentityMin()},  {v1::CATEGORY_IDENTITY, Identity()},
        {v1::CATEGORY_DEMOGRAPHIC, Demographic()},   {v1::CATEGORY_LOCATION, Location()},
        {v1::CATEGORY_EXPLOITATION, Exploitation()}, {v1::CATEGORY_RISK, Risk()},
        {v1::CATEGORY_SERVICES, Services()}};
    for (const auto& [category, content] : all) {
      if (!content.empty()) sections[category] = content.dump();
    }
    return sections;
  }

 private:
  Json Value(std::string_view field) const {
    const auto found = values_.find(field);
    return found == values_.end() ? Json() : found->second;
  }

  Json Object(std::initializer_list<std::pair<const char*, std::string_view>> fields) const {
    Json object = Json::object();
    for (const auto& [key, field] : fields) Put(object, key, Value(field));
    return object;
  }

  Json IdentityMin() const {
    Json section = Object({{"given_name", "prs_FirstName"}});
    if (const Json birthdate = Value("prs_Birthdate"); birthdate.is_string()) {
      section["year_of_birth"] = std::stoi(birthdate.get<std::string>().substr(0, 4));
    }
    return section;
  }

  Json Identity() const {
    Json section = Object({{"birthdate", "prs_Birthdate"},
                           {"identity_number", "prs_IdentityNumber"},
                           {"email", "prs_Email"}});
    Put(section, "full_names",
        Object({{"salutation", "prs_Salutation"},
                {"given", "prs_FirstName"},
                {"middle", "prs_MiddleName"},
                {"second", "prs_SecondName"},
                {"title", "prs_Title"}}));
    Json phones = Json::array();
    for (const auto& [type, field] :
         {std::pair("HOME", "prs_HomePhone"), std::pair("MOBILE", "prs_MobilePhone")}) {
      if (Json number = Value(field); !number.is_null()) {
        phones.push_back({{"type", type}, {"number", std::move(number)}});
      }
    }
    Put(section, "phones", std::move(phones));
    Put(section, "address",
        Object({{"street", "prs_MailingStreet"},
                {"city", "prs_MailingCity"},
                {"state", "prs_MailingState"},
                {"postal_code", "prs_MailingPostalCode"},
                {"country", "prs_MailingCountry"}}));
    return section;
  }

  Json Demographic() const {
    Json section = Object({{"gender", "prs_Gender"},
                           {"citizenship", "prs_Citizenship"},
                           {"marital_status", "prs_MaritalStatus"},
                           {"children_count", "prs_NumberOfChildren"},
                           {"education", "prs_HighestLevelOfEducation"}});
    Json languages = Json::array();
    for (const char* field : {"prs_PrimaryLanguage", "prs_SecondaryLanguage"}) {
      if (Json language = Value(field); !language.is_null()) languages.push_back(language);
    }
    Put(section, "languages", std::move(languages));
    return section;
  }

  Json Location() const {
    Json itinerary = Json::array();
    for (const auto& [type, field] : {std::pair("Recruitment", "vic_LocationOfRecruitment"),
                                      std::pair("Exploitation", "vic_LocationOfExploitation")}) {
      if (Json name = Value(field); !name.is_null()) {
        itinerary.push_back({{"type", type}, {"place", {{"name", std::move(name)}}}});
      }
    }
    Json event =
        Object({{"type", "hte_Type"}, {"date", "hte_Date"}, {"description", "hte_Description"}});
    Put(event, "place",
        Object({{"street", "hte_Street"},
                {"city", "hte_City"},
                {"state", "hte_State"},
                {"postal_code", "hte_PostalCode"},
                {"country", "hte_Country"},
                {"latitude", "hte_Latitude"},
                {"longitude", "hte_Longitude"}}));
    if (!event.empty()) itinerary.push_back(std::move(event));
    Json section = Json::object();
    Put(section, "itinerary", std::move(itinerary));
    return section;
  }

  Json Exploitation() const {
    Json section = Object({{"trafficking_status", "vic_TraffickingStatus"},
                           {"decision_org", "vic_TraffickingStatusDecisionMakingOrg"},
                           {"methods_of_control", "vic_MethodsOfControl"},
                           {"recruitment", "vic_MethodOfRecruitment"},
                           {"type_of_exploitation", "vic_TypeOfExploitation"},
                           {"industry", "vic_ForcedLabourIndustry"},
                           {"sex_exploitation", "vic_TypeOfSexExploitation"},
                           {"age_when_trafficked", "vic_AgeWhenTrafficked"},
                           {"relationship", "vic_RelationshipToTrafficker"}});
    Put(section, "websites",
        Object({{"recruitment", "vic_RecruitmentWebsitesAndApps"},
                {"exploitation", "vic_ExploitationWebsitesAndApps"}}));
    Json role = Object({{"roles", "per_RoleInProcess"}, {"details", "per_RoleDetails"}});
    if (!role.empty()) section["perpetrators"] = Json::array({std::move(role)});
    return section;
  }

  Json Risk() const {
    return Object({{"risk_factors", "vic_Vulnerabilities"},
                   {"risk_factor_details", "vic_DetailsOfVulnerabilities"}});
  }

  Json Services() const {
    Json service = Object({{"reason", "cas_ReasonForOutgoingReferral"},
                           {"notes", "cas_OutgoingReferralDetails"},
                           {"plan_type", "spl_Type"},
                           {"objectives", "spl_Objectives"}});
    Json section = Json::object();
    if (service.empty()) return section;
    if (service_.has_value()) service["code"] = std::string(codes::CodeName(*service_));
    section["services"] = Json::array({std::move(service)});
    return section;
  }

  const RowValues& values_;
  const std::optional<v1::ServiceType> service_;
};

}  // namespace

std::map<v1::Category, std::string> BuildSections(const RowValues& values,
                                                  std::optional<v1::ServiceType> service) {
  return Builder(values, service).Build();
}

}  // namespace amana::iom
