#include "broker/main/broker.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "broker/main/guard.h"
#include "broker/main/keys.h"
#include "broker/main/pseudonym_key.h"
#include "broker/main/registry_log.h"
#include "broker/main/succession_files.h"
#include "broker/main/timestamp.h"
#include "broker/main/witnesses.h"
#include "broker/operations/receive.h"
#include "broker/operations/reconsider.h"
#include "broker/operations/run_erasure.h"
#include "broker/rpc/services.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/transparency/note_verifier.h"

namespace amana::broker {
namespace {

constexpr absl::Duration kRefusalsEvery = absl::Seconds(60);
constexpr absl::Duration kDrainPoll = absl::Milliseconds(10);
constexpr absl::Duration kGoodbye = absl::Seconds(2);

void LogError(std::string_view event, const absl::Status& status) {
  Log(status.ok() ? LogLevel::kInfo : LogLevel::kError, event, {{"status", LogSafe(status)}});
}

}  // namespace

Broker::Broker(const Config& config)
    : config_(config),
      system_clock_(config.clock_sync),
      clock_(&system_clock_, config.clock_jump),
      refusals_(&metrics_),
      limiter_(config.rates, &clock_),
      figures_(&metrics_),
      timestamp_files_(&RealFileSystem(), config_.data_dir + "/tiles"),
      refusals_logged_(clock_.Now()) {}

Broker::~Broker() { Drain(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Broker>> Broker::Start(const Config& config) {
  std::unique_ptr<Broker> broker(new Broker(config));
  AMANA_RETURN_IF_ERROR(broker->OpenTrust());
  AMANA_RETURN_IF_ERROR(broker->OpenStore());
  AMANA_RETURN_IF_ERROR(broker->OpenDelivery());
  AMANA_RETURN_IF_ERROR(broker->OpenLogHttp());
  AMANA_RETURN_IF_ERROR(broker->OpenServer());
  broker->Tick();
  return broker;
}

absl::Status Broker::OpenTrust() {
  identity::RegistryWatcher::Listeners listeners;
  listeners.on_change = [this](const identity::TrustPtr& trust) { RegistryChanged(trust); };
  listeners.on_error = LogRegistryRefused;
  AMANA_ASSIGN_OR_RETURN(watcher_,
                         identity::RegistryWatcher::Open(RealFileSystem(), config_.registry_path,
                                                         std::move(listeners)));
  return absl::OkStatus();
}

absl::Status Broker::OpenStore() {
  using transparency::NoteKeyType;
  using transparency::NoteVerifier;
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, ReadLogKey(config_.log_key));
  AMANA_ASSIGN_OR_RETURN(
      const NoteVerifier verifier,
      NoteVerifier::Create(config_.log_origin, NoteKeyType::kEd25519, key.PublicKey()));
  vkey_ = verifier.vkey();
  AMANA_RETURN_IF_ERROR(CheckRecovered(config_));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(config_.data_dir));
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteSigner signer,
                         transparency::NoteSigner::Create(config_.log_origin, key));
  AMANA_ASSIGN_OR_RETURN(guard_, OpenGuard(config_, signer));
  // An existing log is opened only if its newest checkpoint is by this key under this origin.
  AMANA_ASSIGN_OR_RETURN(
      store_,
      store::OpenEmbeddedStore(
          {.directory = config_.data_dir + "/store",
           .clock = &clock_,
           .log_key = std::move(key),
           .origin = config_.log_origin,
           .opened_detail = config_.log_origin,
           .may_begin = guard_ == nullptr || !guard_->LogHasBegun(),
           .key_copies = config_.key_copies,
           .hour = config_.drill_hour,
           .on_key_copies = [](const absl::Status& status) { LogError("key_copies", status); },
           .sqlite_vfs = ""}));
  if (guard_ != nullptr) {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
    AMANA_RETURN_IF_ERROR(guard_->CheckStore(*snapshot));
  }
  AMANA_ASSIGN_OR_RETURN(witnesses_, OpenWitnesses(config_, store_.get(), verifier));
  AMANA_ASSIGN_OR_RETURN(timestamps_, OpenTimestamper(config_, store_.get(), &timestamp_files_));
  context_ = {.store = store_.get(),
              .clock = &clock_,
              .trust = [this] { return watcher_->Current(); },
              .policy = config_.policy,
              .dispatcher = nullptr,
              .reconsider = [this] { reconsider_loop_->Poke(); }};
  UsePseudonyms();
  if (witnesses_ != nullptr) context_.witnessed = [this] { return witnesses_->Newest(); };
  dispatcher_ = std::make_unique<delivery::Dispatcher>(config_.policy, &clock_,
                                                       operations::MakeLeaseFn(context_),
                                                       operations::MakeGiveBackFn(context_));
  context_.dispatcher = dispatcher_.get();
  AMANA_RETURN_IF_ERROR(PlaceSuccession(config_, vkey_));
  if (config_.tiles) {
    tiles_ = std::make_unique<audit::TileWriter>(
        store_.get(), &RealFileSystem(), config_.data_dir + "/tiles", verifier,
        [](const absl::Status& status) { LogError("tiles", status); });
  }
  store_->SetCommitListener(
      [this](const std::vector<Address>& woken, const store::CommittedBatch& batch) {
        dispatcher_->Wake(woken);
        if (guard_ != nullptr) guard_->Note(batch.head());
        if (tiles_ != nullptr) tiles_->Poke();
        if (witnesses_ != nullptr) witnesses_->Poke();
        notices_.OnCommit(batch);
        figures_.OnCommit(batch);
      });
  recorded_ = watcher_->Current();
  return store_
      ->CommitAndWait([this](store::Transaction& tx) {
        return operations::RecordRegistry(tx, nullptr, *recorded_->registry);
      })
      .status();
}

