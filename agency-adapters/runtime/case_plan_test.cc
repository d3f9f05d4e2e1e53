#include "agency-adapters/runtime/case_plan.h"

#include <nlohmann/json.hpp>

#include "base/status.h"
#include "gtest/gtest.h"

namespace amana::runtime {
namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2031, 6, 15), absl::UTCTimeZone());

mapping::CaseFacts SampleFacts() {
  mapping::CaseFacts facts;
  facts.services = {{v1::SERVICE_TYPE_ACCOMMODATION, "shelter-a/intake"}};
  facts.urgency = v1::URGENCY_URGENT;
  facts.legal_basis = v1::LEGAL_BASIS_VITAL_INTEREST;
  facts.embassy_contact = v1::EMBASSY_CONTACT_NOT_ASSESSED;
  for (const v1::Category category :
       {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY, v1::CATEGORY_DEMOGRAPHIC,
        v1::CATEGORY_RISK, v1::CATEGORY_SERVICES}) {
    facts.sections[category] = {{"given_name", "SYNTHETIC"}};
  }
  return facts;
}

TEST(CasePlanTest, ACaseWithARecipient) {
  const auto plan = PlanCase(SampleFacts(), {}, kNow);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->header.services(0).recipient().unit(), "intake");
  EXPECT_EQ(plan->recipients.size(), 1U);
  EXPECT_FALSE(plan->by_route);
  EXPECT_EQ(plan->header.subject_class(), v1::SUBJECT_CLASS_AGE_UNKNOWN);
  EXPECT_EQ(plan->sections.size(), 5U);
  EXPECT_EQ(ToDrafts(plan->sections)[0].content, R"({"given_name":"SYNTHETIC"})");
}

TEST(CasePlanTest, WhatNobodySaysIsRefusedByName) {
  const struct {
    const char* field;
    void (*take)(mapping::CaseFacts&);
  } cases[] = {
      {"header.services", [](mapping::CaseFacts& f) { f.services.clear(); }},
      {"header.urgency", [](mapping::CaseFacts& f) { f.urgency.reset(); }},
      {"header.legal_basis", [](mapping::CaseFacts& f) { f.legal_basis.reset(); }},
      {"header.embassy_contact", [](mapping::CaseFacts& f) { f.embassy_contact.reset(); }},
      {"header.consent", [](mapping::CaseFacts& f) { f.legal_basis = v1::LEGAL_BASIS_CONSENT; }},
      {"header.county", [](mapping::CaseFacts& f) { f.services[0].recipient.reset(); }},
      {"header.sex",
       [](mapping::CaseFacts& f) {
         f.services[0].recipient.reset();
         f.county = 47;
       }},
      {"IDENTITY.birthdate",
       [](mapping::CaseFacts& f) { f.subject_class = v1::SUBJECT_CLASS_MINOR; }},
      {"header.guardian_conflict",
       [](mapping::CaseFacts& f) {
         f.sections[v1::CATEGORY_IDENTITY]["birthdate"] = "2020-01-01";
       }},
      {"header.services[].recipient",
       [](mapping::CaseFacts& f) { f.services[0].recipient = "nowhere"; }},
      {"header.recipient",
       [](mapping::CaseFacts& f) {
         f.services[0].recipient.reset();
         f.recipient = "nowhere";
       }},
      {"IDENTITY_MIN", [](mapping::CaseFacts& f) { f.sections.erase(v1::CATEGORY_IDENTITY_MIN); }},
      {"header.subject_class",
       [](mapping::CaseFacts& f) {
         f.subject_class = v1::SUBJECT_CLASS_ADULT;
         f.sections[v1::CATEGORY_IDENTITY]["birthdate"] = "2020-01-01";
       }},
  };
  for (const auto& c : cases) {
    mapping::CaseFacts facts = SampleFacts();
    c.take(facts);
    EXPECT_EQ(ErrorField(PlanCase(facts, {}, kNow).status()), c.field);
  }
}

