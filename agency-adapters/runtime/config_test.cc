#include "agency-adapters/runtime/config.h"

#include "base/status.h"
#include "gtest/gtest.h"

namespace amana::runtime {
namespace {

AdapterOpener FakeFactory(const ConfigTable& native) {
  const std::string folder = native.Path("folder");
  return [folder](const AdapterContext&) -> absl::StatusOr<std::unique_ptr<Adapter>> {
    return MakeError(absl::StatusCode::kInternal, folder, "", "opened");
  };
}

constexpr char kLeast[] = R"(
identity = "agency.toml"
mapping = "m.toml"
journal = "/var/lib/j"
[native]
folder = "in"
)";

TEST(ConfigTest, TheLeastAndItsDefaults) {
  auto config = ParseConfig(kLeast, "/etc/amana/police.toml", FakeFactory);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->identity, "/etc/amana/agency.toml");
  EXPECT_EQ(config->journal, "/var/lib/j");
  EXPECT_EQ(config->poll, absl::Seconds(5));
  EXPECT_EQ(config->retry.deadline, absl::Hours(336));
  EXPECT_EQ(config->backlog, 1000U);
  EXPECT_FALSE(config->api.has_value());
  EXPECT_FALSE(config->metrics_port.has_value());
  EXPECT_FALSE(config->cases.legal_basis.has_value()) << "nothing is guessed";
  EXPECT_FALSE(config->cases.guardian_conflict.has_value());
  EXPECT_TRUE(config->open);
}

TEST(ConfigTest, Everything) {
  auto config = ParseConfig(R"(
identity = "a.toml"
mapping = "m.toml"
journal = "j"
poll = "10ms"
batch = 7
[retry]
first = "2s"
longest = "1m"
deadline = "2h"
[limits]
most_waiting = 5
backlog = 6
credit = 7
[case]
legal_basis = "VITAL_INTEREST"
embassy_contact = "PROHIBITED"
guardian_conflict = false
urgency = "URGENT"
expires = "24h"
candidates = 2
test = true
copy_to = ["iom/desk"]
[case.recipients]
ACCOMMODATION = "shelter-a/intake"
[api]
socket = "s"
grpc = "unix:/run/amana/api.sock"
token = "t"
[metrics]
port = 0
[logging]
level = "debug"
[native]
folder = "in"
)",
                            "c.toml", FakeFactory);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->cases.recipients.at(v1::SERVICE_TYPE_ACCOMMODATION).unit.value(), "intake");
  ASSERT_EQ(config->cases.copy_to.size(), 1U);
  EXPECT_EQ(config->cases.copy_to[0].agency.value(), "iom");
  EXPECT_EQ(config->cases.embassy_contact, v1::EMBASSY_CONTACT_PROHIBITED);
  EXPECT_EQ(config->cases.guardian_conflict, false);
  EXPECT_EQ(config->api->socket, "s");
  EXPECT_EQ(config->api->grpc, "unix:/run/amana/api.sock");
  EXPECT_EQ(config->metrics_port, 0);
  EXPECT_EQ(config->credit, 7U);
}

TEST(ConfigTest, EveryMistakeIsNamedWithItsLine) {
  const struct {
    const char* text;
    const char* finding;
  } cases[] = {
      {"identity = \"a\"\nmapping = \"m\"\n[native]\nfolder = \"f\"\n", "journal: "},
      {"x = 1\n", "c.toml:1: x"},
      {"[native]\nfolder = 7\n", "c.toml:2: native.folder"},
      {"[native]\nfolder = \"f\"\nother = 1\n", "c.toml:3: native.other"},
      {"[case]\nlegal_basis = \"MAYBE\"\n", "c.toml:2: case.legal_basis: expected a code"},
      {"[case.recipients]\nACCOMMODATION = \"shelter\"\n", "expected \"agency/unit\""},
      {"[case.recipients]\nACCOMODATION = \"a/b\"\n", "c.toml:2: case.recipients.ACCOMODATION"},
      {"[case]\ncopy_to = [\"a/b\", \"iom\"]\n",
       "c.toml:2: case.copy_to: expected \"agency/unit\""},
      {"[api]\ntoken = \"t\"\n", "expected a socket or an address"},
      {"[api]\ntoken = \"t\"\naddress = \"0.0.0.0:1\"\n", "c.toml:3: api.address"},
      {"[api]\ntoken = \"t\"\ngrpc = \"0.0.0.0:1\"\n", "c.toml:3: api.grpc"},
      {"[api]\ntoken = \"t\"\ngrpc = \"127.0.0.1:x\"\n", "c.toml:3: api.grpc"},
      {"[api]\ntoken = \"t\"\ngrpc = \"127.0.0.1:70000\"\n", "c.toml:3: api.grpc"},
      {"[api]\ntoken = \"t\"\ngrpc = \"unix:relative\"\n", "c.toml:3: api.grpc"},
      {"[retry]\nfirst = \"2m\"\nlongest = \"1m\"\n", "c.toml:3: retry.longest"},
      {"[limits]\ncredit = 257\n", "c.toml:2: limits.credit"},
  };
  for (const auto& c : cases) {
    const auto config = ParseConfig(c.text, "c.toml", FakeFactory);
    EXPECT_EQ(ErrorReason(config.status()), "CONFIG_INVALID") << c.text;
    EXPECT_NE(std::string(config.status().message()).find(c.finding), std::string::npos)
        << c.finding << " not in " << config.status().message();
  }
}

}  // namespace
}  // namespace amana::runtime
