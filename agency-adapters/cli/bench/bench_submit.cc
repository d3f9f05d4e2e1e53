#include "agency-adapters/cli/bench/bench_submit.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "agency-adapters/cli/bench/bench_broker.h"
#include "agency-adapters/cli/bench/bench_errors.h"
#include "agency-adapters/cli/bench/bench_machine.h"
#include "agency-adapters/cli/bench/bench_proc.h"
#include "agency-adapters/cli/bench/bench_site.h"
#include "agency-adapters/sdk/grpc_transport.h"
#include "base/process.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr double kTotalSeconds = 48;  // with the default seconds; leaves time to stop the broker
constexpr double kDefaultSeconds = 3;
constexpr int kPoints = 4;
constexpr int kSlices = kPoints + 1;  // of the machine's own limits: around every point
constexpr double kSpare = 1.6;        // sealed above what the last rate would use
constexpr double kWarmUpSeconds = 1;  // at most; the pool sets the real length

// A folder with a name of its own.
class Scratch {
 public:
  static absl::StatusOr<Scratch> Create(const std::string& below, bool keep) {
    std::error_code error;
    std::string path = below.empty() ? std::filesystem::temp_directory_path(error).string() : below;
    if (error) return BenchSystem("temporary folder", error.value());
    path += "/amana-bench-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) return BenchSystem("mkdtemp", errno);
    return Scratch(std::move(path), keep);
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})), keep_(other.keep_) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty() && !keep_) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  Scratch(std::string path, bool keep) : path_(std::move(path)), keep_(keep) {}
  std::string path_;
  bool keep_;
};

// One point: how it is run, and what it is expected to use.
struct Point {
  const char* name;
  size_t in_flight;  // 0: batches
  size_t warm_up;    // submissions
  LoadResult SubmitNumbers::*result;
  double expected_per_s = 0;
};

class SubmitBench {
 public:
  SubmitBench(const World& world, const SubmitBenchOptions& options)
      : world_(world), options_(options), begin_(SteadyNow()) {}

  absl::StatusOr<SubmitNumbers> Run();

 private:
  void Say(const std::string& what) const {
    if (world_.err_is_tty) world_.err << "\r\x1B[K" << what << std::flush;
  }
  absl::Status Start(const std::string& folder);
  absl::Status ListRecipient();
  absl::Status Register();
  absl::Status Measure();
  absl::Status MeasureMachine();
  absl::Status WarmUp(Point& point);
  absl::Status MeasurePoint(size_t index);
  absl::Status Fill(size_t count, double most_seconds);
  absl::StatusOr<LoadResult> Load(const Point& point, double seconds);
  absl::Status Finish();

  double Elapsed() const { return SecondsBetween(begin_, SteadyNow()); }
  // What is left for sealing before point `index`.
  double SealingSeconds(size_t index) const;

  const World& world_;
  const SubmitBenchOptions options_;
  const SteadyTime begin_;
  SubmitNumbers numbers_;
  std::optional<BenchSite> site_;
  std::unique_ptr<BenchBroker> broker_;
  std::optional<sdk::Identity> identity_;
  std::unique_ptr<sdk::Client> client_;
  std::optional<Sealer> sealer_;
  std::optional<ReceiptChecker> checker_;
  std::optional<VerifyMeter> verify_;
  std::optional<FsyncMeter> fsync_;
  ReferralPool pool_;
  std::vector<Point> points_ = {{"unary, 1 in flight", 1, 200, &SubmitNumbers::unary_1},
                                {"unary, 64 in flight", 64, 1500, &SubmitNumbers::unary_64},
                                {"unary, 256 in flight", 256, 1500, &SubmitNumbers::unary_256},
                                {"batches of 64", 0, 3072, &SubmitNumbers::batch_64}};
  uint64_t accepted_ = 0;
  uint64_t stored_before_ = 0;
  // Over the points that say what the processors do.
  double broker_cpu_s_ = 0;
  double client_cpu_s_ = 0;
  uint64_t cpu_submits_ = 0;
};

