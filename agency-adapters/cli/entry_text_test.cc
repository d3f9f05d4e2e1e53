#include "agency-adapters/cli/entry_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/clock.h"
#include "base/testing.h"
#include "proto/envelope/directory_testing.h"

namespace amana::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::DirectoryEntry Shelter() {
  return envelope::TestEntry("shelter-a", v1::AGENCY_KIND_SHELTER,
                             {{"intake", {v1::SERVICE_TYPE_ACCOMMODATION}}, {"night", {}, 1}});
}

envelope::EntryStatement Statement(const v1::DirectoryEntry& entry) {
  const auto made = envelope::SignEntry(entry, FromUnixMillis(1'767'225'600'000));
  return envelope::EntryStatement::Create(made.entry).value();
}

TEST(EntryText, SaysWhoTakesWhomWhere) {
  v1::DirectoryEntry entry = Shelter();
  v1::DirectoryUnit& intake = *entry.mutable_units(0);
  intake.add_counties(30);
  intake.add_counties(47);
  intake.add_languages("swa");
  for (const uint32_t day : {1u, 2u, 3u, 5u, 7u}) {
    v1::OpeningHours& open = *intake.add_hours();
    open.set_weekday(day);
    open.set_from_minute(8 * 60);
    open.set_until_minute(day < 7 ? 17 * 60 + 5 : 12 * 60);
  }
  intake.set_duty_phone("+254700000001");
  entry.mutable_qualifications()->set_health_provider(true);
  const std::string text = EntryText(Statement(entry));
  EXPECT_THAT(text, HasSubstr("shelter-a, version 1: SHELTER, KE\n"
                              "  may receive MEDICAL: a health provider\n"
                              "unit intake\n"
                              "  services: ACCOMMODATION\n"
                              "  county: 47\n"
                              "  serves: 30,47\n"
                              "  ages: ADULT,MINOR\n"
                              "  sexes: FEMALE,MALE\n"
                              "  languages: swa\n"
                              "  open: MON-WED 08:00-17:05, FRI 08:00-17:05, SUN 08:00-12:00\n"
                              "  on duty: +254700000001\n"
                              "  key: "));
  EXPECT_THAT(text, HasSubstr("unit night\n"
                              "  services: none: it only sends\n"
                              "  county: 1\n"
                              "  serves: every county\n"));
  const Json json = EntryJson(Statement(entry));
  EXPECT_EQ(json["units"][0]["hours"][0], "MON 08:00-17:05");
  EXPECT_EQ(json["units"][0]["sealing"][0]["cert_id"],
            tests::TestSealer("shelter-a", "intake").certificate.id().hex());
  EXPECT_EQ(json["digest"], Statement(entry).digest().hex());
}

TEST(EntryText, NoUnitsIsSaidInWords) {
  v1::DirectoryEntry entry = Shelter();
  entry.clear_units();
  EXPECT_THAT(EntryText(Statement(entry)), HasSubstr("it takes nobody at present"));
}

// What a coordinator reads before approving: the same line under two units is two lines.
TEST(EntryText, ChangesNameTheUnitAndWhatItSaidBefore) {
  const envelope::EntryStatement before = Statement(Shelter());
  v1::DirectoryEntry entry = envelope::NextEntry(Shelter(), before.digest());
  EXPECT_EQ(ChangesText(before, Statement(entry)), "");
  entry.mutable_units(0)->clear_sexes();
  entry.mutable_units(0)->add_sexes(v1::SEX_CONSTRAINT_FEMALE);
  entry.mutable_units(1)->clear_sealing_certificates();
  const std::string changes = ChangesText(before, Statement(entry));
  EXPECT_THAT(changes, AllOf(HasSubstr("- unit intake sexes: FEMALE,MALE\n"),
                             HasSubstr("+ unit intake sexes: FEMALE\n"),
                             HasSubstr("- unit night key: "), Not(HasSubstr("+ unit night"))));
}

}  // namespace
}  // namespace amana::cli
