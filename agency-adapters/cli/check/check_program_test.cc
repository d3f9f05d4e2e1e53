#include "agency-adapters/cli/check/check_program.h"

#include <gtest/gtest.h>

#include "agency-adapters/cli/check/check_content.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

constexpr char kConfig[] = R"(identity = "mine.toml"
mapping = "my.mapping.toml"
journal = "journal"   # of the real one
 poll = "5s"
api.token = "t"
batch = 7
[ case ]
urgency = "URGENT"
[case.recipients]
ACCOMMODATION = "shelter-a/intake"
["api"]
socket = "/run/real.sock"
[metrics]
port = 9000
[logging]
file = "real.log"
[native]
identity = "the native side's own"
[native.sms]
to = "x"
)";

TEST(DrillConfigTest, WhatIsTheDrillsIsReplacedAndTheRestStays) {
  const std::string text = DrillConfig(kConfig, "/drill/agency.toml", "/drill/adapter");
  const auto reader = ConfigReader::FromText(text, "drill.toml");
  AMANA_ASSERT_OK(reader);
  const ConfigTable root = (*reader)->Root();
  EXPECT_EQ(root.String("identity"), "/drill/agency.toml");
  EXPECT_EQ(root.String("journal"), "/drill/adapter/journal");
  EXPECT_EQ(root.String("poll"), "200ms");
  EXPECT_EQ(root.String("mapping"), "my.mapping.toml");
  EXPECT_EQ(root.Int("batch", 1, 100), 7);
  EXPECT_EQ(root.Table("case").String("urgency"), "URGENT");
  EXPECT_EQ(root.Table("case").Table("recipients").String("ACCOMMODATION"), "shelter-a/intake");
  EXPECT_EQ(root.Table("api").String("address"), "127.0.0.1:0");
  EXPECT_FALSE(root.Table("api").Has("socket"));
  EXPECT_FALSE(root.Has("metrics"));
  EXPECT_FALSE(root.Has("logging"));
  EXPECT_EQ(root.Table("native").String("identity"), "the native side's own");
  EXPECT_EQ(root.Table("native").Table("sms").String("to"), "x");
}

TEST(CheckContentTest, CasesAreWhatTheMappingTakesAndBadOnesWhatItRefuses) {
  const TempDir dir;
  const std::string file = dir.File("my.mapping.toml");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(file, R"(
[mapping]
name = "mine"
version = 3
source = "a test"
[[field]]
native = "HELP"
to = "header.services[].service"
type = "code"
codes = "help"
[[field]]
native = "CALLED"
to = "IDENTITY_MIN.given_name"
type = "text"
[[field]]
native = "SEX"
to = "DEMOGRAPHIC.gender"
type = "code"
codes = "sex"
[codes.help]
FOOD = "BASIC_NEEDS"
[codes.sex]
F = "Feminine"
)",
                                                   kPrivateFile));
  auto content = CheckContent::Load(file);
  AMANA_ASSERT_OK(content);
  EXPECT_EQ(content->Title(), "mine 3");
  EXPECT_EQ(content->sha256().size(), 64u);
  std::string why;
  const auto good = content->Good(why);
  ASSERT_TRUE(good.has_value()) << why;
  EXPECT_EQ(good->service, "BASIC_NEEDS");
  EXPECT_TRUE(good->sections.contains("IDENTITY_MIN"));
  EXPECT_FALSE(content->words().empty());
  const auto unmapped = content->Unmapped();
  ASSERT_TRUE(unmapped.has_value());
  EXPECT_EQ(unmapped->reason, "CODE_UNKNOWN");
  EXPECT_EQ(unmapped->field, "DEMOGRAPHIC.gender");
  const auto oversize = content->Oversize();
  ASSERT_TRUE(oversize.has_value());
  EXPECT_EQ(oversize->reason, "VALUE_INVALID");
  EXPECT_EQ(oversize->field, "IDENTITY_MIN.given_name");
}

}  // namespace
}  // namespace amana::cli
