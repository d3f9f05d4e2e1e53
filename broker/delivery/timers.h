// What time does: leases and backoffs end, acknowledgements and recalls go unanswered, referrals
// expire, validities of consents begin and end, what nobody acts on escalates. RunDue does what is
// due, in slices; TimerLoop runs it in time. Timers are columns of the store, so they survive a
// restart and cost nothing while idle.
#ifndef AMANA_BROKER_DELIVERY_TIMERS_H_
#define AMANA_BROKER_DELIVERY_TIMERS_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/store/store.h"

namespace amana::delivery {

// So many tasks at most are decided in one transaction: a few hundredths of a second of the store's
// writer.
inline constexpr size_t kDecideAtOnce = 64;

// At most `slice` deliveries and as many tasks that expire at `moment.now`, and at most
// kDecideAtOnce of those whose decision time has changed and of those whose clock is due, the
// reviews that nobody made and the handovers that stand still; returns how many there were. Nothing
// is done while the clock is not to be trusted.
absl::StatusOr<size_t> RunDue(store::Transaction& tx, const Moment& moment, const Policy& policy,
                              size_t slice);

// Calls `tick` at once and then whenever the time it returned has come, Poke was called, or a
// second has passed (a wall clock may be set). Owns one thread. Thread-safe.
class TimerLoop {
 public:
  using Tick = absl::AnyInvocable<absl::Time()>;
  TimerLoop(const Clock* clock, Tick tick);
  ~TimerLoop();  // Stop()
  void Poke();   // of no effect after Stop
  // Waits for a tick that runs; there is none after it. Idempotent; by one thread.
  void Stop();

 private:
  void Run();

  const Clock* const clock_;
  Tick tick_;
  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool poked_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_TIMERS_H_
