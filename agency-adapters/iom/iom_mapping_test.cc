#include "agency-adapters/iom/iom_mapping.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "agency-adapters/iom/htcds_codes.h"
#include "agency-adapters/iom/htcds_csv.h"
#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/htcds_generator.h"
#include "agency-adapters/iom/htcds_record.h"
#include "base/status.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;
using mapping::Outcome;

// What the mapping makes of one field of a value that the standard has.
Outcome OutcomeOf(const mapping::Mapping& mapping, const Field& field, const std::string& value) {
  mapping::Record record;
  record.fields[std::string(field.name)] = {value};
  mapping::Report report;
  mapping.ToFacts(record, &report).status().IgnoreError();
  return report.lines.empty() ? Outcome::kRefused : report.lines[0].outcome;
}

TEST(IomMapping, EveryFieldOfTheStandardIsMappedOrIgnoredAsItsUseSays) {
  const auto mapping = BuiltInMapping();
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  for (const Field& field : AllFields()) {
    const CodeList* list = FindCodeList(field.name);
    const std::string value = list != nullptr                  ? std::string(list->codes[0].name)
                              : field.kind == ValueKind::kDate ? "1999-01-01"
                              : field.kind == ValueKind::kCountries ? "KE"
                              : field.kind == ValueKind::kNumber    ? "7"
                              : field.kind == ValueKind::kDegrees   ? "-1.5"
                                                                    : "SYNTHETIC";
    EXPECT_EQ(OutcomeOf(*mapping, field, value),
              field.use == FieldUse::kCarried ? Outcome::kMapped : Outcome::kDropped)
        << field.name;
  }
}

TEST(IomMapping, ItsCodeTablesAreTheStandardsLists) {
  const auto mapping = BuiltInMapping();
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  for (const CodeList& list : AllCodeLists()) {
    const Field& field = *FindField(list.field);
    if (field.use != FieldUse::kCarried) continue;
    for (const Code& code : list.codes) {
      EXPECT_EQ(OutcomeOf(*mapping, field, std::string(code.name)), Outcome::kMapped)
          << list.field << " " << code.name;
    }
    EXPECT_EQ(OutcomeOf(*mapping, field, "SYNTHETIC"), Outcome::kRefused) << list.field;
  }
}

TEST(IomMapping, GeneratedFilesGoToFactsAndBack) {
  const auto mapping = BuiltInMapping();
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const auto read = ReadHtcdsCsv(GenerateHtcdsCsv({.seed = seed, .rows = 20}));
    ASSERT_TRUE(read.ok()) << read.status();
    for (const HtcdsRow& row : read->rows) {
      const mapping::Record record = RecordOf(row);
      const auto facts = mapping->ToFacts(record);
      ASSERT_TRUE(facts.ok()) << facts.status();
      const auto back = mapping->ToNative(*facts);
      ASSERT_TRUE(back.ok()) << back.status();
      for (const auto& [name, values] : record.fields) {
        if (FindField(name)->use != FieldUse::kCarried) continue;
        ASSERT_TRUE(back->fields.contains(name)) << name;
        EXPECT_EQ(back->fields.at(name), values) << name;
      }
    }
  }
}

TEST(IomMapping, EachFactHasItsPlace) {
  mapping::Record record;
  record.fields = {{"ref_Service", {"ACCOMMODATION"}},
                   {"ref_Recipient", {"haven/intake"}},
                   {"ref_County", {"47"}},
                   {"ref_Test", {"true"}},
                   {"prs_FirstName", {"TESTCASE-1"}},
                   {"prs_Birthdate", {"1999-01-31"}},
                   {"prs_HomePhone", {"+99900100000"}},
                   {"prs_MailingCity", {"SYNTH TOWN"}},
                   {"prs_Citizenship", {"UT"}},
                   {"prs_PrimaryLanguage", {"swa"}},
                   {"vic_LocationOfExploitation", {"SYNTH PLACE"}},
                   {"hte_Type", {"Transit", "Exploitation"}},
                   {"hte_City", {"SYNTH PORT", ""}},
                   {"per_RoleInProcess", {"Abuser"}},
                   {"vic_RecruitmentWebsitesAndApps", {"Line"}},
                   {"cas_ReasonForOutgoingReferral", {"Other"}}};
  const auto facts = BuiltInMapping()->ToFacts(record);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(mapping::ToJson(*facts), Json::parse(R"({
      "header": {"services": [{"service": "ACCOMMODATION"}], "recipient": "haven/intake",
                 "county": 47, "test": true},
      "IDENTITY_MIN": {"given_name": "TESTCASE-1", "year_of_birth": 1999},
      "IDENTITY": {"full_names": {"given": "TESTCASE-1"}, "birthdate": "1999-01-31",
                   "phones": [{"type": "HOME", "number": "+99900100000"}],
                   "address": {"city": "SYNTH TOWN"}},
      "DEMOGRAPHIC": {"citizenship": ["UT"], "languages": ["swa"]},
      "LOCATION": {"exploitation_place": {"name": "SYNTH PLACE"},
                   "itinerary": [{"type": "Transit", "place": {"city": "SYNTH PORT"}},
                                 {"type": "Exploitation"}]},
      "EXPLOITATION": {"perpetrators": [{"roles": ["Abuser"]}],
                       "websites": {"recruitment": ["Line"]}},
      "SERVICES": {"services": [{"code": "ACCOMMODATION", "reason": "Other"}]}})"));
}

TEST(IomMapping, AConsentCheckboxIsNoConsent) {
  const auto mapping = BuiltInMapping();
  mapping::Record record;
  record.fields = {{"con_Consent", {"true"}},
                   {"vic_AgreementToManagePersonalData", {"true"}},
                   {"prs_FirstName", {"TESTCASE-1"}}};
  const auto facts = mapping->ToFacts(record);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_FALSE(facts->consent.has_value());
  record.fields["ref_Consent"] = {"synth-consent-1"};
  EXPECT_EQ(mapping->ToFacts(record)->consent, "synth-consent-1");
}

TEST(IomMapping, WhatIsNeitherTheStandardsNorOursIsRefusedByName) {
  mapping::Record record;
  record.fields = {{"prs_FirstName", {"TESTCASE-1"}}, {"prs_ShoeSize", {"41"}}};
  const auto facts = BuiltInMapping()->ToFacts(record);
  EXPECT_EQ(ErrorReason(facts.status()), "FIELD_UNMAPPED");
  EXPECT_EQ(ErrorField(facts.status()), "prs_ShoeSize");
}

}  // namespace
}  // namespace amana::iom
