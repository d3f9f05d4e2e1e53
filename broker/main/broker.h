// A running broker: every part, in the order in which they depend on each other.
#ifndef AMANA_BROKER_MAIN_BROKER_H_
#define AMANA_BROKER_MAIN_BROKER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/http_server.h"
#include "base/metrics.h"
#include "broker/audit/log_files.h"
#include "broker/audit/rollback_guard.h"
#include "broker/audit/tile_writer.h"
#include "broker/audit/timestamper.h"
#include "broker/audit/witness_gatherer.h"
#include "broker/delivery/dispatcher.h"
#include "broker/delivery/timers.h"
#include "broker/identity/registry_watcher.h"
#include "broker/main/config.h"
#include "broker/main/figures.h"
#include "broker/main/guarded_clock.h"
#include "broker/main/health.h"
#include "broker/operations/context.h"
#include "broker/operations/notice_hub.h"
#include "broker/rpc/executor.h"
#include "broker/rpc/front.h"
#include "broker/rpc/open_streams.h"
#include "broker/rpc/rate_limit.h"
#include "broker/rpc/refusals.h"
#include "broker/rpc/server.h"
#include "broker/store/store.h"

namespace amana::broker {

// Used by one thread.
class Broker {
 public:
  // Everything is open and serving when it returns. Errors: those of run.h.
  static absl::StatusOr<std::unique_ptr<Broker>> Start(const Config& config);
  ~Broker();  // Drain at once, if that was not done

  int port() const { return server_->port(); }
  std::optional<int> metrics_port() const;
  const std::string& vkey() const { return vkey_; }
  // Where the log's files are served, "127.0.0.1:8080"; empty: nowhere.
  std::string log_http_address() const;

  // What is to be done every second: health, revoked streams, the clock, metrics.
  void Tick();
  // Accepts nothing more, lets what is in flight end for at most `grace`, closes the store.
  void Drain(absl::Duration grace);

 private:
  explicit Broker(const Config& config);
  absl::Status OpenTrust();
  absl::Status OpenStore();
  void UsePseudonyms();
  absl::Status OpenDelivery();
  absl::Status OpenServer();
  absl::Status OpenLogHttp();
  void RegistryChanged(const identity::TrustPtr& trust);
  std::vector<HealthCheck> HealthChecks();
  absl::StatusOr<std::string> ReadTile(std::string_view path) const;
  void UpdateGauges(size_t streams);

  const Config config_;
  const SystemClock system_clock_;
  GuardedClock clock_;
  Metrics metrics_;
  rpc::Refusals refusals_;
  rpc::RateLimiter limiter_;
  rpc::OpenStreams streams_;
  operations::NoticeHub notices_;
  Figures figures_;

  std::unique_ptr<identity::RegistryWatcher> watcher_;
  identity::TrustPtr recorded_;  // the store was told of it; the watcher's thread, once that runs
  std::string vkey_;
  std::unique_ptr<store::Store> store_;
  operations::Context context_;
  std::unique_ptr<delivery::Dispatcher> dispatcher_;
  std::unique_ptr<audit::RollbackGuard> guard_;
  std::unique_ptr<audit::TileWriter> tiles_;
  std::unique_ptr<audit::WitnessGatherer> witnesses_;
  audit::TimestampFiles timestamp_files_;
  std::unique_ptr<audit::Timestamper> timestamps_;
  std::unique_ptr<delivery::TimerLoop> timers_;
  std::unique_ptr<delivery::TimerLoop> reconsider_loop_;
  std::unique_ptr<delivery::TimerLoop> erasure_;
  std::unique_ptr<rpc::Executor> executor_;
  std::unique_ptr<rpc::Front> front_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<MetricsServer> metrics_server_;
  std::unique_ptr<audit::LogFiles> log_files_;
  std::unique_ptr<http::Server> log_http_;
  std::unique_ptr<Health> health_;
  std::optional<bool> serving_;  // as last told
  absl::Time refusals_logged_;
  bool drained_ = false;
};

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_BROKER_H_
