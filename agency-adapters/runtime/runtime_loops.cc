// The threads of Runtime::Run.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "agency-adapters/runtime/runtime.h"
#include "agency-adapters/sdk/receiver.h"
#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(200);  // how often a loop looks whether to stop
constexpr absl::Duration kReportEvery = absl::Seconds(5);
constexpr absl::Duration kSendAtLeast = absl::Seconds(5);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

// Runs each loop on a thread of its own. The first one that ends with an error ends all.
class Loops {
 public:
  using Stop = std::function<bool()>;
  explicit Loops(Stop stop) : stop_(std::move(stop)) {}
  ~Loops() { Join().IgnoreError(); }

  void Start(std::function<absl::Status(const Stop&)> loop) {
    threads_.emplace_back([this, loop = std::move(loop)] {
      const absl::Status ended = loop([this] { return Stopped(); });
      absl::MutexLock lock(&mu_);
      if (first_.ok()) first_ = ended;
    });
  }
  absl::Status Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    absl::MutexLock lock(&mu_);
    return first_;
  }

 private:
  bool Stopped() {
    absl::MutexLock lock(&mu_);
    return !first_.ok() || stop_();
  }

  const Stop stop_;
  std::vector<std::thread> threads_;
  absl::Mutex mu_;
  absl::Status first_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::Status Runtime::Report() {
  if (contents_went_) {
    AMANA_ASSIGN_OR_RETURN(const bool gone, parts_.journal.Scrub());
    contents_went_ = !gone;
  }
  AMANA_ASSIGN_OR_RETURN(const HealthReport report, Check());
  figures_.Show(report);
  SdNotify("WATCHDOG=1").IgnoreError();
  // For the command `health`, which is another process.
  return RealFileSystem().WriteAtomically(parts_.journal.folder() + "/health.json",
                                          Dump(ToJson(report)), kPrivateFile);
}

absl::Status Runtime::NativeLoop(const std::function<bool()>& stop) {
  while (!stop()) {
    AMANA_ASSIGN_OR_RETURN(const size_t done, NativeTurn());
    if (parts_.steady.Now() >= next_report_) {
      AMANA_RETURN_IF_ERROR(Report());
      next_report_ = parts_.steady.Now() + kReportEvery;
    }
    if (done > 0) continue;
    const absl::Duration next_turn = parts_.steady.Now() + parts_.config.poll;
    bool woken = false;
    while (!stop() && !woken && parts_.steady.Now() < next_turn) {
      woken = wake_.Wait(std::min(kLook, next_turn - parts_.steady.Now()));
    }
  }
  return absl::OkStatus();
}

absl::Status Runtime::ReceiveLoop(const std::function<bool()>& stop) {
  sdk::Receiver receiver(parts_.identity, parts_.client, parts_.mailbox, parts_.clock,
                         {.credit = parts_.config.credit,
                          .hold_recalls = true,
                          .on_item = [this](const sdk::InboxItem&) { Wake(); }});
  bool held_back = false;
  while (!stop()) {
    AMANA_ASSIGN_OR_RETURN(const bool full, BacklogIsFull());
    if (full != held_back) {
      Log(LogLevel::kWarning, "receiving", {{"held_back", full}});
      held_back = full;
    }
    if (full) {
      // The native side has enough to take: the broker keeps the rest, and its clocks run.
      absl::SleepFor(kLook);
      continue;
    }
    AMANA_RETURN_IF_ERROR(receiver.Run([this, &stop] {
      const absl::StatusOr<bool> now_full = BacklogIsFull();
      return stop() || now_full.value_or(true);
    }));
  }
  return absl::OkStatus();
}

absl::Status Runtime::NoticeLoop(const std::function<bool()>& stop) {
  return end_.notices.Follow(stop, [this](const sdk::NoticeReport& report) {
    if (report.taken > 0) Wake();
    const auto wrapped = wraps_.Answer();
    if (!wrapped.ok())
      Log(LogLevel::kWarning, "wraps_failed", {{"reason", LogSafe(wrapped.status())}});
    if (wrapped.ok() && !wrapped->empty()) send_.Ring();
  });
}

absl::Status Runtime::SendLoop(const std::function<bool()>& stop) {
  absl::Duration pause = kLook;
  absl::Duration next = -absl::InfiniteDuration();
  bool wanted = false;
  while (!stop()) {
    wanted = send_.Wait(kLook) || wanted;
    if (!(wanted && BrokerAnswers()) && parts_.steady.Now() < next) continue;
    wanted = false;
    AMANA_RETURN_IF_ERROR(SendTurn());
    // While the broker is away: ever more seldom, and nothing new makes it hurry.
    pause = BrokerAnswers() ? kSendAtLeast : std::min(pause * 2, kLongestPause);
    next = parts_.steady.Now() + pause;
  }
  return absl::OkStatus();
}

absl::Status Runtime::Drain(absl::Duration grace) {
  const absl::Duration until = parts_.steady.Now() + grace;
  size_t done = 1;
  while (done > 0 && parts_.steady.Now() < until) {
    AMANA_ASSIGN_OR_RETURN(done, NativeTurn());
  }
  if (BrokerAnswers() && parts_.steady.Now() < until) {
    AMANA_RETURN_IF_ERROR(SendTurn());
    AMANA_RETURN_IF_ERROR(NativeTurn().status());
  }
  return Report();
}

absl::Status Runtime::Run(const std::function<bool()>& stop, absl::Duration grace) {
  Loops loops(stop);
  loops.Start([this](const auto& stopped) { return NativeLoop(stopped); });
  loops.Start([this](const auto& stopped) { return ReceiveLoop(stopped); });
  loops.Start([this](const auto& stopped) { return NoticeLoop(stopped); });
  loops.Start([this](const auto& stopped) { return SendLoop(stopped); });
  AMANA_RETURN_IF_ERROR(loops.Join());
  Log(LogLevel::kInfo, "draining");
  return Drain(grace);
}

}  // namespace amana::runtime
