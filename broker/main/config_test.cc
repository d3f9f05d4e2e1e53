#include "broker/main/config.h"

#include <string>

#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/note_verifier.h"

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

absl::StatusOr<Config> Parse(const std::string& text, const Overrides& overrides = {}) {
  return ParseConfig(text, "/etc/amana/broker.toml", overrides);
}

// Of a key that the test makes for itself.
std::string WitnessVkey(const std::string& name) {
  const auto key = crypto::Ed25519PrivateKey::Generate().value();
  return transparency::NoteVerifier::Create(name, transparency::NoteKeyType::kCosignatureV1,
                                            key.PublicKey())
      ->vkey();
}
std::string WitnessTable(const std::string& vkey, const std::string& url) {
  return "[[witness]]\nvkey = \"" + vkey + "\"\nurl = \"" + url + "\"\n";
}

TEST(ConfigTest, WitnessesAndTheirQuorum) {
  const std::string two = WitnessTable(WitnessVkey("w/1"), "https://w.example/amana") +
                          WitnessTable(WitnessVkey("w/2"), "http://127.0.0.1:7075");
  const absl::StatusOr<Config> config = Parse(kLeast + two + "[witnesses]\nquorum = 2\n");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->witnesses.peers.size(), 2u);
  EXPECT_EQ(config->witnesses.peers[0].url, "https://w.example/amana");
  EXPECT_EQ(config->witnesses.quorum, 2);
  EXPECT_EQ(config->witnesses.timeout, absl::Seconds(10));
  EXPECT_TRUE(Parse(kLeast)->witnesses.peers.empty());

  const std::string one = WitnessVkey("w/1");
  const std::string quorum = "[witnesses]\nquorum = 1\n";
  const std::pair<std::string, std::string> wrong[] = {
      {two, "quorum"},
      {two + "[witnesses]\nquorum = 3\n", "quorum"},
      {quorum, "quorum"},
      {WitnessTable(one, "http://w.example") + quorum, "url"},
      {WitnessTable(one, "https://w.example/") + quorum, "url"},
      {WitnessTable("w/1+00000000+AAAA", "https://w.example") + quorum, "vkey"},
      {WitnessTable(one, "https://w.example/a") + WitnessTable(one, "https://w.example/b") + quorum,
       "vkey"},
  };
  for (const auto& [text, field] : wrong) {
    EXPECT_THAT(std::string(Parse(kLeast + text).status().message()), HasSubstr(field)) << text;
  }
}

TEST(ConfigTest, TheLogOverHttp) {
  EXPECT_EQ(Parse(kLeast)->log_http.address, "");
  const std::string tls = "certificate = \"log.pem\"\nkey = \"/k/log.key\"\n";
  const auto with = [](const std::string& address, const std::string& more = "") {
    return kLeast + ("[log_http]\naddress = \"" + address + "\"\n" + more);
  };
  const absl::StatusOr<Config> config = Parse(with("192.0.2.1:443", tls));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log_http.address, "192.0.2.1:443");
  EXPECT_EQ(config->log_http.certificate, "/etc/amana/log.pem");
  EXPECT_EQ(config->log_http.key, "/k/log.key");
  EXPECT_TRUE(Parse(with("127.0.0.1:0")).ok());
  EXPECT_TRUE(Parse(with("[::1]:8080", tls)).ok());

  const std::string kAddress = "broker.toml:13: log_http.address: ";
  const std::pair<std::string, std::string> wrong[] = {
      {with("192.0.2.1:80"), kAddress},
      {with(""), kAddress},
      {with("127.0.0.1"), kAddress},
      {with(":80"), kAddress},
      {with("127.0.0.1:http"), kAddress},
      {with("127.0.0.1:65536"), kAddress},
      {with("127.0.0.1:80", "certificate = \"log.pem\"\n"), "log_http.key: "},
      {with("127.0.0.1:80", "key = \"log.key\"\n"), "log_http.certificate: "},
      {kLeast + ("[log_http]\n" + tls), "log_http.address: "},
      {kLeast + std::string("tiles = false\n[log_http]\naddress = \"127.0.0.1:80\"\n"),
       "log_http.address: "},
  };
  for (const auto& [text, finding] : wrong) {
    EXPECT_THAT(std::string(Parse(text).status().message()), HasSubstr(finding)) << text;
  }
}

