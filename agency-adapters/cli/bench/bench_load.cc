#include "agency-adapters/cli/bench/bench_load.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "agency-adapters/cli/bench/bench_errors.h"
#include "agency-adapters/cli/bench/bench_stopwatch.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr size_t kBatch = 64;
constexpr size_t kBatchesUnderWay = 2;
constexpr absl::Duration kAnswerTimeout = absl::Seconds(15);

// Serialised before; the client library sends it as it is.
struct SealedRequest {
  std::string_view bytes;
  std::string SerializeAsString() const { return std::string(bytes); }
};
constexpr sdk::UnaryRpc<SealedRequest, v1::SubmitResponse> kSubmitSealed{sdk::kSubmit.method};

// A SubmitRequest is on the wire what a SubmitBatchRequest of one is, so many of them in a row are
// one of many.
constexpr sdk::StreamRpc<SealedRequest, v1::SubmitBatchResponse> kSubmitBatchSealed{
    sdk::kSubmitBatch.method};

// When a run ends, and why. Thread-safe.
class Window {
 public:
  Window(double seconds, const std::function<bool()>& stop)
      : begin_(SteadyNow()), end_(After(begin_, seconds)), stop_(stop) {}

  bool OpenAt(SteadyTime now) const { return now < end_.load() && !failed_.load() && !stop_(); }
  bool Counts(SteadyTime now) const { return now <= end_.load(); }
  void PoolDry(SteadyTime now) {
    SteadyTime end = end_.load();
    while (now < end && !end_.compare_exchange_weak(end, now)) {
    }
  }
  void Fail(absl::Status status) {
    absl::MutexLock lock(&mu_);
    status_.Update(std::move(status));
    failed_ = true;
  }
  double seconds() const { return SecondsBetween(begin_, end_.load()); }
  absl::Status status() {
    if (stop_()) return BenchStopped();
    absl::MutexLock lock(&mu_);
    return status_;
  }

 private:
  const SteadyTime begin_;
  std::atomic<SteadyTime> end_;
  std::atomic<bool> failed_{false};
  const std::function<bool()>& stop_;
  absl::Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

// One call after the other; used by one thread at a time.
struct UnaryLane {
  SteadyTime sent;
  std::vector<float> latencies_ms;
  uint64_t accepted = 0;
};

class UnaryRun {
 public:
  UnaryRun(const LoadParts& parts, size_t in_flight, double seconds)
      : parts_(parts), lanes_(in_flight), window_(seconds, parts_.stop), busy_(in_flight) {}

  absl::StatusOr<LoadResult> Run() {
    for (UnaryLane& lane : lanes_) Next(lane);
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(
          +[](size_t* busy) { return *busy == 0; }, &busy_));
    }
    AMANA_RETURN_IF_ERROR(window_.status());
    LoadResult result;
    std::vector<float> latencies;
    for (const UnaryLane& lane : lanes_) {
      latencies.insert(latencies.end(), lane.latencies_ms.begin(), lane.latencies_ms.end());
      result.accepted += lane.accepted;
    }
    result.in_time = latencies.size();
    result.seconds = window_.seconds();
    result.p50_ms = Percentile(latencies, 0.50);
    result.p99_ms = Percentile(latencies, 0.99);
    return result;
  }

 private:
  void Next(UnaryLane& lane) {
    lane.sent = SteadyNow();
    if (!window_.OpenAt(lane.sent)) return End();
    const SealedReferral* referral = parts_.pool->Take();
    if (referral == nullptr) {
      window_.PoolDry(lane.sent);
      return End();
    }
    parts_.client->CallAsync(
        kSubmitSealed, SealedRequest{referral->request},
        sdk::Done<v1::SubmitResponse>(
            [this, &lane, referral](const absl::StatusOr<v1::SubmitResponse>& answer) {
              Answered(lane, *referral, answer);
            }));
  }

  void Answered(UnaryLane& lane, const SealedReferral& referral,
                const absl::StatusOr<v1::SubmitResponse>& answer) {
    absl::Status status = answer.status();
    if (status.ok()) {
      status = parts_.checker->CheckAnswer(*answer, referral.referral, referral.digest);
    }
    if (!status.ok()) {
      window_.Fail(std::move(status));
      return End();
    }
    ++lane.accepted;
    const SteadyTime now = SteadyNow();
    if (window_.Counts(now)) {
      lane.latencies_ms.push_back(static_cast<float>(SecondsBetween(lane.sent, now) * 1e3));
    }
    Next(lane);
  }

  void End() {
    absl::MutexLock lock(&mu_);
    --busy_;
  }

  const LoadParts parts_;
  std::vector<UnaryLane> lanes_;
  Window window_;
  absl::Mutex mu_;
  size_t busy_ ABSL_GUARDED_BY(mu_);
};

