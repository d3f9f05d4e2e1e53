#include <cstdlib>
#include <fstream>
#include <sstream>

#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/police/documents_for_test.h"
#include "agency-adapters/police/niem_json.h"
#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::police {
namespace {

using Json = nlohmann::json;

mapping::Mapping File() {
  const char* const root = std::getenv("AMANA_SOURCE_DIR");
  std::ostringstream text;
  text << std::ifstream(std::string(root == nullptr ? "." : root) +
                        "/agency-adapters/police/police.mapping.toml")
              .rdbuf();
  auto mapping = mapping::Mapping::Parse(text.str(), "police.mapping.toml");
  EXPECT_TRUE(IsOk(mapping));
  return *std::move(mapping);
}

TEST(PoliceMappingTest, ANiemCaseInOurWords) {
  const auto facts = File().ToFacts(*ReadNiemJson(CaseForTest()));
  AMANA_ASSERT_OK(facts);
  EXPECT_EQ(mapping::ToJson(*facts), Json::parse(R"({
    "header": {"services": [{"service": "ACCOMMODATION"}], "recipient": "haven/intake"},
    "IDENTITY_MIN": {"given_name": "TESTCASE-ALPHA", "year_of_birth": 1999},
    "IDENTITY": {"full_names": {"given": "TESTCASE-ALPHA", "second": "SYNTHETIC"},
                 "birthdate": "1999-01-01"},
    "EXPLOITATION": {"prospective_victim": true, "prospective_category": "Direct Contact",
                     "industry": ["T_ActivitiesOfHouseholdsAsEmployers"],
                     "past_venue": "Non-Relative Home", "relationship": "Acquainted"},
    "RISK": {"refer_by": "2031-02-04"},
    "LEGAL": {"ob_number": "OB/00/00/00/0000-SYNTH", "investigation_unit": "DCI-AHTCPU-SYNTH",
              "wants_prosecution": false},
    "SERVICES": {"services": [{"code": "ACCOMMODATION"}],
                 "notes": "Safe accommodation; SYNTHETIC RECORD"}})"));
}

TEST(PoliceMappingTest, EverySampleIsNiemJson) {
  const mapping::Mapping file = File();
  std::mt19937_64 random(20310202);
  for (int i = 0; i < 200; ++i) {
    const mapping::Record record = file.Sample(random);
    const auto written = WriteNiemJson(record);
    AMANA_ASSERT_OK(written);
    const auto again = ReadNiemJson(*written);
    AMANA_ASSERT_OK(again);
    EXPECT_EQ(again->fields, record.fields);
  }
}

TEST(PoliceMappingTest, AMandatoryReferralIsRefused) {
  std::string document = CaseForTest();
  const std::string optional = "\"nc:ReferralMandatoryIndicator\": false";
  document.replace(document.find(optional), optional.size(),
                   "\"nc:ReferralMandatoryIndicator\": true");
  const absl::Status status = File().ToFacts(*ReadNiemJson(document)).status();
  EXPECT_EQ(ErrorReason(status), "VALUE_INVALID");
  EXPECT_EQ(ErrorField(status), "nc:Referral/nc:ReferralMandatoryIndicator");
}

}  // namespace
}  // namespace amana::police
