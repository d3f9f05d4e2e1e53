#include "broker/main/config.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/config.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::broker {
namespace {

constexpr absl::Duration kYear = absl::Hours(366 * 24);
constexpr int64_t kMany = 1'000'000'000;

bool IsOriginCharacter(unsigned char c) {
  return absl::ascii_isalnum(c) ||
         std::string_view("._:/-").find(static_cast<char>(c)) != std::string_view::npos;
}

void ReadTransparency(const ConfigTable& table, Config& config) {
  config.log_key = table.Path("key");
  config.pseudonym_key =
      table.Path("pseudonym_key",
                 (std::filesystem::path(config.log_key).parent_path() / "pseudonym.key").string());
  config.log_origin = table.String("origin");
  config.tiles = table.Bool("tiles", true);
  const std::string& origin = config.log_origin;
  if (table.Has("origin") && (origin.empty() || origin.size() > 255 ||
                              !std::all_of(origin.begin(), origin.end(), IsOriginCharacter))) {
    table.Refuse("origin", "expected 1 to 255 of A-Z a-z 0-9 . _ : / -");
  }
}

bool IsWitnessUrl(const std::string& url) {
  const auto after = [&](std::string_view scheme) {
    return url.starts_with(scheme) && url.size() > scheme.size() && !url.ends_with('/');
  };
  return after("https://") || after("http://127.0.0.1:") || after("http://[::1]:");
}

void ReadWitnesses(const ConfigTable& root, Witnesses& witnesses) {
  using transparency::NoteKeyType;
  for (const ConfigTable& table : root.Tables("witness")) {
    const std::string url = table.String("url");
    const auto key = transparency::NoteVerifier::Parse(table.String("vkey"));
    if (table.Has("url") && !IsWitnessUrl(url)) {
      table.Refuse("url",
                   "expected https://HOST..., or http:// to 127.0.0.1 or [::1], without a "
                   "slash at its end");
    }
    if (table.Has("vkey") && (!key.ok() || key->type() != NoteKeyType::kCosignatureV1)) {
      table.Refuse("vkey", "expected a witness's verifier key: name+hash+key of type 4");
    }
    if (!key.ok()) continue;
    for (const audit::WitnessPeer& other : witnesses.peers) {
      if (other.key.name() == key->name())
        table.Refuse("vkey", "expected another name than others");
    }
    witnesses.peers.push_back({*key, url});
  }
  const ConfigTable table = root.Table("witnesses");
  const auto most = static_cast<int64_t>(std::max<size_t>(witnesses.peers.size(), 1));
  witnesses.ca = table.Path("ca", "");
  witnesses.timeout =
      table.Duration("timeout", absl::Milliseconds(100), absl::Minutes(1), absl::Seconds(10));
  witnesses.retry_longest =
      table.Duration("retry_longest", absl::Seconds(1), absl::Hours(1), absl::Minutes(1));
  if (!witnesses.peers.empty()) {
    witnesses.quorum = static_cast<int>(table.Int("quorum", 1, most));
  } else if (table.Has("quorum")) {
    table.Refuse("quorum", "expected at least one [[witness]]");
  }
}

void ReadTimestamp(const ConfigTable& table, Timestamping& timestamp) {
  timestamp.url = table.String("url", "");
  timestamp.ca = table.Path("ca", "");
  timestamp.tls_ca = table.Path("tls_ca", "");
  timestamp.interval =
      table.Duration("interval", absl::Seconds(1), absl::Hours(24 * 7), absl::Hours(1));
  timestamp.timeout =
      table.Duration("timeout", absl::Milliseconds(100), absl::Minutes(1), absl::Seconds(10));
  timestamp.retry_longest =
      table.Duration("retry_longest", absl::Seconds(1), absl::Hours(24), absl::Minutes(10));
  if (timestamp.url.empty()) {
    if (table.Has("url")) table.Refuse("url", "expected https://HOST...");
    return;
  }
  const auto begins = [&](std::string_view with) { return timestamp.url.starts_with(with); };
  if (!begins("https://") && !begins("http://127.0.0.1:") && !begins("http://[::1]:")) {
    table.Refuse("url", "expected https://HOST..., or http:// to 127.0.0.1 or [::1]");
  }
  if (timestamp.ca.empty()) {
    table.Refuse("ca", "missing, expected the roots of the authorities believed");
  }
}

bool IsHere(const std::string& address) {
  return address.starts_with("127.0.0.1:") || address.starts_with("[::1]:");
}

void ReadLogHttp(const ConfigTable& table, Config& config) {
  LogHttp& http = config.log_http;
  http.address = table.String("address", "");
  http.certificate = table.Path("certificate", "");
  http.key = table.Path("key", "");
  const bool tls = !http.certificate.empty();
  if (tls != !http.key.empty()) {
    table.Refuse(tls ? "key" : "certificate", "expected certificate and key, or neither");
  }
  if (http.address.empty()) {
    if (table.Has("address") || tls) table.Refuse("address", "expected an address and a port");
    return;
  }
  const size_t colon = http.address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(http.address.substr(colon + 1), &port) || port < 0 || port > 65535) {
    table.Refuse("address", "expected an address and a port");
  } else if (!tls && !IsHere(http.address)) {
    table.Refuse("address", "expected 127.0.0.1 or [::1], or a certificate and key");
  }
  if (!config.tiles) table.Refuse("address", "expected transparency.tiles = true");
}

