#include "broker/main/run.h"

#include <cstdio>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/status.h"
#include "broker/identity/registry.h"
#include "broker/main/broker.h"
#include "broker/main/health.h"
#include "broker/main/keys.h"

namespace amana::broker {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(10);

void Notify(std::string_view state) {
  if (const absl::Status sent = SdNotify(state); !sent.ok()) {
    Log(LogLevel::kWarning, "sd_notify_failed", {{"status", LogSafe(sent)}});
  }
}

// No character of these needs escaping: see the origin's form in config.h.
void Announce(const Broker& broker) {
  std::string line = "{\"event\":\"listening\",\"port\":" + std::to_string(broker.port());
  if (const auto port = broker.metrics_port()) line += ",\"metrics_port\":" + std::to_string(*port);
  if (!broker.log_http_address().empty()) {
    line += ",\"log_http\":\"" + broker.log_http_address() + "\"";
  }
  line += ",\"vkey\":\"" + broker.vkey() + "\"}\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

absl::Status CheckStart(const Config& config) {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(const std::shared_ptr<const identity::Registry> registry,
                         identity::Registry::Load(files, config.registry_path));
  AMANA_ASSIGN_OR_RETURN(const std::string revocations, files.Read(registry->revocations_path()));
  AMANA_RETURN_IF_ERROR(identity::RevocationList::Parse(revocations).status());
  AMANA_ASSIGN_OR_RETURN(const std::string authorities, files.Read(config.tls_ca));
  AMANA_RETURN_IF_ERROR(crypto::ParsePemBundle(authorities).status());
  AMANA_RETURN_IF_ERROR(CheckTlsFiles(files, config.tls_certificate, config.tls_key,
                                      SystemClock(config.clock_sync).Now()));
  return ReadLogKey(config.log_key).status();
}

absl::Status Run(const Config& config, ShutdownSignal& shutdown) {
  AMANA_RETURN_IF_ERROR(InitLog(config.logging));
  AMANA_RETURN_IF_ERROR(CheckStart(config));
  AMANA_ASSIGN_OR_RETURN(const bool cores_off, DisableCoreDumps());
  AMANA_ASSIGN_OR_RETURN(const uint64_t files, RaiseFileLimit());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Broker> broker, Broker::Start(config));
  Log(LogLevel::kInfo, "started",
      {{"port", broker->port()},
       {"clock_trusted", config.clock_sync == ClockSync::kTrusted},
       {"sla_hour_ms", absl::ToInt64Milliseconds(config.drill_hour)},
       {"core_dumps", !cores_off},
       {"file_limit", files}});
  Announce(*broker);
  Notify("READY=1");
  while (!shutdown.Wait(absl::Seconds(1))) {
    broker->Tick();
    Notify("WATCHDOG=1");
  }
  Log(LogLevel::kInfo, "stopping");
  Notify("STOPPING=1");
  broker->Drain(kGrace);
  Log(LogLevel::kInfo, "stopped");
  return absl::OkStatus();
}

}  // namespace amana::broker
