// Withdrawals against leases: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/status.h"
#include "tests/fault/race_judge.h"
#include "tests/fault/race_receiver.h"
#include "tests/fault/race_sender.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/log_check.h"

namespace amana::tests {
namespace {

constexpr char kSettings[] = R"([logging]
level = "warning"
[limits]
min_free_mib = 1
[delivery]
lease = "2s"
backoff_first = "20ms"
backoff_longest = "200ms"
max_attempts = 1000
)";
constexpr size_t kSenders = 8;
constexpr size_t kTold = 20;

constexpr char kHelp[] =
    R"(Races withdrawals of consent against deliveries and looks for one that began, or went on, after
the withdrawal was answered. One broker; 8 senders who register consents, send under them and
withdraw some at random moments; 3 receivers: two that read at once, one of which leaves every
third delivery unacknowledged, and one that gives all the credit there is and whose line stands
still for most of the time, so that the broker's writes stop in the middle of a message.

  withdrawals      answered; each receipt verified, its event found in the verified log
  in_flight        of these, while a delivery under the consent was leased and not acknowledged
  deliveries       messages that receivers read, under load
  late_deliveries  late_leases + late_writes; must be 0
  late_leases      the log's side: leases of a referral under the consent above the withdrawal
  late_writes      the receivers' side: deliveries under the consent, read at any time, that the
                   broker had not wholly written when the withdrawal's answer was in the sender's
                   hands. A relay sees what leaves the broker's socket; how far that is gets noted
                   at the answer, and held against where each message ended. Readers may be as
                   slow as they like: no clock is asked, nothing is in time by luck.
  unlogged         deliveries read of which the log has no lease: nothing is outside its word
  overhead_bytes   how much of a message's end a late write could have hidden, at most: what the
                   wire carried between a message's end and the place that was found for it
  withheld         deliveries under withdrawn consents that never left, by the log
  recalled         those that had been disclosed and were called back, by the log
  leased_unread    leased before the withdrawal and read by nobody: dropped from a receiver's
                   queue, or cut off with its session
  answer_*_ms      how long withdrawals took; those that wait for a stopped write are long

Exit 1 unless nothing is late or unlogged, the log verifies, every call went well, no message
could hide in the overhead, and there were withdrawals, deliveries and withdrawals in flight.)";

struct Flags {
  int seconds = 5;
  uint64_t seed = 0;
  bool json = false;
  bool keep = false;
};

struct Race {
  RaceResult result;
  size_t submitted = 0;
  size_t sessions = 0;
  std::vector<double> answers_ms;
  std::map<std::string, size_t> refused_answers;
};

// Each runs in a thread of its own until `stop`; the first error ends all.
class Crew {
 public:
  explicit Crew(std::atomic<bool>& stop) : stop_(stop) {}
  template <class Run>
  void Add(Run run) {
    threads_.emplace_back([this, run] {
      const absl::Status status = run();
      absl::MutexLock lock(&mu_);
      status_.Update(status);
      if (!status.ok()) failed_ = true;
    });
  }
  bool failed() const { return failed_; }
  absl::Status Join() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    absl::MutexLock lock(&mu_);
    return status_;
  }

 private:
  std::atomic<bool>& stop_;
  std::vector<std::thread> threads_;
  std::atomic<bool> failed_{false};
  absl::Mutex mu_;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

class Run {
 public:
  explicit Run(const Flags& flags)
      : flags_(flags),
        random_(flags.seed),
        world_({.broker_settings = kSettings, .data_dir = ""}),
        broker_(world_) {
    if (flags.keep) world_.Keep();
  }

  absl::StatusOr<Race> Go() {
    AMANA_RETURN_IF_ERROR(broker_.Start());
    AMANA_RETURN_IF_ERROR(Load());
    AMANA_RETURN_IF_ERROR(Judge());
    AMANA_RETURN_IF_ERROR(broker_.Stop());
    return std::move(race_);
  }

 private:
  absl::Status Load() {
    std::atomic<bool> stop_sending{false};
    std::atomic<bool> stop_receiving{false};
    Crew sending(stop_sending);
    Crew receiving(stop_receiving);
    for (size_t i = 0; i < kSenders; ++i) {
      AMANA_ASSIGN_OR_RETURN(auto sender,
                             RaceSender::Open(world_, board_, i, /*bursts=*/i < 2, random_()));
      senders_.push_back(std::move(sender));
    }
    for (const RaceReceiverOptions& options :
         {RaceReceiverOptions{.endpoint = "intake"},
          RaceReceiverOptions{.endpoint = "coast", .acknowledges = 0.67},
          RaceReceiverOptions{
              .endpoint = "intake", .acknowledges = 0.5, .answers_recalls = false, .slow = true}}) {
      receivers_.push_back(
          std::make_unique<RaceReceiver>(world_, broker_.port(), board_, options, random_()));
    }
    for (auto& receiver : receivers_) {
      receiving.Add([&, each = receiver.get()] { return each->Run(stop_receiving); });
    }
    for (auto& sender : senders_) {
      sending.Add([&, each = sender.get()] { return each->Work(stop_sending); });
    }
    const absl::Time until = absl::Now() + absl::Seconds(flags_.seconds);
    while (absl::Now() < until && !sending.failed() && !receiving.failed()) {
      absl::SleepFor(absl::Milliseconds(50));
    }
    absl::Status status = sending.Join();
    status.Update(receiving.Join());
    return status;
  }

