#include "base/config.h"

#include <string>
#include <vector>

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

enum class Sync { kRequired, kTrusted };

std::unique_ptr<ConfigReader> Parse(std::string_view text) {
  auto reader = ConfigReader::FromText(text, "etc/broker.toml");
  EXPECT_TRUE(IsOk(reader));
  return reader.ok() ? *std::move(reader) : nullptr;
}

std::string Findings(ConfigReader& reader) {
  const absl::Status status = reader.Finish();
  EXPECT_TRUE(status.ok() || ErrorReason(status) == "CONFIG_INVALID");
  return std::string(status.message());
}

TEST(ConfigTest, ReadsEveryType) {
  auto reader = Parse(R"(
name = "amana"
clock_sync = "trusted"
[listen]
port = 8443
public = true
idle = "5m"
key = "keys/tls.pem"
store = "/var/lib/amana"
peers = ["a", "b"]
)");
  const ConfigTable root = reader->Root(), listen = root.Table("listen");
  EXPECT_EQ(root.String("name"), "amana");
  EXPECT_EQ(
      root.Enum<Sync>("clock_sync", {{"required", Sync::kRequired}, {"trusted", Sync::kTrusted}}),
      Sync::kTrusted);
  EXPECT_EQ(listen.Int("port", 1, 65535), 8443);
  EXPECT_TRUE(listen.Bool("public"));
  EXPECT_EQ(listen.Duration("idle", absl::Seconds(1), absl::Hours(1)), absl::Minutes(5));
  EXPECT_EQ(listen.Path("key"), "etc/keys/tls.pem");
  EXPECT_EQ(listen.Path("store"), "/var/lib/amana");
  EXPECT_THAT(listen.StringList("peers"), ElementsAre("a", "b"));
  AMANA_EXPECT_OK(reader->Finish());
}

TEST(ConfigTest, DefaultsStandForAbsentKeysAndTables) {
  auto reader = Parse("");
  const ConfigTable table = reader->Root().Table("absent");
  EXPECT_EQ(table.String("s", "x"), "x");
  EXPECT_EQ(table.Int("i", 1, 9, 5), 5);
  EXPECT_TRUE(table.Bool("b", true));
  EXPECT_EQ(table.Duration("d", absl::ZeroDuration(), absl::Hours(1), absl::Seconds(3)),
            absl::Seconds(3));
  EXPECT_EQ(table.Path("p", "data"), "data");
  EXPECT_THAT(table.StringList("l", std::vector<std::string>{}), IsEmpty());
  EXPECT_EQ(table.Enum<Sync>("e", {{"required", Sync::kRequired}}, Sync::kTrusted), Sync::kTrusted);
  EXPECT_THAT(table.Tables("t"), IsEmpty());
  EXPECT_FALSE(table.Has("s"));
  AMANA_EXPECT_OK(reader->Finish());
}

TEST(ConfigTest, EveryFindingIsNamedWithItsLine) {
  auto reader = Parse(R"(port = "8443"
mode = "sometimes"
[listen]
idle = "soon"
secret = 7
age = 1.5
zzz = 1
)");
  const ConfigTable root = reader->Root(), listen = root.Table("listen");
  listen.Duration("idle", absl::Seconds(1), absl::Hours(1));
  listen.String("secret");
  listen.Bool("age", false);
  listen.Path("key");
  root.Int("port", 1, 65535, 1);
  root.Enum<Sync>("mode", {{"required", Sync::kRequired}, {"trusted", Sync::kTrusted}});
  EXPECT_EQ(
      Findings(*reader),
      "etc/broker.toml:1: port: expected an integer from 1 to 65535, got a string\n"
      "etc/broker.toml:2: mode: expected one of \"required\", \"trusted\", got \"sometimes\"\n"
      "etc/broker.toml:3: listen.key: missing, expected a file name\n"
      "etc/broker.toml:4: listen.idle: expected a duration from \"1s\" to \"1h\", got \"soon\"\n"
      "etc/broker.toml:5: listen.secret: expected a string, got an integer\n"
      "etc/broker.toml:6: listen.age: expected true or false, got a floating-point number\n"
      "etc/broker.toml:7: listen.zzz: unknown key");
  EXPECT_EQ(Findings(*reader), std::string(reader->Finish().message()));
}

TEST(ConfigTest, RangesHold) {
  const struct {
    const char* text;
    bool ok;
  } kCases[] = {{"n = 1", true},    {"n = 9", true},           {"n = 0", false},
                {"n = 10", false},  {"n = 1.0", false},        {"n = true", false},
                {"n = [1]", false}, {"n = 1979-05-27", false}, {"[n]", false}};
  for (const auto& c : kCases) {
    auto reader = Parse(c.text);
    reader->Root().Int("n", 1, 9);
    EXPECT_EQ(reader->Finish().ok(), c.ok) << c.text;
  }
  for (const auto& [text, ok] : {std::pair("d = '0s'", false), std::pair("d = 'inf'", false),
                                 std::pair("d = '1m30s'", true), std::pair("d = '30'", false)}) {
    auto reader = Parse(text);
    reader->Root().Duration("d", absl::Seconds(1), absl::Hours(1));
    EXPECT_EQ(reader->Finish().ok(), ok) << text;
  }
}