TEST(CasePlanTest, TheAgencysWordStandsWhereTheRecordIsSilent) {
  mapping::CaseFacts facts = SampleFacts();
  facts.urgency.reset();
  facts.legal_basis.reset();
  facts.services[0].recipient.reset();
  CaseRules rules{.legal_basis = v1::LEGAL_BASIS_LEGAL_DUTY, .urgency = v1::URGENCY_NORMAL};
  rules.recipients.emplace(v1::SERVICE_TYPE_ACCOMMODATION,
                           Address{*AgencyId::Create("shelter-b"), *UnitId::Create("door")});
  const auto plan = PlanCase(facts, rules, kNow);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->header.urgency(), v1::URGENCY_NORMAL);
  EXPECT_EQ(plan->header.services(0).recipient().agency(), "shelter-b");
}

// The record's words in order: of the service, of the whole case; then the agency's.
TEST(CasePlanTest, WhomTheRecordNamesIsAskedBeforeWhomTheAgencyNames) {
  mapping::CaseFacts facts = SampleFacts();
  facts.services.push_back({v1::SERVICE_TYPE_BASIC_NEEDS, std::nullopt});
  facts.recipient = "shelter-c/day";
  CaseRules rules;
  rules.recipients.emplace(v1::SERVICE_TYPE_BASIC_NEEDS,
                           Address{*AgencyId::Create("shelter-b"), *UnitId::Create("door")});
  const auto plan = PlanCase(facts, rules, kNow);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->header.services(0).recipient().agency(), "shelter-a");
  EXPECT_EQ(plan->header.services(1).recipient().agency(), "shelter-c");
  EXPECT_EQ(plan->recipients.size(), 2U);
}

TEST(CasePlanTest, WhoGetsCopiesIsAskedForNothingTwice) {
  CaseRules rules;
  rules.copy_to = {Address{*AgencyId::Create("iom"), *UnitId::Create("desk")},
                   Address{*AgencyId::Create("shelter-a"), *UnitId::Create("intake")}};
  const auto plan = PlanCase(SampleFacts(), rules, kNow);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->header.services_size(), 2) << "the shelter has the case already";
  EXPECT_EQ(plan->header.services(1).service(), v1::SERVICE_TYPE_OTHER);
  EXPECT_EQ(plan->header.services(1).recipient().agency(), "iom");
  EXPECT_EQ(plan->recipients.size(), 2U);
}

TEST(CasePlanTest, AMinorIsToldByTheBirthDate) {
  const struct {
    const char* born;
    v1::SubjectClass subject;
    uint32_t month;
  } cases[] = {{"2013-06-15", v1::SUBJECT_CLASS_ADULT, 0},
               {"2013-06-16", v1::SUBJECT_CLASS_MINOR, (2031 - 1970) * 12 + 5},
               {"2016-02-29", v1::SUBJECT_CLASS_MINOR, (2034 - 1970) * 12 + 2}};
  for (const auto& c : cases) {
    mapping::CaseFacts facts = SampleFacts();
    facts.sections[v1::CATEGORY_IDENTITY]["birthdate"] = c.born;
    if (c.subject == v1::SUBJECT_CLASS_MINOR) facts.guardian_conflict = false;
    const auto plan = PlanCase(facts, {}, kNow);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(plan->header.subject_class(), c.subject) << c.born;
    EXPECT_EQ(plan->header.assertions().majority_month(), c.month) << c.born;
  }
}

// The record's word comes before the agency's.
TEST(CasePlanTest, WhetherAGuardiansInterestConflictsIsSaidOfAMinor) {
  mapping::CaseFacts facts = SampleFacts();
  facts.sections[v1::CATEGORY_IDENTITY]["birthdate"] = "2020-01-01";
  CaseRules rules;
  rules.guardian_conflict = true;
  EXPECT_TRUE(PlanCase(facts, rules, kNow)->header.assertions().guardian_conflict());
  facts.guardian_conflict = false;
  EXPECT_FALSE(PlanCase(facts, rules, kNow)->header.assertions().guardian_conflict());
}

}  // namespace
}  // namespace amana::runtime