  absl::Status Judge() {
    std::vector<RaceWithdrawal> withdrawals;
    for (const auto& sender : senders_) {
      race_.submitted += sender->submitted();
      for (const RaceWithdrawal& withdrawal : sender->withdrawals()) {
        race_.answers_ms.push_back(absl::ToDoubleMilliseconds(withdrawal.took));
        withdrawals.push_back(withdrawal);
      }
    }
    AMANA_ASSIGN_OR_RETURN(const auto police, Endpoint::Open(world_.agency_config("police")));
    AMANA_ASSIGN_OR_RETURN(const auto auditor, Endpoint::Open(world_.agency_config("auditor")));
    RaceJudge judge(withdrawals);
    LogCheck log(*police, *auditor, world_.File("mirror"));
    for (const RaceWithdrawal& withdrawal : withdrawals) {
      AMANA_RETURN_IF_ERROR(log.Hold(withdrawal.receipt).status());
    }
    log.on_event = [&judge](uint64_t index, const sdk::EventView& event) {
      judge.Hear(index, event);
    };
    AMANA_RETURN_IF_ERROR(log.Verify());
    const auto sessions = board_.sessions();
    judge.Hear(sessions);
    race_.result = judge.result();
    race_.sessions = sessions.size();
    for (const auto& receiver : receivers_) {
      for (const auto& [reason, times] : receiver->refused_answers()) {
        race_.refused_answers[reason] += times;
      }
    }
    if (race_.result.withdrawals != withdrawals.size()) {
      return absl::InternalError("the log has not all the withdrawals that were answered");
    }
    return absl::OkStatus();
  }

  const Flags& flags_;
  std::mt19937_64 random_;
  BrokerWorld world_;
  BrokerProcess broker_;
  RaceBoard board_;
  std::vector<std::unique_ptr<RaceSender>> senders_;
  std::vector<std::unique_ptr<RaceReceiver>> receivers_;
  Race race_;
};

double Rank(std::vector<double>& sample, double share) {
  if (sample.empty()) return 0;
  std::sort(sample.begin(), sample.end());
  return sample[static_cast<size_t>(share * static_cast<double>(sample.size() - 1))];
}

void Print(const Flags& flags, Race& race) {
  const RaceResult& result = race.result;
  const nlohmann::ordered_json json = {{"seconds", flags.seconds},
                                       {"seed", flags.seed},
                                       {"withdrawals", result.withdrawals},
                                       {"in_flight", result.in_flight},
                                       {"deliveries", result.deliveries},
                                       {"late_deliveries", result.late()},
                                       {"late_leases", result.late_leases},
                                       {"late_writes", result.late_writes},
                                       {"unlogged", result.unlogged},
                                       {"recalled", result.recalled},
                                       {"withheld", result.withheld},
                                       {"leased_unread", result.leased_unread},
                                       {"referrals", race.submitted},
                                       {"sessions", race.sessions},
                                       {"smallest_delivery_bytes", result.smallest_delivery},
                                       {"overhead_bytes", result.overhead},
                                       {"answer_p50_ms", Rank(race.answers_ms, 0.5)},
                                       {"answer_p99_ms", Rank(race.answers_ms, 0.99)},
                                       {"answer_max_ms", Rank(race.answers_ms, 1)},
                                       {"refused_answers", race.refused_answers}};
  if (flags.json) {
    std::puts(json.dump().c_str());
    return;
  }
  for (const auto& [key, value] : json.items()) {
    std::printf("%-24s %s\n", key.c_str(), value.dump().c_str());
  }
}

bool Good(const Race& race) {
  const RaceResult& result = race.result;
  return result.late() + result.unlogged == 0 && result.withdrawals > 0 && result.deliveries > 0 &&
         result.in_flight > 0 && result.overhead < result.smallest_delivery;
}

int Main(int argc, char** argv) {
  Flags flags;
  flags.seed = std::random_device{}();
  CLI::App app(kHelp, "consent-race");
  app.add_option("--seconds", flags.seconds, "Of load")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  app.add_option("--seed", flags.seed, "Of every random choice; default: a random one");
  app.add_flag("--json", flags.json, "Print one line of JSON");
  app.add_flag("--keep", flags.keep, "Keep the folder");
  CLI11_PARSE(app, argc, argv);
  absl::StatusOr<Race> race = Run(flags).Go();
  if (!race.ok()) {
    std::fprintf(stderr, "%s\n", race.status().ToString().c_str());
    return 1;
  }
  const std::vector<std::string>& findings = race->result.findings;
  for (size_t i = 0; i < std::min(findings.size(), kTold); ++i) {
    std::fprintf(stderr, "%s\n", findings[i].c_str());
  }
  Print(flags, *race);
  return Good(*race) ? 0 : 1;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