TEST(ConfigTest, TheGuardIsApartFromTheStore) {
  EXPECT_EQ(Parse(kLeast)->guard, "");
  const auto with = [](const std::string& path) {
    return Parse(kLeast + ("[guard]\npath = \"" + path + "\"\n"));
  };
  EXPECT_EQ(with("guard")->guard, "/etc/amana/guard");
  for (const char* path : {"/guard", "data-guard", "../data", "/etc/amana/dat", "data/../guard"}) {
    EXPECT_TRUE(with(path).ok()) << path << with(path).status();
  }
  for (const char* path : {"data", "data/", "data/guard", "/etc/amana/data/a/b", ".", "/", "/etc",
                           "x/../data/guard", "../amana/data", ""}) {
    EXPECT_THAT(std::string(with(path).status().message()),
                HasSubstr("broker.toml:13: guard.path: expected"))
        << path;
  }
}

TEST(ConfigTest, TheLeastAndItsDefaults) {
  const absl::StatusOr<Config> config = Parse(kLeast);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_dir, "/etc/amana/data");
  EXPECT_EQ(config->clock_sync, ClockSync::kRequired);
  EXPECT_EQ(config->clock_jump, absl::Minutes(1));
  EXPECT_EQ(config->listen_address, "127.0.0.1:8443");
  EXPECT_EQ(config->tls_ca, "/ca/root.pem");
  EXPECT_EQ(config->log_origin, "log.example/amana");
  EXPECT_EQ(config->pseudonym_key, "/etc/amana/pseudonym.key");
  EXPECT_TRUE(config->tiles);
  EXPECT_FALSE(config->metrics_port.has_value());
  EXPECT_EQ(config->logging.level, LogLevel::kInfo);
  EXPECT_EQ(config->logging.file, "");
  EXPECT_EQ(config->max_connections, 4096);
  EXPECT_EQ(config->min_free_bytes, uint64_t{256} << 20);
  EXPECT_EQ(config->policy.lease, absl::Seconds(60));
  EXPECT_EQ(config->policy.max_attempts, 12u);
  EXPECT_EQ(config->policy.keep_completed.all, absl::Hours(7 * 24));
  EXPECT_TRUE(config->policy.keep_completed.of.empty());
  EXPECT_EQ(config->policy.keep_ended.all, absl::Hours(3 * 24));
  EXPECT_EQ(config->key_copies.keep, 2u);
  EXPECT_EQ(config->key_copies.lifetime, absl::Hours(24));
  EXPECT_EQ(config->key_copies.folder, "/etc/amana/data/key-copies");
}

TEST(ConfigTest, EveryOtherKey) {
  const absl::StatusOr<Config> config = Parse("clock_jump = \"5m\"\n" + std::string(kLeast) + R"(
tiles = false
[listen]
address = "[::]:0"
[metrics]
port = 0
[logging]
level = "error"
file = "broker.log"
[limits]
max_connections = 10
connection_memory_mib = 64
threads = 3
queue_per_agency = 5
calls_per_second = 6
calls_burst = 7
submissions_per_second = 8
submissions_burst = 64
submissions_per_day = 9
min_free_mib = 1
[retention]
completed = "1h"
ended = "0s"
[store]
key_copies = 5
key_copies_lifetime = "2h"
key_copies_folder = "copies"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->clock_jump, absl::Minutes(5));
  EXPECT_EQ(config->listen_address, "[::]:0");
  EXPECT_FALSE(config->tiles);
  EXPECT_EQ(config->metrics_port, 0);
  EXPECT_EQ(config->logging.level, LogLevel::kError);
  EXPECT_EQ(config->logging.file, "/etc/amana/broker.log");
  EXPECT_EQ(config->max_connections, 10);
  EXPECT_EQ(config->connection_memory_bytes, size_t{64} << 20);
  EXPECT_EQ(config->executor.threads, 3u);
  EXPECT_EQ(config->executor.queue_per_agency, 5u);
  EXPECT_EQ(config->rates.calls_per_second, 6);
  EXPECT_EQ(config->rates.calls_burst, 7);
  EXPECT_EQ(config->rates.submissions_per_second, 8);
  EXPECT_EQ(config->rates.submissions_burst, 64);
  EXPECT_EQ(config->rates.submissions_per_day, 9u);
  EXPECT_EQ(config->min_free_bytes, uint64_t{1} << 20);
  EXPECT_EQ(config->policy.keep_completed.all, absl::Hours(1));
  EXPECT_EQ(config->policy.keep_ended.all, absl::ZeroDuration());
  EXPECT_EQ(config->key_copies.keep, 5u);
  EXPECT_EQ(config->key_copies.lifetime, absl::Hours(2));
  EXPECT_EQ(config->key_copies.folder, "/etc/amana/copies");
}