TEST(ConfigTest, RegistryOfNestedTables) {
  auto reader = Parse(R"(
[[agency]]
id = "police"
[[agency.unit]]
id = "central"
[[agency.unit]]
id = "coast"
[[agency]]
id = "shelter"
colour = "red"
)");
  std::vector<std::string> found;
  for (const ConfigTable& agency : reader->Root().Tables("agency")) {
    found.push_back(agency.String("id"));
    for (const ConfigTable& unit : agency.Tables("unit")) {
      found.push_back(unit.String("id"));
      if (found.back() == "coast") unit.Refuse("id", "no such unit");
    }
  }
  EXPECT_THAT(found, ElementsAre("police", "central", "coast", "shelter"));
  EXPECT_EQ(Findings(*reader),
            "etc/broker.toml:7: agency[0].unit[1].id: no such unit\n"
            "etc/broker.toml:10: agency[1].colour: unknown key");
}

TEST(ConfigTest, TablesWhereValuesShouldBeAndBack) {
  auto reader = Parse("agency = 1\nlisten = 'x'\nunits = [1]\n[name]\nx = 1\n");
  const ConfigTable root = reader->Root();
  EXPECT_THAT(root.Tables("agency"), IsEmpty());
  EXPECT_THAT(root.Tables("units"), IsEmpty());
  EXPECT_EQ(root.Table("listen").Int("port", 1, 9, 3), 3);
  EXPECT_EQ(root.String("name", "d"), "d");
  EXPECT_EQ(Findings(*reader),
            "etc/broker.toml:1: agency: expected a list of tables ([[...]]), got an integer\n"
            "etc/broker.toml:2: listen: expected a table, got a string\n"
            "etc/broker.toml:3: units: expected a list of tables ([[...]]), got an integer\n"
            "etc/broker.toml:4: name: expected a string, got a table\n"
            "etc/broker.toml:5: name.x: unknown key");
}

TEST(ConfigTest, TablesWhoseKeysAreTheWritersOwn) {
  auto reader = Parse("[codes]\nM = \"Male\"\n\"F x\" = { code = \"Female\" }\n");
  const ConfigTable codes = reader->Root().Table("codes");
  EXPECT_THAT(codes.Keys(), ElementsAre("F x", "M"));
  EXPECT_TRUE(codes.IsTable("F x"));
  EXPECT_FALSE(codes.IsTable("M"));
  EXPECT_FALSE(codes.IsTable("N"));
  EXPECT_THAT(reader->Root().Table("none").Keys(), IsEmpty());
  EXPECT_THAT(Findings(*reader), testing::HasSubstr("codes.M: unknown key"));
}

TEST(ConfigTest, FlagsOverride) {
  auto reader = Parse("[listen]\nport = 1\nkey = 'file'\n");
  reader->Set("listen.port", "9");
  reader->Set("listen.key", "here");
  reader->Set("public", "true");
  reader->Set("idle", "2s");
  reader->Set("peers", "a,b,,c");
  reader->Set("none", "");
  reader->Set("mode", "trusted");
  const ConfigTable root = reader->Root(), listen = root.Table("listen");
  EXPECT_TRUE(root.Has("public"));
  EXPECT_EQ(listen.Int("port", 1, 9), 9);
  EXPECT_EQ(listen.Path("key"), "here");
  EXPECT_TRUE(root.Bool("public"));
  EXPECT_EQ(root.Duration("idle", absl::Seconds(1), absl::Hours(1)), absl::Seconds(2));
  EXPECT_THAT(root.StringList("peers"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(root.StringList("none"), IsEmpty());
  EXPECT_EQ(root.Enum<Sync>("mode", {{"trusted", Sync::kTrusted}}), Sync::kTrusted);
  AMANA_EXPECT_OK(reader->Finish());
}

TEST(ConfigTest, WrongAndUnknownFlagsAreNamed) {
  auto reader = Parse("port = 1");
  reader->Set("port", "80x");
  reader->Set("listen.prot", "9");
  EXPECT_EQ(reader->Root().Int("port", 1, 99, 7), 7);
  reader->Root().Table("listen");
  EXPECT_EQ(Findings(*reader),
            "flag: port: expected an integer from 1 to 99, got something else\n"
            "flag: listen.prot: unknown key");
}

TEST(ConfigTest, SyntaxErrorsHaveALine) {
  const absl::Status status = ConfigReader::FromText("a = 1\nb = = 2\n", "x.toml").status();
  EXPECT_EQ(ErrorReason(status), "CONFIG_INVALID");
  EXPECT_EQ(std::string(status.message()).rfind("x.toml:2: ", 0), 0u) << status;
  EXPECT_FALSE(ConfigReader::FromText("a = 1\na = 2\n", "x.toml").ok());
}

TEST(ConfigTest, MissingFileIsNamed) {
  EXPECT_EQ(ErrorReason(ConfigReader::Load(RealFileSystem(), "no/such.toml").status()),
            "FILE_NOT_FOUND");
}

TEST(ConfigTest, StringsAreNeverShown) {
  auto reader = Parse("password = 'hunter2'\nport = 'hunter2'\nlist = 'hunter2'\nflag = 'hunter2'");
  const ConfigTable root = reader->Root();
  root.Int("port", 1, 2);
  root.StringList("list");
  root.Bool("flag");
  EXPECT_EQ(Findings(*reader).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace amana
