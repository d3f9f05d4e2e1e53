#include "agency-adapters/runtime/config.h"

#include <memory>
#include <utility>

#include "agency-adapters/local_grpc/address.h"
#include "base/config.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

constexpr absl::Duration kYear = absl::Hours(366 * 24);
constexpr int64_t kMany = 1'000'000;

template <typename E>
std::optional<E> ReadCode(const ConfigTable& table, const char* key) {
  if (!table.Has(key)) return std::nullopt;
  const std::optional<E> code = codes::ParseCode<E>(table.String(key));
  if (!code.has_value()) table.Refuse(key, "expected a code of its list");
  return code;
}

std::optional<Address> ReadAddress(const ConfigTable& table, const std::string& key,
                                   const std::string& text) {
  const size_t slash = text.find('/');
  const auto agency = AgencyId::Create(text.substr(0, slash));
  const auto unit = UnitId::Create(slash == std::string::npos ? "" : text.substr(slash + 1));
  if (agency.ok() && unit.ok()) return Address{*agency, *unit};
  table.Refuse(key, "expected \"agency/unit\"");
  return std::nullopt;
}

void ReadCase(const ConfigTable& table, CaseRules& rules) {
  rules.legal_basis = ReadCode<v1::LegalBasis>(table, "legal_basis");
  rules.embassy_contact = ReadCode<v1::EmbassyContact>(table, "embassy_contact");
  if (table.Has("guardian_conflict")) {
    rules.guardian_conflict = table.Bool("guardian_conflict");
  }
  rules.urgency = ReadCode<v1::Urgency>(table, "urgency");
  rules.expires = table.Duration("expires", absl::Hours(1), absl::Hours(2160), rules.expires);
  rules.candidates = static_cast<size_t>(table.Int("candidates", 1, 8, 3));
  rules.test = table.Bool("test", false);
  for (const std::string& text : table.StringList("copy_to", std::vector<std::string>{})) {
    const std::optional<Address> to = ReadAddress(table, "copy_to", text);
    if (to.has_value()) rules.copy_to.push_back(*to);
  }
  const ConfigTable recipients = table.Table("recipients");
  const auto* services = google::protobuf::GetEnumDescriptor<v1::ServiceType>();
  for (int i = 0; i < services->value_count(); ++i) {
    const int number = services->value(i)->number();
    const std::string name(codes::NameIn(*services, number));
    if (number == 0 || !recipients.Has(name)) continue;
    const std::optional<Address> to = ReadAddress(recipients, name, recipients.String(name));
    if (to.has_value()) rules.recipients.emplace(static_cast<v1::ServiceType>(number), *to);
  }
}

void ReadApi(const ConfigTable& root, Config& config) {
  if (!root.Has("api")) return;
  const ConfigTable table = root.Table("api");
  ApiConfig api;
  api.socket = table.Path("socket", "");
  api.address = table.String("address", "");
  api.token_file = table.Path("token");
  api.grpc = table.String("grpc", "");
  const bool both = !api.socket.empty() && !api.address.empty();
  if (both || (api.socket.empty() && api.address.empty() && api.grpc.empty())) {
    table.Refuse("socket", "expected a socket or an address, one of the two");
  }
  if (const absl::Status address = local_grpc::CheckAddress(api.grpc);
      !api.grpc.empty() && !address.ok()) {
    table.Refuse("grpc", std::string(address.message()));
  }
  if (!api.address.empty() && !api.address.starts_with("127.0.0.1:") &&
      !api.address.starts_with("[::1]:")) {
    table.Refuse("address", "expected a loopback address and a port");
  }
  config.api = std::move(api);
}

void ReadRetry(const ConfigTable& table, RetryPolicy& retry) {
  retry.first = table.Duration("first", absl::Milliseconds(1), kYear, retry.first);
  retry.longest = table.Duration("longest", absl::Milliseconds(1), kYear, retry.longest);
  retry.deadline = table.Duration("deadline", absl::Minutes(1), kYear, retry.deadline);
  if (retry.longest < retry.first) table.Refuse("longest", "expected at least first");
}

void ReadOperation(const ConfigTable& root, Config& config) {
  config.poll = root.Duration("poll", absl::Milliseconds(10), absl::Hours(1), absl::Seconds(5));
  config.batch = static_cast<size_t>(root.Int("batch", 1, 1000, 64));
  ReadRetry(root.Table("retry"), config.retry);
  const ConfigTable limits = root.Table("limits");
  config.most_waiting = static_cast<size_t>(limits.Int("most_waiting", 1, kMany, 10'000));
  config.backlog = static_cast<size_t>(limits.Int("backlog", 1, kMany, 1'000));
  config.credit = static_cast<uint32_t>(limits.Int("credit", 1, 256, 32));
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
}

absl::StatusOr<Config> Read(ConfigReader& reader, const AdapterFactory& factory) {
  const ConfigTable root = reader.Root();
  Config config;
  config.identity = root.Path("identity");
  config.mapping = root.Path("mapping");
  config.journal = root.Path("journal");
  ReadOperation(root, config);
  ReadCase(root.Table("case"), config.cases);
  ReadApi(root, config);
  config.open = factory(root.Table("native"));
  AMANA_RETURN_IF_ERROR(reader.Finish());
  return config;
}

}  // namespace

absl::StatusOr<Config> LoadConfig(FileSystem& files, const std::string& path,
                                  const AdapterFactory& factory) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::Load(files, path));
  return Read(*reader, factory);
}

absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& name,
                                   const AdapterFactory& factory) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::FromText(text, name));
  return Read(*reader, factory);
}

}  // namespace amana::runtime