TEST(ConfigTest, EveryKeyOfDelivery) {
  const absl::StatusOr<Config> config = Parse(std::string(kLeast) + R"(
[delivery]
lease = "2s"
acknowledge_within = "3s"
backoff_first = "10ms"
backoff_longest = "20ms"
max_attempts = 4
max_age = "5m"
recall_within = "6h"
review_within = "12h"
handover_grace = "90m"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->policy.lease, absl::Seconds(2));
  EXPECT_EQ(config->policy.acknowledge_within, absl::Seconds(3));
  EXPECT_EQ(config->policy.backoff_first, absl::Milliseconds(10));
  EXPECT_EQ(config->policy.backoff_longest, absl::Milliseconds(20));
  EXPECT_EQ(config->policy.max_attempts, 4u);
  EXPECT_EQ(config->policy.max_age, absl::Minutes(5));
  EXPECT_EQ(config->policy.recall_within, absl::Hours(6));
  EXPECT_EQ(config->policy.review_within, absl::Hours(12));
  EXPECT_EQ(config->policy.handover_grace, absl::Minutes(90));
}

TEST(ConfigTest, HowLongABodyIsKeptIsSaidByOutcomeAndCategory) {
  const absl::StatusOr<Config> config = Parse(std::string(kLeast) + R"(
[retention.completed_of]
MEDICAL = "5m"
RISK = "10m"
[retention.ended_of]
MEDICAL = "0s"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  const delivery::Policy& policy = config->policy;
  EXPECT_EQ(policy.keep_completed.For({v1::CATEGORY_MEDICAL}), absl::Minutes(5));
  EXPECT_EQ(policy.keep_completed.For({v1::CATEGORY_RISK}), absl::Minutes(10));
  EXPECT_EQ(policy.keep_ended.For({v1::CATEGORY_MEDICAL}), absl::ZeroDuration());
  EXPECT_EQ(policy.keep_ended.For({v1::CATEGORY_RISK}), policy.keep_ended.all);
}

TEST(ConfigTest, FlagsStandInPlaceOfTheFile) {
  const absl::StatusOr<Config> config =
      Parse(kLeast,
            {{"listen.address", "0.0.0.0:1"}, {"limits.threads", "2"}, {"clock_sync", "trusted"}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen_address, "0.0.0.0:1");
  EXPECT_EQ(config->executor.threads, 2u);
  EXPECT_EQ(config->clock_sync, ClockSync::kTrusted);
}

TEST(ConfigTest, EachRequiredKeyIsMissed) {
  const std::pair<const char*, const char*> rows[] = {
      {"data_dir = \"data\"\n", "data_dir"},
      {"clock_sync = \"required\"\n", "clock_sync"},
      {"certificate = \"tls.pem\"\n", "tls.certificate"},
      {"key = \"tls.key\"\n", "tls.key"},
      {"ca = \"/ca/root.pem\"\n", "tls.ca"},
      {"path = \"registry.toml\"\n", "registry.path"},
      {"key = \"log.key\"\n", "transparency.key"},
      {"origin = \"log.example/amana\"\n", "transparency.origin"},
  };
  for (const auto& [line, key] : rows) {
    std::string text = kLeast;
    text.erase(text.find(line), std::string(line).size());
    const absl::Status status = Parse(text).status();
    EXPECT_EQ(ErrorReason(status), "CONFIG_INVALID") << key;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(key) + ": ")) << key;
  }
}