// Nothing but auditors' questions needs it.
void Broker::UsePseudonyms() {
  absl::StatusOr<crypto::Secret> secret = ReadOrMakePseudonymKey(config_.pseudonym_key);
  if (!secret.ok()) return LogError("pseudonym_key", secret.status());
  context_.pseudonyms = [secret = *std::move(secret)](const AgencyId& auditor) {
    return events::Pseudonyms(secret, auditor);
  };
}

absl::Status Broker::OpenDelivery() {
  if (guard_ != nullptr) guard_->Start();
  if (tiles_ != nullptr) tiles_->Start();
  if (witnesses_ != nullptr) witnesses_->Start();
  if (timestamps_ != nullptr) timestamps_->Start();
  timers_ = std::make_unique<delivery::TimerLoop>(
      &clock_, [this] { return operations::RunTimers(context_); });
  reconsider_loop_ = std::make_unique<delivery::TimerLoop>(
      &clock_, [reconsiderer = std::make_unique<operations::Reconsiderer>(context_)] {
        return reconsiderer->Run();
      });
  erasure_ = std::make_unique<delivery::TimerLoop>(
      &clock_, [this] { return operations::RunErasure(context_); });
  watcher_->Start();
  return absl::OkStatus();
}

absl::Status Broker::OpenServer() {
  executor_ = std::make_unique<rpc::Executor>(config_.executor);
  front_ = std::make_unique<rpc::Front>(rpc::Front::Parts{.clock = &clock_,
                                                          .trust = context_.trust,
                                                          .executor = executor_.get(),
                                                          .limiter = &limiter_,
                                                          .refusals = &refusals_,
                                                          .metrics = &metrics_});
  health_ = std::make_unique<Health>(metrics_, HealthChecks());
  if (config_.metrics_port.has_value()) {
    AMANA_ASSIGN_OR_RETURN(
        metrics_server_,
        MetricsServer::Start(metrics_, "127.0.0.1:" + std::to_string(*config_.metrics_port)));
  }
  const rpc::Parts parts{.front = front_.get(),
                         .context = &context_,
                         .streams = &streams_,
                         .notices = &notices_,
                         .read_tile = [this](std::string_view path) { return ReadTile(path); }};
  AMANA_ASSIGN_OR_RETURN(server_,
                         rpc::Server::Start({.address = config_.listen_address,
                                             .tls = {.certificate = config_.tls_certificate,
                                                     .key = config_.tls_key,
                                                     .authorities = config_.tls_ca},
                                             .max_connections = config_.max_connections,
                                             .memory_bytes = config_.connection_memory_bytes},
                                            rpc::MakeServices(parts)));
  return absl::OkStatus();
}

absl::Status Broker::OpenLogHttp() {
  const LogHttp& options = config_.log_http;
  if (options.address.empty()) return absl::OkStatus();
  log_files_ = std::make_unique<audit::LogFiles>(&RealFileSystem(), config_.data_dir + "/tiles");
  http::ServerOptions server{.address = options.address};
  if (!options.certificate.empty()) {
    server.tls = http::ServerTls{options.certificate, options.key, /*client_ca_file=*/""};
  }
  AMANA_ASSIGN_OR_RETURN(
      log_http_,
      http::Server::Start(server, [files = log_files_.get()](const http::Request& request) {
        return files->Answer(request);
      }));
  return absl::OkStatus();
}

// On the watcher's thread.
void Broker::RegistryChanged(const identity::TrustPtr& trust) {
  Log(LogLevel::kInfo, "registry_changed",
      {{"generation", trust->generation}, {"digest", LogSafe(trust->registry->digest())}});
  store_->Commit(
      [before = std::exchange(recorded_, trust), trust](store::Transaction& tx) {
        return operations::RecordRegistry(tx, before->registry.get(), *trust->registry);
      },
      [this](const absl::StatusOr<store::BatchPtr>& batch) {
        if (!batch.ok()) return LogError("registry_not_recorded", batch.status());
        context_.reconsider();
      });
  // A new certificate or a revocation may let a delivery go, or keep it back.
  dispatcher_->WakeAll();
}

