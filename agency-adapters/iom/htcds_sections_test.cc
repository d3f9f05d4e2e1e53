#include "agency-adapters/iom/htcds_sections.h"

#include <gtest/gtest.h>

namespace amana::iom {
namespace {

using Json = nlohmann::json;

Json Section(const RowValues& values, v1::Category category) {
  const auto sections = BuildSections(values, v1::SERVICE_TYPE_ACCOMMODATION);
  const auto found = sections.find(category);
  return found == sections.end() ? Json() : Json::parse(found->second);
}

TEST(BuildSections, NoFactMakesNoSection) { EXPECT_TRUE(BuildSections({}, {}).empty()); }

TEST(BuildSections, TheOfferShowsAFirstNameAndAYearOnly) {
  const RowValues values = {{"prs_FirstName", "TESTCASE-1"},
                            {"prs_SecondName", "SYNTHETIC"},
                            {"prs_Birthdate", "1999-01-31"}};
  EXPECT_EQ(Section(values, v1::CATEGORY_IDENTITY_MIN),
            (Json{{"given_name", "TESTCASE-1"}, {"year_of_birth", 1999}}));
  EXPECT_EQ(Section(values, v1::CATEGORY_IDENTITY),
            (Json{{"birthdate", "1999-01-31"},
                  {"full_names", {{"given", "TESTCASE-1"}, {"second", "SYNTHETIC"}}}}));
  EXPECT_EQ(BuildSections(values, {}).size(), 2u);
}

TEST(BuildSections, EachFactGoesIntoItsCategory) {
  const RowValues values = {{"prs_HomePhone", "+99900100000"},
                            {"prs_MailingCity", "SYNTH TOWN"},
                            {"prs_Gender", "Feminine"},
                            {"prs_Citizenship", Json{"UT"}},
                            {"prs_PrimaryLanguage", "swa"},
                            {"vic_LocationOfExploitation", "SYNTH PLACE"},
                            {"hte_Type", "Transit"},
                            {"hte_City", "SYNTH PORT"},
                            {"vic_MethodOfRecruitment", Json{"AtWork"}},
                            {"vic_RecruitmentWebsitesAndApps", Json{"Line"}},
                            {"per_RoleInProcess", Json{"Abuser"}},
                            {"vic_Vulnerabilities", Json{"Poverty"}},
                            {"cas_ReasonForOutgoingReferral", "Other"}};
  EXPECT_EQ(Section(values, v1::CATEGORY_IDENTITY),
            Json::parse(R"({"phones":[{"type":"HOME","number":"+99900100000"}],
                            "address":{"city":"SYNTH TOWN"}})"));
  EXPECT_EQ(Section(values, v1::CATEGORY_DEMOGRAPHIC),
            Json::parse(R"({"gender":"Feminine","citizenship":["UT"],"languages":["swa"]})"));
  EXPECT_EQ(Section(values, v1::CATEGORY_LOCATION),
            Json::parse(R"({"itinerary":[{"type":"Exploitation","place":{"name":"SYNTH PLACE"}},
                            {"type":"Transit","place":{"city":"SYNTH PORT"}}]})"));
  EXPECT_EQ(Section(values, v1::CATEGORY_EXPLOITATION),
            Json::parse(R"({"recruitment":["AtWork"],"websites":{"recruitment":["Line"]},
                            "perpetrators":[{"roles":["Abuser"]}]})"));
  EXPECT_EQ(Section(values, v1::CATEGORY_RISK), Json::parse(R"({"risk_factors":["Poverty"]})"));
  EXPECT_EQ(Section(values, v1::CATEGORY_SERVICES),
            Json::parse(R"({"services":[{"code":"ACCOMMODATION","reason":"Other"}]})"));
}

TEST(BuildSections, AServiceIsNotGuessed) {
  const RowValues values = {{"cas_OutgoingReferralDetails", "SYNTHETIC RECORD"}};
  EXPECT_EQ(BuildSections(values, {}).at(v1::CATEGORY_SERVICES),
            R"({"services":[{"notes":"SYNTHETIC RECORD"}]})");
}

}  // namespace
}  // namespace amana::iom
