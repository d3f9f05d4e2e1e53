#include "agency-adapters/mapping/case_facts.h"

#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;

constexpr const char* kWhole = R"({
  "header": {
    "services": [{"service": "ACCOMMODATION", "recipient": "haven/intake"}, {"service": "MEDICAL"}],
    "recipient": "clinic/desk", "urgency": "URGENT", "subject_class": "ADULT",
    "legal_basis": "CONSENT", "embassy_contact": "NOT_ASSESSED", "sex": "FEMALE",
    "consent": "CNS-SYNTH-1", "county": 47, "language": "swa", "cross_border": false,
    "guardian_conflict": true, "incapacity": false, "test": true},
  "IDENTITY": {"birthdate": "1999-01-01"}})";

TEST(CaseFactsTest, JsonAndBack) {
  const auto facts = CaseFactsFromJson(Json::parse(kWhole));
  AMANA_ASSERT_OK(facts);
  EXPECT_EQ(facts->services.size(), 2U);
  EXPECT_EQ(facts->services[0].recipient, "haven/intake");
  EXPECT_EQ(facts->urgency, v1::URGENCY_URGENT);
  EXPECT_EQ(facts->county, 47U);
  EXPECT_EQ(facts->cross_border, false);
  EXPECT_EQ(facts->sections.at(v1::CATEGORY_IDENTITY)["birthdate"], "1999-01-01");
  EXPECT_EQ(ToJson(*facts), Json::parse(kWhole));
}

TEST(CaseFactsTest, NothingIsSaidOfWhatIsAbsent) {
  const auto facts = CaseFactsFromJson(Json::object());
  AMANA_ASSERT_OK(facts);
  EXPECT_EQ(*facts, CaseFacts());
  EXPECT_EQ(ToJson(*facts), Json::object());
}

TEST(CaseFactsTest, SectionsOfOneCategoryAddUp) {
  CaseFacts facts;
  AMANA_ASSERT_OK(AddSection(facts, v1::CATEGORY_RISK, R"({"a":1,"b":2})"));
  AMANA_ASSERT_OK(AddSection(facts, v1::CATEGORY_RISK, R"({"b":3})"));
  AMANA_ASSERT_OK(AddSection(facts, v1::CATEGORY_LEGAL, "{}"));
  EXPECT_EQ(ToJson(facts), Json::parse(R"({"RISK":{"a":1,"b":3}})"));
}

// Whoever may send to this agency chooses the bytes: none of them may end the adapter.
TEST(CaseFactsTest, ASectionThatCannotBeReadIsRefusedByItsCategory) {
  const std::string deep = "{\"notes\":" + std::string(60000, '[') + std::string(60000, ']') + "}";
  for (const std::string& content : {std::string("[]"), std::string("{"), std::string(), deep}) {
    CaseFacts facts;
    const absl::Status refused = AddSection(facts, v1::CATEGORY_RISK, content);
    EXPECT_EQ(ErrorReason(refused), "CONTENT_UNREADABLE");
    EXPECT_EQ(ErrorField(refused), "RISK");
    EXPECT_EQ(facts, CaseFacts());
  }
}

TEST(CaseFactsTest, RefusalsNameTheMember) {
  const struct {
    const char* json;
    const char* field;
  } cases[] = {
      {"[]", ""},
      {R"({"header": 1})", "header"},
      {R"({"header": {"name": "x"}})", "header.name"},
      {R"({"header": {"Jane Doe": "x"}})", "(a name that is not shown)"},
      {R"({"header": {"urgency": "SOON"}})", "header.urgency"},
      {R"({"header": {"urgency": "UNSPECIFIED"}})", "header.urgency"},
      {R"({"header": {"urgency": 3}})", "header.urgency"},
      {R"({"header": {"county": 48}})", "header.county"},
      {R"({"header": {"county": 1.5}})", "header.county"},
      {R"({"header": {"language": "Swahili"}})", "header.language"},
      {R"({"header": {"consent": ""}})", "header.consent"},
      {R"({"header": {"test": "true"}})", "header.test"},
      {R"({"header": {"services": {}}})", "header.services"},
      {R"({"header": {"services": [null]}})", "header.services[].service"},
      {R"({"header": {"services": [{"recipient": "a/b"}]}})", "header.services[].service"},
      {R"({"header": {"services": [{"service": "MEDICAL", "recipient": "a"}]}})",
       "header.services[].recipient"},
      {R"({"header": {"services": [{"service": "MEDICAL", "why": "a"}]}})",
       "header.services[].why"},
      {R"({"PLACE": {"a": 1}})", "PLACE"},
      {R"({"IDENTITY": {}})", "IDENTITY"},
      {R"({"IDENTITY": "x"})", "IDENTITY"},
  };
  for (const auto& c : cases) {
    const absl::Status status = CaseFactsFromJson(Json::parse(c.json)).status();
    EXPECT_EQ(ErrorReason(status), "FACTS_INVALID") << c.json;
    EXPECT_EQ(ErrorField(status), c.field) << c.json;
  }
}

}  // namespace
}  // namespace amana::mapping
