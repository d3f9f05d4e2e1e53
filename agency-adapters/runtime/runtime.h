// Joins an adapter and the broker: the loop that polls, maps, queues, sends, receives, writes and
// tells. Works for days without the broker or without the native side, each for itself, then
// drains most urgent first.
//
// Threads of Run: one for the adapter (all its calls), one each for the broker's delivery stream,
// its events, and sending. The turns may be called instead of Run, by one thread: that is how tests
// move it, and how it drains.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_RUNTIME_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_RUNTIME_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/clock_watch.h"
#include "agency-adapters/runtime/config.h"
#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/endpoint.h"
#include "agency-adapters/runtime/figures.h"
#include "agency-adapters/runtime/health.h"
#include "agency-adapters/runtime/incoming.h"
#include "agency-adapters/runtime/journal.h"
#include "agency-adapters/runtime/judge.h"
#include "agency-adapters/runtime/native_reader.h"
#include "agency-adapters/runtime/native_writer.h"
#include "agency-adapters/runtime/outbox_feeder.h"
#include "agency-adapters/runtime/outgoing.h"
#include "agency-adapters/sdk/wrap_keeper.h"
#include "base/bell.h"
#include "base/steady_clock.h"

namespace amana::runtime {

struct RuntimeParts {
  const Config& config;
  const mapping::Mapping& mapping;
  const sdk::Identity& identity;
  sdk::Client& client;
  sdk::Mailbox& mailbox;
  Journal& journal;
  const Clock& clock;
  const SteadyClock& steady;
  Metrics& metrics;
  StepHook hook = {};
  uint64_t seed = 0;  // of the jitter
};

class Runtime {
 public:
  // Opens the adapter: its errors. All parts outlive it.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(const RuntimeParts& parts);
  ~Runtime();

  // Until `stop`; then what is held is told and sent once more, for at most `grace`. Returns the
  // first error that no trying again cures: a broken journal or mailbox, an unusable identity.
  absl::Status Run(const std::function<bool()>& stop, absl::Duration grace = absl::Seconds(10));

  // All of the native side's passes once; how much was done. Errors: of the journal, the mailbox
  // and the hook; troubles of the native side are in Check.
  absl::StatusOr<size_t> NativeTurn();
  // Sends what waits, takes what is there. Troubles of the broker are in Check.
  absl::Status SendTurn();
  absl::Status ReceiveTurn(absl::Duration timeout, absl::Duration quiet);

  // The adapter's own thread asks the native side; this says what it last heard, and fails where
  // that thread hangs (NATIVE_TURN_STALE) or the clock was set (ClockWatch). Thread-safe.
  absl::StatusOr<HealthReport> Check();
  // Looks at once, instead of after `poll`. Thread-safe.
  void Wake();

  // For the local API; thread-safe as they say.
  const Config& config() const { return parts_.config; }
  const Adapter& adapter() const { return *adapter_; }
  Endpoint& endpoint() { return end_; }
  NativeReader& reader() { return reader_; }
  ItemJournal& items() { return items_; }
  DeliveryJournal& deliveries() { return deliveries_; }
  DeadLetters& letters() { return letters_; }
  Incoming& incoming() { return incoming_; }
  const ItemJudge& judge() const { return judge_; }
  absl::StatusOr<std::string> EscortCode(const ItemRow& row) { return outgoing_.EscortCode(row); }

 private:
  explicit Runtime(const RuntimeParts& parts);
  absl::Status OpenAdapter();
  // Where the clock was set, what waits waits as long as it would have.
  absl::Status FollowClock();
  // Remembers what the native side or the broker answered; passes on what ends the program.
  absl::Status Native(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Broker(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);
  bool BrokerAnswers() ABSL_LOCKS_EXCLUDED(mu_);
  bool NativeIsUp() ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<size_t> ReadPasses();
  absl::StatusOr<size_t> WritePasses();
  absl::StatusOr<bool> BacklogIsFull();
  absl::Status NativeLoop(const std::function<bool()>& stop);
  absl::Status ReceiveLoop(const std::function<bool()>& stop);
  absl::Status NoticeLoop(const std::function<bool()>& stop);
  absl::Status SendLoop(const std::function<bool()>& stop);
  absl::Status Drain(absl::Duration grace);
  absl::Status Report();

  const RuntimeParts parts_;
  Endpoint end_;
  ItemJournal items_;
  DeliveryJournal deliveries_;
  DeadLetters letters_;
  const ItemJudge judge_;
  Outgoing outgoing_;
  Incoming incoming_;
  NativeReader reader_;
  OutboxFeeder feeder_;
  sdk::WrapKeeper wraps_;
  Figures figures_;
  std::unique_ptr<Adapter> adapter_;
  std::unique_ptr<NativeWriter> writer_;
  ClockWatch watch_;
  Bell wake_;  // a native turn is due
  Bell send_;  // something new is in the outbox
  // The native thread's, by the steady clock.
  absl::Duration next_report_ = -absl::InfiniteDuration();
  absl::Duration next_check_ = -absl::InfiniteDuration();
  bool contents_went_ = true;  // the native thread's: Journal::Scrub is due

  absl::Mutex mu_;
  absl::Duration turned_ ABSL_GUARDED_BY(mu_);  // when the last native turn ended; steady
  Health native_ ABSL_GUARDED_BY(mu_);
  absl::Status native_trouble_ ABSL_GUARDED_BY(mu_);
  absl::Status broker_trouble_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_RUNTIME_H_