void ReadGuard(const ConfigTable& table, Config& config) {
  config.guard = table.Path("path", "");
  if (config.guard.empty()) {
    if (table.Has("path")) table.Refuse("path", "expected a folder");
    return;
  }
  if (IsWithin(config.guard, config.data_dir) || IsWithin(config.data_dir, config.guard)) {
    table.Refuse("path",
                 "expected a folder apart from data_dir: who loses one must keep the other");
  }
}

void ReadLimits(const ConfigTable& table, Config& config) {
  config.max_connections = static_cast<int>(table.Int("max_connections", 1, 1'000'000, 4096));
  config.connection_memory_bytes =
      static_cast<size_t>(table.Int("connection_memory_mib", 16, 1 << 20, 512)) << 20;
  config.min_free_bytes = static_cast<uint64_t>(table.Int("min_free_mib", 1, 1 << 20, 256)) << 20;
  config.executor.threads = static_cast<size_t>(table.Int("threads", 0, 1024, 0));
  config.executor.queue_per_agency =
      static_cast<size_t>(table.Int("queue_per_agency", 1, 1'000'000, 1024));
  rpc::RateLimits& rates = config.rates;
  rates.calls_per_second = static_cast<double>(table.Int("calls_per_second", 1, kMany, 5000));
  rates.calls_burst = static_cast<double>(table.Int("calls_burst", 1, kMany, 10000));
  rates.submissions_per_second =
      static_cast<double>(table.Int("submissions_per_second", 1, kMany, 20000));
  // A batch must fit into it.
  rates.submissions_burst = static_cast<double>(table.Int("submissions_burst", 64, kMany, 20000));
  rates.submissions_per_day = static_cast<uint64_t>(table.Int("submissions_per_day", 0, kMany, 0));
}

void ReadDelivery(const ConfigTable& table, Config& config) {
  delivery::Policy& policy = config.policy;
  const auto read = [&table](const char* key, absl::Duration least, absl::Duration& value) {
    value = table.Duration(key, least, kYear, value);
  };
  read("lease", absl::Seconds(1), policy.lease);
  read("acknowledge_within", absl::Seconds(1), policy.acknowledge_within);
  read("backoff_first", absl::Milliseconds(1), policy.backoff_first);
  read("backoff_longest", absl::Milliseconds(1), policy.backoff_longest);
  read("max_age", absl::Minutes(1), policy.max_age);
  read("recall_within", absl::Seconds(1), policy.recall_within);
  read("review_within", absl::Minutes(1), policy.review_within);
  read("handover_grace", absl::Seconds(1), policy.handover_grace);
  policy.max_attempts =
      static_cast<uint32_t>(table.Int("max_attempts", 1, 1000, policy.max_attempts));
  if (policy.backoff_longest < policy.backoff_first) {
    table.Refuse("backoff_longest", "expected at least backoff_first");
  }
}