std::vector<HealthCheck> Broker::HealthChecks() {
  FileSystem& files = RealFileSystem();
  return {
      {"store", [this] { return store_->Health(); }},
      {"disk",
       [this, &files] { return CheckDisk(files, config_.data_dir, config_.min_free_bytes); }},
      {"clock", [this] { return CheckClock(clock_); }},
      {"registry",
       [this]() -> absl::Status {
         if (watcher_->Healthy()) return absl::OkStatus();
         return MakeError(absl::StatusCode::kFailedPrecondition, "REVOCATIONS_UNKNOWN", "",
                          "the revocation list cannot be read");
       }},
      {"tls",
       [this, &files] {
         return CheckTlsFiles(files, config_.tls_certificate, config_.tls_key, clock_.Now());
       }},
      {"log_key", [this] { return ReadLogKey(config_.log_key).status(); }},
      {"guard", [this] { return guard_ == nullptr ? absl::OkStatus() : guard_->Health(); },
       /*advisory=*/true},
      {"witnesses",
       [this] { return witnesses_ == nullptr ? absl::OkStatus() : witnesses_->Alarm(); }},
  };
}

absl::StatusOr<std::string> Broker::ReadTile(std::string_view path) const {
  if (path.starts_with("timestamp/")) return timestamp_files_.Read(path);
  if (path == "succession") return ReadSuccession(config_, vkey_);
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  return audit::ReadResource(*snapshot, path);
}

std::optional<int> Broker::metrics_port() const {
  if (metrics_server_ == nullptr) return std::nullopt;
  return metrics_server_->port();
}

std::string Broker::log_http_address() const {
  return log_http_ == nullptr ? "" : log_http_->address();
}

void Broker::Tick() {
  if (clock_.Look()) {
    Log(LogLevel::kError, "clock_jumped",
        {{"bound_ms", absl::ToInt64Milliseconds(config_.clock_jump)}});
  }
  // Nobody can be told from a revoked caller while the list cannot be read.
  front_->SetGate(watcher_->Healthy() ? rpc::Front::Gate::kOpen : rpc::Front::Gate::kNotServing);
  const bool serving = health_->Evaluate();
  if (serving_ != serving) {
    serving_ = serving;
    server_->SetServing(serving);
    Log(serving ? LogLevel::kInfo : LogLevel::kError, "serving", {{"serving", serving}});
  }
  const absl::Time now = clock_.Now();
  UpdateGauges(streams_.Sweep(now));
  if (const auto snapshot = store_->Read(); snapshot.ok()) figures_.Count(**snapshot);
  if (absl::AbsDuration(now - refusals_logged_) >= kRefusalsEvery) {
    refusals_logged_ = now;
    refusals_.LogAndReset();
  }
}

void Broker::UpdateGauges(size_t streams) {
  const auto set = [this](const char* name, const char* help, double value) {
    metrics_.GetGauge(name, help).Set(value);
  };
  set("amana_open_streams", "Streams open", static_cast<double>(streams));
  set("amana_queued_calls", "Calls that wait for a thread",
      static_cast<double>(executor_->queued()));
  set("amana_connections_accepted", "Connections accepted since the start",
      static_cast<double>(server_->accepted_connections()));
  set("amana_connections_refused", "Connections closed for want of descriptors",
      static_cast<double>(server_->refused_connections()));
  set("amana_registry_errors", "Readings of the registry or revocation list that failed",
      static_cast<double>(watcher_->errors()));
  if (timestamps_ != nullptr) {
    set("amana_log_unstamped_seconds", "How long the log has had entries that no timestamp covers",
        absl::ToDoubleSeconds(timestamps_->Unstamped()));
  }
}

void Broker::Drain(absl::Duration grace) {
  if (std::exchange(drained_, true)) return;
  if (front_ != nullptr) front_->SetGate(rpc::Front::Gate::kShuttingDown);
  if (server_ != nullptr) {
    server_->SetServing(false);
    streams_.Sweep(clock_.Now());  // a closed gate ends them
    const absl::Time deadline = clock_.Now() + grace;
    while (front_->in_flight() > 0 && clock_.Now() < deadline) absl::SleepFor(kDrainPoll);
    // gRPC waits for every peer to say goodbye, also for those that are gone.
    server_->Shutdown(std::min(deadline, clock_.Now() + kGoodbye));
  }
  if (executor_ != nullptr) executor_->Stop();
  timers_.reset();
  erasure_.reset();
  if (reconsider_loop_ != nullptr) reconsider_loop_->Stop();
  if (dispatcher_ != nullptr) dispatcher_->Stop();
  if (watcher_ != nullptr) watcher_->Stop();
  if (tiles_ != nullptr) tiles_->Stop();
  if (timestamps_ != nullptr) timestamps_->Stop();
  if (store_ != nullptr) store_->Close();
  if (guard_ != nullptr) guard_->Stop();
  log_http_.reset();
  metrics_server_.reset();
  refusals_.LogAndReset();
}

}  // namespace amana::broker
