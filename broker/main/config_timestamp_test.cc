#include <string>
#include <utility>

#include "base/status.h"
#include "broker/main/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::broker {
namespace {

using testing::HasSubstr;

constexpr char kLeast[] = R"(data_dir = "data"
clock_sync = "required"
[tls]
certificate = "tls.pem"
key = "tls.key"
ca = "/ca/root.pem"
[registry]
path = "registry.toml"
[transparency]
key = "log.key"
origin = "log.example/amana"
)";

absl::StatusOr<Config> Parse(const std::string& text) {
  return ParseConfig(text, "/etc/amana/broker.toml", {});
}

TEST(ConfigTest, TheTimestampAuthority) {
  const auto with = [](const std::string& keys) {
    return Parse(kLeast + ("[timestamp]\n" + keys));
  };
  EXPECT_EQ(Parse(kLeast)->timestamp.url, "");
  const std::string least = "url = \"https://tsa.example/\"\nca = \"tsa.pem\"\n";
  const absl::StatusOr<Config> config = with(least);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->timestamp.url, "https://tsa.example/");
  EXPECT_EQ(config->timestamp.ca, "/etc/amana/tsa.pem");
  EXPECT_EQ(config->timestamp.interval, absl::Hours(1));
  EXPECT_EQ(config->timestamp.timeout, absl::Seconds(10));
  EXPECT_EQ(config->timestamp.retry_longest, absl::Minutes(10));
  EXPECT_TRUE(with("url = \"http://127.0.0.1:3180/tsa\"\nca = \"tsa.pem\"\n").ok());
  const std::pair<std::string, std::string> wrong[] = {
      {"url = \"http://tsa.example/\"\nca = \"tsa.pem\"\n", "timestamp.url: "},
      {"url = \"\"\n", "timestamp.url: "},
      {"url = \"https://tsa.example/\"\n", "timestamp.ca: "},
      {least + "interval = \"1ms\"\n", "timestamp.interval: "},
      {least + "every = \"1h\"\n", "timestamp.every"},
  };
  for (const auto& [text, finding] : wrong) {
    EXPECT_THAT(std::string(with(text).status().message()), HasSubstr(finding)) << text;
  }
}

}  // namespace
}  // namespace amana::broker