void ReadKept(const ConfigTable& retention, const std::string& outcome, delivery::Retention& kept) {
  const absl::Duration kLongest = 20 * kYear;
  kept.all = retention.Duration(outcome, absl::ZeroDuration(), kLongest, kept.all);
  const ConfigTable of = retention.Table(outcome + "_of");
  for (const v1::Category category : codes::kAllCategories) {
    const std::string name(codes::CodeName(category));
    if (!of.Has(name)) continue;
    kept.of[category] = of.Duration(name, absl::ZeroDuration(), kLongest);
  }
}

void ReadRetention(const ConfigTable& retention, const ConfigTable& store, Config& config) {
  ReadKept(retention, "completed", config.policy.keep_completed);
  ReadKept(retention, "ended", config.policy.keep_ended);
  store::KeyCopyPolicy& copies = config.key_copies;
  copies.keep = static_cast<size_t>(store.Int("key_copies", 0, 100, 2));
  copies.lifetime = store.Duration("key_copies_lifetime", absl::Minutes(1), kYear, copies.lifetime);
  copies.folder = store.Path("key_copies_folder", config.data_dir + "/key-copies");
}

// Every checkpoint of a drill says that it is one: its evidence can be taken for nothing else.
bool IsOfDrill(std::string_view origin) {
  return origin.starts_with("drill.") || origin.starts_with("drill/") || origin == "drill";
}

void ReadDrill(const ConfigTable& table, Config& config) {
  config.drill_hour =
      table.Duration("hour", absl::Milliseconds(100), absl::Hours(1), config.drill_hour);
  if (config.drill_hour < absl::Hours(1) && !IsOfDrill(config.log_origin)) {
    table.Refuse("hour", "expected a transparency.origin whose first label is drill");
  }
}

absl::StatusOr<Config> Read(ConfigReader& reader, const Overrides& overrides) {
  for (const auto& [key, value] : overrides) reader.Set(key, value);
  const ConfigTable root = reader.Root();
  Config config;
  config.data_dir = root.Path("data_dir");
  config.clock_sync = root.Enum<ClockSync>(
      "clock_sync", {{"required", ClockSync::kRequired}, {"trusted", ClockSync::kTrusted}});
  config.clock_jump =
      root.Duration("clock_jump", absl::Seconds(1), absl::Hours(24), absl::Minutes(1));
  config.listen_address = root.Table("listen").String("address", "127.0.0.1:8443");
  const ConfigTable tls = root.Table("tls");
  config.tls_certificate = tls.Path("certificate");
  config.tls_key = tls.Path("key");
  config.tls_ca = tls.Path("ca");
  config.registry_path = root.Table("registry").Path("path");
  ReadTransparency(root.Table("transparency"), config);
  ReadLogHttp(root.Table("log_http"), config);
  ReadGuard(root.Table("guard"), config);
  ReadWitnesses(root, config.witnesses);
  ReadTimestamp(root.Table("timestamp"), config.timestamp);
  const ConfigTable metrics = root.Table("metrics");
  const auto port = static_cast<int>(metrics.Int("port", 0, 65535, 0));
  if (metrics.Has("port")) config.metrics_port = port;
  const ConfigTable logging = root.Table("logging");
  config.logging.level = logging.Enum<LogLevel>("level",
                                                {{"debug", LogLevel::kDebug},
                                                 {"info", LogLevel::kInfo},
                                                 {"warning", LogLevel::kWarning},
                                                 {"error", LogLevel::kError}},
                                                LogLevel::kInfo);
  config.logging.file = logging.Path("file", "");
  ReadLimits(root.Table("limits"), config);
  ReadDelivery(root.Table("delivery"), config);
  ReadRetention(root.Table("retention"), root.Table("store"), config);
  ReadDrill(root.Table("drill"), config);
  AMANA_RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace

bool IsWithin(const std::string& inner, const std::string& outer) {
  const auto plain = [](const std::string& path) {
    const std::string text = std::filesystem::absolute(path).lexically_normal().string();
    return text.ends_with('/') ? text : text + "/";
  };
  return plain(inner).starts_with(plain(outer));
}

absl::StatusOr<Config> LoadConfig(FileSystem& files, const std::string& path,
                                  const Overrides& overrides) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::Load(files, path));
  return Read(*reader, overrides);
}

absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& name,
                                   const Overrides& overrides) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::FromText(text, name));
  return Read(*reader, overrides);
}

}  // namespace amana::broker
