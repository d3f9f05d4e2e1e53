#include "agency-adapters/mapping/rules.h"

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kHead = R"(
[mapping]
name = "synthetic"
version = 1
source = "a test"
)";

std::string Refusal(const std::string& rest) {
  const auto rules = ParseRules(kHead + rest, "x.mapping.toml");
  EXPECT_FALSE(rules.ok()) << rest;
  EXPECT_EQ(ErrorReason(rules.status()), "MAPPING_INVALID");
  return std::string(rules.status().message());
}

std::string Field(const std::string& keys) {
  return "[[field]]\nnative = \"A\"\nto = \"IDENTITY.a\"\n" + keys;
}

TEST(RulesTest, FindingsNameFileLineAndWhatWasExpected) {
  const struct {
    std::string rest;
    const char* finding;
  } cases[] = {
      {"", "expected at least one [[field]]"},
      {"[[field]]\n", "field[0].native: missing"},
      {Field("type = \"words\"\n"), "x.mapping.toml:9: field[0].type: expected"},
      {Field("type = \"text\"\ncolour = \"red\"\n"), ":10: field[0].colour: unknown key"},
      {Field("type = \"text\"\nmax = 0\n"), "field[0].max: expected"},
      {Field("type = \"date\"\n"), "field[0].format: missing"},
      {Field("type = \"date\"\nformat = \"%d/%m/%y\"\n"), "tells every day apart"},
      {Field("type = \"date\"\nformat = \"%m/%Y\"\n"), "tells every day apart"},
      {Field("type = \"datetime\"\nformat = \"%Y-%m-%d %H:%M\"\nzone = \"Africa/Kiambu\"\n"),
       "expected a time zone"},
      {Field("type = \"datetime\"\nformat = \"%Y-%m-%d %H:%M\"\nzone = \"+ab:cd\"\n"),
       "expected a time zone"},
      {Field("type = \"boolean\"\nyes = \"1\"\nno = \"1\"\n"), "two different texts"},
      {Field("type = \"code\"\ncodes = \"none\"\n"), "expected a table [codes.NAME]"},
      {Field("type = \"code\"\ncodes = \"amana:None\"\n"), "a list of the protocol"},
      {Field("type = \"country\"\nformat = \"alpha-4\"\n"), "field[0].format: expected"},
      {Field("type = \"year\"\nformat = \"%Y-%m-%d\"\n"), "no date can be made of a year"},
      {Field("type = \"text\"\nseparator = \";\"\n"), "expected one []"},
      {Field("type = \"text\"\ndirection = \"in\"\nrequired = \"out\"\n"), "a direction that"},
      {Field("type = \"text\"\n") + Field("type = \"text\"\n"), "read from another field"},
      {Field("type = \"text\"\n") + "[codes.sex]\nF = \"Feminine\"\n", "used by no field"},
      {Field("type = \"text\"\n") + "[[ignore]]\nnative = \"B\"\nwhy = \"\"\n", "a reason"},
      {"[[ignore]]\nnative = \"A\"\nwhy = \"own\"\n" + Field("type = \"text\"\n"), "elsewhere"},
      {"[[fixed]]\nnative = \"A\"\nvalue = \"1\"\n" + Field("type = \"text\"\n"), "elsewhere"},
      {Field("type = \"code\"\ncodes = \"s\"\n") + "[codes.s]\nF = \"X\"\nG = \"X\"\n",
       "exactly one preferred"},
      {Field("type = \"code\"\ncodes = \"s\"\n") +
           "[codes.s]\nF = {code = \"X\", also = [\"Y\"]}\nG = \"Y\"\n",
       "exactly one preferred"},
      {"[[field]]\nnative = \"A\"\nto = \"PLACE.a\"\ntype = \"text\"\n", "expected a category"},
      {"[[field]]\nnative = \"A\"\nto = \"a\"\ntype = \"text\"\n", "expected CATEGORY.member"},
      {"[[field]]\nnative = \"A\"\nto = \"header.x\"\ntype = \"text\"\n", "member of the header"},
      {"[[field]]\nnative = \"A\"\nto = \"header.urgency\"\ntype = \"text\"\n",
       "expected the type"},
      {"[[field]]\nnative = \"A\"\nto = \"header.urgency\"\ntype = \"code\"\ncodes = \"u\"\n"
       "[codes.u]\nX = \"SOON\"\n",
       "what this member of the header can be"},
      {"[[field]]\nnative = \"A\"\nto = \"RISK.a[].b[]\"\ntype = \"text\"\n", "expected one []"},
      {Field("type = \"text\"\n") +
           "[[field]]\nnative = \"B\"\nto = \"IDENTITY.a.b\"\ntype = \"text\"\n",
       "inside the value"},
      {"[[field]]\nnative = \"A\"\nto = \"RISK.a[]\"\ntype = \"text\"\n" + Field("type=\"text\"\n"),
       "either one value or several"},
  };
  for (const auto& c : cases) {
    const std::string refusal = Refusal(c.rest);
    EXPECT_THAT(refusal, HasSubstr(c.finding)) << c.rest;
    EXPECT_THAT(refusal, StartsWith("x.mapping.toml:")) << c.rest;
  }
}

TEST(RulesTest, AllFindingsAtOnce) {
  const std::string refusal = Refusal(Field("type = \"date\"\n") + "[codes.x]\nA = \"B\"\n");
  EXPECT_THAT(refusal, HasSubstr("field[0].format"));
  EXPECT_THAT(refusal, HasSubstr("codes.x"));
}

TEST(RulesTest, NotTomlAndTooLong) {
  EXPECT_THAT(Refusal("= 1"), StartsWith("x.mapping.toml:6"));
  const auto rules = ParseRules(std::string((size_t{1} << 20) + 1, '#'), "x.mapping.toml");
  EXPECT_EQ(ErrorReason(rules.status()), "MAPPING_INVALID");
}

}  // namespace
}  // namespace amana::mapping