// One stream, driven by one thread.
class BatchLane {
 public:
  BatchLane(const LoadParts& parts, Window& window)
      : parts_(parts),
        window_(window),
        stream_(parts.client->Open(kSubmitBatchSealed, absl::Minutes(5))) {}

  void Run() {
    absl::Status status;
    while (status.ok() && sent_.size() < kBatchesUnderWay && MaySend()) status = Send();
    while (status.ok() && !sent_.empty()) {
      status = Receive();
      if (status.ok() && MaySend()) status = Send();
    }
    stream_.WritesDone();
    if (!status.ok()) window_.Fail(std::move(status));
  }

  uint64_t in_time() const { return in_time_; }
  uint64_t accepted() const { return accepted_; }

 private:
  // With a batch in next_ if so.
  bool MaySend() {
    const SteadyTime now = SteadyNow();
    if (!window_.OpenAt(now)) return false;
    next_.clear();
    while (next_.size() < kBatch) {
      const SealedReferral* referral = parts_.pool->Take();
      if (referral == nullptr) {  // what is left is less than a batch
        window_.PoolDry(now);
        return false;
      }
      next_.push_back(referral);
    }
    return true;
  }

  absl::Status Send() {
    std::string bytes;
    bytes.reserve(next_.size() * (next_[0]->request.size() + 64));
    for (const SealedReferral* referral : next_) bytes += referral->request;
    sent_.push_back(std::exchange(next_, {}));
    return stream_.Write(SealedRequest{bytes});
  }

  absl::Status Receive() {
    AMANA_ASSIGN_OR_RETURN(const std::optional<v1::SubmitBatchResponse> response,
                           stream_.Read(kAnswerTimeout));
    const std::vector<const SealedReferral*> batch = std::move(sent_.front());
    sent_.pop_front();
    if (!response.has_value() || response->results_size() != static_cast<int>(batch.size())) {
      return BenchInvalid("a batch was not answered in full");
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      const v1::SubmitResult& result = response->results(static_cast<int>(i));
      if (!result.has_accepted()) {
        return BenchInvalid("refused in a batch: " + result.refused().reason());
      }
      AMANA_RETURN_IF_ERROR(
          parts_.checker->CheckAnswer(result.accepted(), batch[i]->referral, batch[i]->digest));
    }
    accepted_ += batch.size();
    if (window_.Counts(SteadyNow())) in_time_ += batch.size();
    return absl::OkStatus();
  }

  const LoadParts& parts_;
  Window& window_;
  sdk::Stream<SealedRequest, v1::SubmitBatchResponse> stream_;
  std::vector<const SealedReferral*> next_;
  std::deque<std::vector<const SealedReferral*>> sent_;
  uint64_t in_time_ = 0;
  uint64_t accepted_ = 0;
};

}  // namespace

absl::StatusOr<LoadResult> RunUnary(const LoadParts& parts, size_t in_flight, double seconds) {
  return UnaryRun(parts, in_flight, seconds).Run();
}

absl::StatusOr<LoadResult> RunBatches(const LoadParts& parts, size_t streams, double seconds) {
  Window window(seconds, parts.stop);
  std::deque<BatchLane> lanes;
  for (size_t i = 0; i < streams; ++i) lanes.emplace_back(parts, window);
  std::vector<std::thread> threads;
  threads.reserve(lanes.size());
  for (BatchLane& lane : lanes) threads.emplace_back([&lane] { lane.Run(); });
  for (std::thread& thread : threads) thread.join();
  AMANA_RETURN_IF_ERROR(window.status());
  LoadResult result;
  for (const BatchLane& lane : lanes) {
    result.in_time += lane.in_time();
    result.accepted += lane.accepted();
  }
  result.seconds = window.seconds();
  return result;
}

double Percentile(std::vector<float>& sample, double share) {
  if (sample.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(sample.size()));
  const size_t index = std::min(sample.size() - 1, static_cast<size_t>(std::max(1.0, rank)) - 1);
  std::nth_element(sample.begin(), sample.begin() + static_cast<ptrdiff_t>(index), sample.end());
  return sample[index];
}

}  // namespace amana::cli