// Each is given last in the file, on the named line, and must be found there with what was
// expected.
TEST(ConfigTest, EachWrongValueIsNamedWithItsLine) {
  struct Row {
    const char* table;
    const char* line;
    const char* key;
  };
  const Row rows[] = {
      {"", "unknown = 1", "transparency.unknown"},
      {"", "tiles = 1", "transparency.tiles"},
      {"listen", "address = 8443", "listen.address"},
      {"listen", "port = 8443", "listen.port"},
      {"metrics", "port = 65536", "metrics.port"},
      {"metrics", "port = \"9464\"", "metrics.port"},
      {"metrics", "address = \"0.0.0.0\"", "metrics.address"},
      {"logging", "level = \"loud\"", "logging.level"},
      {"logging", "file = 1", "logging.file"},
      {"limits", "max_connections = 0", "limits.max_connections"},
      {"limits", "connection_memory_mib = 1", "limits.connection_memory_mib"},
      {"limits", "threads = -1", "limits.threads"},
      {"limits", "queue_per_agency = 0", "limits.queue_per_agency"},
      {"limits", "calls_per_second = 0", "limits.calls_per_second"},
      {"limits", "calls_burst = 1.5", "limits.calls_burst"},
      {"limits", "submissions_per_second = 0", "limits.submissions_per_second"},
      {"limits", "submissions_burst = 63", "limits.submissions_burst"},
      {"limits", "submissions_per_day = -1", "limits.submissions_per_day"},
      {"limits", "min_free_mib = 0", "limits.min_free_mib"},
      {"delivery", "lease = 60", "delivery.lease"},
      {"delivery", "lease = \"10ms\"", "delivery.lease"},
      {"delivery", "acknowledge_within = \"0s\"", "delivery.acknowledge_within"},
      {"delivery", "backoff_first = \"soon\"", "delivery.backoff_first"},
      {"delivery", "backoff_longest = \"1ms\"", "delivery.backoff_longest"},
      {"delivery", "max_attempts = 0", "delivery.max_attempts"},
      {"delivery", "max_age = \"1s\"", "delivery.max_age"},
      {"delivery", "recall_within = \"9000h\"", "delivery.recall_within"},
      {"retention", "completed = 30", "retention.completed"},
      {"retention", "ended = \"-1s\"", "retention.ended"},
      {"retention.ended_of", "MEDICAL = 5", "retention.ended_of.MEDICAL"},
      {"retention.ended_of", "HEALTH = \"5m\"", "retention.ended_of.HEALTH"},
      {"store", "key_copies = -1", "store.key_copies"},
      {"store", "key_copies_lifetime = \"1s\"", "store.key_copies_lifetime"},
      {"store", "key_copies_folder = \"\"", "store.key_copies_folder"},
      {"nonsense", "a = 1", "nonsense"},
  };
  for (const Row& row : rows) {
    std::string text = kLeast;
    int line = 12;
    if (*row.table != '\0') {
      text += "[" + std::string(row.table) + "]\n";
      ++line;
    }
    text += std::string(row.line) + "\n";
    const absl::Status status = Parse(text).status();
    EXPECT_EQ(ErrorReason(status), "CONFIG_INVALID") << row.line;
    // An unknown table is named where it begins.
    const std::string where = std::to_string(std::string(row.key) == "nonsense" ? 12 : line);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("/etc/amana/broker.toml:" + where + ": " + row.key + ": "))
        << row.line;
  }
}

TEST(ConfigTest, OriginsThatNoSignatureLineCanCarry) {
  for (const char* origin : {"", "a b", "a+b", "a\\\"b", "a\\nb", "größe"}) {
    std::string text = kLeast;
    const std::string old = "log.example/amana";
    text.replace(text.find(old), old.size(), origin);
    EXPECT_THAT(std::string(Parse(text).status().message()), HasSubstr("transparency.origin"))
        << origin;
  }
}

std::string WithOrigin(const std::string& origin, const std::string& more) {
  std::string text = kLeast;
  const std::string old = "log.example/amana";
  return text.replace(text.find(old), old.size(), origin) + more;
}

TEST(ConfigTest, AnHourIsAnHourUnlessTheLogIsADrills) {
  EXPECT_EQ(Parse(kLeast)->drill_hour, absl::Hours(1));
  const std::string drill = "[drill]\nhour = \"1s\"\n";
  for (const char* origin : {"drill.amana.example/log", "drill/log", "drill"}) {
    const absl::StatusOr<Config> config = Parse(WithOrigin(origin, drill));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->drill_hour, absl::Seconds(1)) << origin;
  }
  for (const char* origin : {"log.example/amana", "drills.amana.example/log", "log.drill/amana",
                             "Drill.amana.example", "drill-amana.example", "amana.example/drill"}) {
    const absl::Status status = Parse(WithOrigin(origin, drill)).status();
    EXPECT_EQ(ErrorReason(status), "CONFIG_INVALID") << origin;
    EXPECT_THAT(std::string(status.message()), HasSubstr("drill.hour")) << origin;
  }
  // What a real hour is may be said anywhere, also of a drill.
  EXPECT_TRUE(Parse(kLeast + std::string("[drill]\nhour = \"1h\"\n")).ok());
  EXPECT_TRUE(Parse(WithOrigin("drill.amana.example/log", "")).ok());
  for (const char* hour : {"99ms", "61m", "0s"}) {
    const std::string text = "[drill]\nhour = \"" + std::string(hour) + "\"\n";
    EXPECT_EQ(ErrorReason(Parse(WithOrigin("drill.amana.example/log", text)).status()),
              "CONFIG_INVALID")
        << hour;
  }
}

TEST(ConfigTest, AllFindingsAtOnce) {
  const std::string message(Parse("data_dir = 1\nclock_sync = \"maybe\"\n").status().message());
  for (const char* key : {"data_dir", "clock_sync", "tls.key", "registry.path"}) {
    EXPECT_THAT(message, HasSubstr(key));
  }
}

}  // namespace
}  // namespace amana::broker