absl::Status SubmitBench::Start(const std::string& folder) {
  Say("starting a broker");
  AMANA_ASSIGN_OR_RETURN(const std::string program, BrokerProgram());
  AMANA_ASSIGN_OR_RETURN(site_, MakeBenchSite(folder, world_.clock.Now()));
  AMANA_ASSIGN_OR_RETURN(broker_,
                         BenchBroker::Start(program, site_->broker_config, folder + "/broker.log"));
  sdk::IdentityParts parts = site_->sender;
  parts.broker = "127.0.0.1:" + std::to_string(broker_->port());
  AMANA_ASSIGN_OR_RETURN(identity_, sdk::Identity::Create(std::move(parts)));
  sdk::ConnectOptions connect;
  connect.channels = options_.connections;
  AMANA_ASSIGN_OR_RETURN(client_, sdk::ConnectClient(*identity_, world_.clock, connect));
  checker_.emplace(identity_->log());
  AMANA_ASSIGN_OR_RETURN(verify_, VerifyMeter::Create());
  // An optional that holds what cannot be assigned.
  AMANA_ASSIGN_OR_RETURN(FsyncMeter fsync, FsyncMeter::Create(site_->data_dir));
  fsync_.emplace(std::move(fsync));
  AMANA_ASSIGN_OR_RETURN(numbers_.filesystem, FileSystemName(site_->data_dir));
  numbers_.connections = options_.connections;
  numbers_.processors = verify_->threads();
  numbers_.quotas_raised = site_->quotas_raised;
  return absl::OkStatus();
}

// Nothing goes to whom the directory does not know.
absl::Status SubmitBench::ListRecipient() {
  sdk::IdentityParts parts = site_->recipient_program;
  parts.broker = identity_->broker();
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity recipient, sdk::Identity::Create(std::move(parts)));
  AMANA_ASSIGN_OR_RETURN(const auto client, sdk::ConnectClient(recipient, world_.clock));
  return client->Call(sdk::kSetDirectoryEntry, site_->recipient_entry).status();
}

absl::Status SubmitBench::Register() {
  AMANA_RETURN_IF_ERROR(ListRecipient());
  AMANA_ASSIGN_OR_RETURN(
      BenchConsent consent,
      MakeBenchConsent(*identity_, site_->recipient.address, world_.clock.Now()));
  AMANA_ASSIGN_OR_RETURN(Sealer sealer,
                         Sealer::Create(*identity_, site_->recipient, consent.record));
  sealer_.emplace(std::move(sealer));
  v1::RegisterConsentRequest request;
  *request.mutable_consent() = std::move(consent.envelope);
  AMANA_RETURN_IF_ERROR(client_->Call(sdk::kRegisterConsent, request).status());
  stored_before_ = BytesBelow(site_->data_dir);
  return absl::OkStatus();
}

absl::Status SubmitBench::MeasureMachine() {
  Say("verifying and syncing");
  const double seconds = options_.seconds / kSlices;
  AMANA_RETURN_IF_ERROR(verify_->Run(seconds));
  return fsync_->Run(seconds);
}

absl::Status SubmitBench::Fill(size_t count, double most_seconds) {
  Say("sealing " + std::to_string(count));
  return pool_.Fill(*sealer_, count, world_.clock.Now(), After(SteadyNow(), most_seconds),
                    world_.stop);
}

absl::StatusOr<LoadResult> SubmitBench::Load(const Point& point, double seconds) {
  const LoadParts parts{client_.get(), &pool_, &*checker_, world_.stop};
  Say(point.name);
  const auto streams = static_cast<size_t>(options_.connections);
  absl::StatusOr<LoadResult> result = point.in_flight == 0
                                          ? RunBatches(parts, streams, seconds)
                                          : RunUnary(parts, point.in_flight, seconds);
  if (result.ok()) accepted_ += result->accepted;
  return result;
}

// Until the pool is dry: what is left over says how fast it went.
absl::Status SubmitBench::WarmUp(Point& point) {
  AMANA_RETURN_IF_ERROR(Fill(point.warm_up, options_.seconds));
  AMANA_ASSIGN_OR_RETURN(const LoadResult result, Load(point, kWarmUpSeconds));
  point.expected_per_s = std::max(1.0, result.per_second());
  return absl::OkStatus();
}

double SubmitBench::SealingSeconds(size_t index) const {
  const double total = kTotalSeconds * std::max(1.0, options_.seconds / kDefaultSeconds);
  const auto points_left = static_cast<double>(points_.size() - index);
  const double measuring = points_left * options_.seconds * (1 + 2.0 / kSlices);
  double needed = 0;
  for (size_t i = index; i < points_.size(); ++i) needed += points_[i].expected_per_s;
  return std::max(0.0, total - Elapsed() - measuring) * points_[index].expected_per_s / needed;
}

