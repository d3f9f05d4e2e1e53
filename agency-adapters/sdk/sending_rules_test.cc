#include "agency-adapters/sdk/sending_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.h"

namespace amana::sdk {
namespace {

std::string Refusal(const std::vector<envelope::SectionDraft>& sections,
                    v1::EmbassyContact contact = v1::EMBASSY_CONTACT_CONSENTED) {
  v1::ReferralHeader header;
  header.mutable_assertions()->set_embassy_contact(contact);
  const absl::Status status = CheckEmbassyContact(header, sections);
  EXPECT_TRUE(status.ok() || ErrorField(status) == "assertions.embassy_contact");
  return ErrorReason(status);
}

envelope::SectionDraft Demographic(std::string_view content) {
  return {v1::CATEGORY_DEMOGRAPHIC, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, content};
}

TEST(EmbassyContact, OnlyForWhomItsStateMayKnowOf) {
  const struct {
    const char* demographic;
    bool refused;
  } cases[] = {
      {R"({"migration_status": "REGULAR"})", false},
      {R"({"protection_status": "NONE"})", false},
      {R"({"migration_status": ["WORKER", "RETURNEE"], "citizenship": ["UGA"]})", false},
      {R"({"protection_status": "NONE", "citizenship": "ETH"})", false},
      {R"({"protection_status": "ASYLUM_SEEKER"})", true},
      {R"({"protection_status": "Asylum-seeker"})", true},
      {R"({"protection_status": "asylum seeker", "migration_status": "REGULAR"})", true},
      {R"({"migration_status": "REGULAR", "protection_status": ["NONE", "Refugee"]})", true},
      {R"({"protection_status": "STATELESS"})", true},
      {R"({"protection_status": "unknown"})", true},
      {R"({"protection_status": ""})", true},
      {R"({"protection_status": "?"})", true},
      {R"({"protection_status": []})", true},
      {R"({"protection_status": null})", true},
      {R"({"protection_status": 3})", true},
      {R"({"protection_status": "NONE", "citizenship": ["UGA", "XXA"]})", true},
      {R"({"protection_status": "NONE", "citizenship": ["xxb"]})", true},
      {R"({"protection_status": "NONE", "citizenship": ["Stateless"]})", true},
      {R"({"protection_status": "NONE", "citizenship": [null]})", true},
      {R"({"gender": "F", "citizenship": ["UGA"]})", true},  // not told is unknown
      {"[]", true},
      {"status: none", true},
      {"", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Refusal({Demographic(c.demographic)}), c.refused ? "EMBASSY_PROHIBITED" : "")
        << c.demographic;
    for (const auto other : {v1::EMBASSY_CONTACT_PROHIBITED, v1::EMBASSY_CONTACT_NOT_ASSESSED}) {
      EXPECT_EQ(Refusal({Demographic(c.demographic)}, other), "") << c.demographic;
    }
  }
  EXPECT_EQ(Refusal({}), "EMBASSY_PROHIBITED");
  EXPECT_EQ(Refusal({Demographic(R"({"protection_status": "NONE"})"),
                     Demographic(R"({"protection_status": "REFUGEE"})")}),
            "EMBASSY_PROHIBITED");
}

TEST(DisclosureTo, ImmigrationOnlyWhereTheConsentNamesIt) {
  const Address desk = *ParseAddress("immigration-a/desk", "unit");
  v1::ConsentRecord none, by_kind, others, whole, unit, other_unit;
  by_kind.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  by_kind.add_recipient_kinds(v1::AGENCY_KIND_IMMIGRATION);
  others.add_recipients()->set_agency("shelter-a");
  others.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  whole.add_recipients()->set_agency("immigration-a");
  unit.add_recipients()->set_agency("immigration-a");
  unit.mutable_recipients(0)->set_unit("desk");
  other_unit.add_recipients()->set_agency("immigration-a");
  other_unit.mutable_recipients(0)->set_unit("airport");
  constexpr auto kImmigration = v1::AGENCY_KIND_IMMIGRATION;
  constexpr auto kSome = v1::AGENCY_KIND_UNSPECIFIED;
  const struct {
    const char* name;
    v1::AgencyKind kind;
    const v1::ConsentRecord* consent;
    Disclosure expected;
  } cases[] = {
      {"a shelter", v1::AGENCY_KIND_SHELTER, &none, Disclosure::kSections},
      {"a shelter, consent elsewhere", v1::AGENCY_KIND_SHELTER, nullptr, Disclosure::kSections},
      {"no consent", kImmigration, nullptr, Disclosure::kHeaderOnly},
      {"named by nobody", kImmigration, &none, Disclosure::kHeaderOnly},
      {"its kind", kImmigration, &by_kind, Disclosure::kHeaderOnly},
      {"others", kImmigration, &others, Disclosure::kHeaderOnly},
      {"the agency", kImmigration, &whole, Disclosure::kSections},
      {"its unit", kImmigration, &unit, Disclosure::kSections},
      {"another unit", kImmigration, &other_unit, Disclosure::kHeaderOnly},
      {"kind and consent unknown", kSome, nullptr, Disclosure::kUnknown},
      {"kind unknown, named", kSome, &whole, Disclosure::kSections},
      {"kind unknown, immigration covered", kSome, &by_kind, Disclosure::kHeaderOnly},
      {"kind unknown, other kinds covered", kSome, &others, Disclosure::kSections},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(DisclosureTo(desk, c.kind, c.consent), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace amana::sdk
