#include "agency-adapters/cli/entry_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "agency-adapters/cli/report.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/directory_entry.h"
#include "proto/envelope/directory_testing.h"

namespace amana::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EntryFileTest : public testing::Test {
 protected:
  EntryFileTest() {
    const auto& sealer = tests::TestSealer("shelter-a", "intake").certificate;
    AMANA_EXPECT_OK(
        RealFileSystem().WriteAtomically(dir_.File("sealing.pem"), sealer.pem(), kPrivateFile));
  }
  absl::StatusOr<v1::DirectoryEntry> Read(const std::string& text) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File("entry.toml"), text, kPrivateFile));
    return ReadEntryFile(RealFileSystem(), dir_.File("entry.toml"));
  }
  TempDir dir_;
};

constexpr char kHead[] = "kind = \"SHELTER\"\ncountry = \"KE\"\n";

// A file in any order; the entry in the protocol's order.
TEST_F(EntryFileTest, EverythingInItsPlace) {
  const auto entry = Read(std::string(kHead) + R"(
[qualifications]
professional_secrecy = true
health_until = "2027-06-30"
safeguards = "ODPC/2026/14"
safeguards_until = "2027-01-31"
[[unit]]
id = "night"
sexes = ["MALE"]
[[unit]]
id = "intake"
services = ["PSYCHOSOCIAL", "ACCOMMODATION"]
county = 47
counties = ["47", "30", "47"]
ages = ["MINOR", "ADULT"]
sexes = ["MALE", "FEMALE"]
languages = ["swa", "eng"]
accessibility = ["STEP_FREE"]
sealing_certificates = ["sealing.pem"]
hours = ["SAT 08:00-12:00", "MON-TUE 08:00-17:30"]
duty_phone = "+254700000001"
sla = ["URGENT 2h 12h 48h", "IMMEDIATE 10m 30m 2h"]
)");
  AMANA_ASSERT_OK(entry);
  const v1::Qualifications& given = entry->qualifications();
  EXPECT_TRUE(given.professional_secrecy());
  // The last day is whole, and it is a day in Kenya.
  EXPECT_EQ(Rfc3339Millis(given.health_until_unix_ms()), "2027-06-30T21:00:00Z");
  EXPECT_EQ(Rfc3339Millis(given.safeguards_until_unix_ms()), "2027-01-31T21:00:00Z");
  ASSERT_EQ(entry->units_size(), 2);
  const v1::DirectoryUnit& unit = entry->units(0);
  EXPECT_EQ(unit.unit(), "intake");
  EXPECT_TRUE(std::is_sorted(unit.services().begin(), unit.services().end()));
  EXPECT_EQ(unit.services_size(), 2);
  EXPECT_THAT(unit.counties(), ElementsAre(30, 47));
  EXPECT_THAT(unit.languages(), ElementsAre("eng", "swa"));
  EXPECT_EQ(unit.sealing_certificates(0),
            tests::TestSealer("shelter-a", "intake").certificate.der());
  ASSERT_EQ(unit.hours_size(), 3);
  EXPECT_EQ(unit.hours(1).weekday(), 2u);
  EXPECT_EQ(unit.hours(1).until_minute(), 17u * 60 + 30);
  EXPECT_EQ(unit.hours(2).weekday(), 6u);
  ASSERT_EQ(unit.sla_size(), 2);
  EXPECT_EQ(unit.sla(0).urgency(), v1::URGENCY_IMMEDIATE);
  EXPECT_EQ(unit.sla(0).acknowledge_minutes(), 10u);
  EXPECT_EQ(unit.sla(1).start_minutes(), 48u * 60);
  EXPECT_EQ(entry->units(1).unit(), "night");
}

TEST_F(EntryFileTest, WhatItSaysTheProtocolTakes) {
  auto entry = Read(std::string(kHead) + R"([[unit]]
id = "intake"
services = ["ACCOMMODATION"]
county = 47
ages = ["ADULT"]
sexes = ["FEMALE"]
sealing_certificates = ["sealing.pem"]
)");
  AMANA_ASSERT_OK(entry);
  entry->set_agency("shelter-a");
  entry->set_version(1);
  const auto made = envelope::SignEntry(*entry, FromUnixMillis(1'767'225'600'000));
  AMANA_EXPECT_OK(envelope::EntryStatement::Create(made.entry));
}

TEST_F(EntryFileTest, RefusalsNameTheLineAndWhatIsExpected) {
  const struct {
    std::string text;
    const char* says;
  } rows[] = {
      {"country = \"KE\"\n", "kind"},
      {"kind = \"SHOES\"\ncountry = \"KE\"\n", "expected a kind of agency"},
      {std::string(kHead) + "shoes = 1\n", "shoes"},
      {std::string(kHead) + "[[unit]]\n", "id"},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nservices = [\"SHOES\"]\n",
       "expected codes of the list"},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\ncounty = 48\n", "county"},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\ncounties = [\"0\"]\n",
       "expected numbers of counties"},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nhours = [\"MON 8:00-17:00\"]\n",
       "expected as \"MON-FRI 08:00-17:00\""},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nhours = [\"MON 08:00-24:30\"]\n",
       "expected as \"MON-FRI 08:00-17:00\""},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nhours = [\"FRI-MON 08:00-17:00\"]\n",
       "expected as \"MON-FRI 08:00-17:00\""},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nsla = [\"URGENT 2h\"]\n",
       "acknowledge, decide, start"},
      {std::string(kHead) + "[[unit]]\nid = \"a\"\nsealing_certificates = [\"none.pem\"]\n",
       "none.pem"},
      {std::string(kHead) + "[qualifications]\nhealth_until = \"30.6.2027\"\n",
       "expected a day, as \"2027-06-30\""},
  };
  for (const auto& row : rows) {
    const absl::Status error = Read(row.text).status();
    EXPECT_EQ(ErrorReason(error), "CONFIG_INVALID") << row.text;
    EXPECT_THAT(error.message(), HasSubstr(row.says)) << row.text;
    EXPECT_THAT(error.message(), HasSubstr("entry.toml:")) << row.text;
  }
}

}  // namespace
}  // namespace amana::cli