absl::Status SubmitBench::MeasurePoint(size_t index) {
  Point& point = points_[index];
  const double need = point.expected_per_s * options_.seconds * kSpare;
  AMANA_RETURN_IF_ERROR(Fill(static_cast<size_t>(need) + 256, SealingSeconds(index)));
  AMANA_ASSIGN_OR_RETURN(const double broker_before, ReadCpuSeconds(broker_->pid()));
  const absl::Duration client_before = CpuTime();
  AMANA_ASSIGN_OR_RETURN(const LoadResult result, Load(point, options_.seconds));
  AMANA_ASSIGN_OR_RETURN(const double broker_after, ReadCpuSeconds(broker_->pid()));
  numbers_.*point.result = result;
  if (result.accepted == 0) return BenchInvalid("nothing was accepted in time");
  // The more in flight, the faster: what was slower than the point before was disturbed.
  for (size_t i = index + 1; i < points_.size(); ++i) {
    points_[i].expected_per_s = std::max(points_[i].expected_per_s, result.per_second());
  }
  if (index < 2) return absl::OkStatus();
  broker_cpu_s_ += broker_after - broker_before;
  client_cpu_s_ += absl::ToDoubleSeconds(CpuTime() - client_before);
  cpu_submits_ += result.accepted;
  if (point.in_flight == 0) {
    numbers_.broker_cpu_us_batch =
        (broker_after - broker_before) * 1e6 / static_cast<double>(result.accepted);
  }
  return absl::OkStatus();
}

absl::Status SubmitBench::Measure() {
  AMANA_ASSIGN_OR_RETURN(const ProcessorTicks before, ReadProcessorTicks());
  for (Point& point : points_) AMANA_RETURN_IF_ERROR(WarmUp(point));
  for (size_t i = 0; i < points_.size(); ++i) {
    AMANA_RETURN_IF_ERROR(MeasureMachine());
    AMANA_RETURN_IF_ERROR(MeasurePoint(i));
  }
  AMANA_RETURN_IF_ERROR(MeasureMachine());
  AMANA_ASSIGN_OR_RETURN(const ProcessorTicks after, ReadProcessorTicks());
  numbers_.steal_pct = StealPercent(before, after);
  return absl::OkStatus();
}

absl::Status SubmitBench::Finish() {
  Say("stopping the broker");
  numbers_.verify_per_s = verify_->per_second();
  numbers_.verify_cpu_us = verify_->cpu_us();
  numbers_.fsyncs_per_s = fsync_->per_second();
  fsync_.reset();
  const auto submits = static_cast<double>(cpu_submits_);
  numbers_.broker_cpu_us = broker_cpu_s_ * 1e6 / submits;
  numbers_.client_cpu_us = client_cpu_s_ * 1e6 / submits;
  AMANA_ASSIGN_OR_RETURN(numbers_.peak_rss_mib, ReadPeakRssMib(broker_->pid()));
  client_.reset();
  AMANA_RETURN_IF_ERROR(broker_->Stop());
  // Counted when its write-ahead log has been folded into the database.
  const uint64_t stored = BytesBelow(site_->data_dir);
  if (stored > stored_before_) {
    numbers_.stored_bytes_per_submit =
        static_cast<double>(stored - stored_before_) / static_cast<double>(accepted_);
  }
  numbers_.elapsed_s = Elapsed();
  return absl::OkStatus();
}

absl::StatusOr<SubmitNumbers> SubmitBench::Run() {
  AMANA_ASSIGN_OR_RETURN(const Scratch scratch,
                         Scratch::Create(options_.folder, options_.keep_data));
  absl::Status status = Start(scratch.path());
  if (status.ok()) status = Register();
  if (status.ok()) status = Measure();
  if (status.ok()) status = Finish();
  Say("");
  if (options_.keep_data) world_.err << "kept " << scratch.path() << "\n";
  client_.reset();
  broker_.reset();  // before its folder goes
  fsync_.reset();
  if (!status.ok()) return status;
  return numbers_;
}

}  // namespace

absl::StatusOr<SubmitNumbers> RunSubmitBench(const World& world,
                                             const SubmitBenchOptions& options) {
  return SubmitBench(world, options).Run();
}

}  // namespace amana::cli
