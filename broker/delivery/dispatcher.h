// Brings leases to outlets: whenever a unit has a connected receiver with credit and something may
// be queued for it, a lease transaction runs, and what it leased goes out. A unit whose native side
// fails is probed with one delivery after a backoff, not with all of them.
//
// Thread-safe. Lock order: Dispatcher before Outlet. Neither is held while the store is called.
#ifndef AMANA_BROKER_DELIVERY_DISPATCHER_H_
#define AMANA_BROKER_DELIVERY_DISPATCHER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "broker/delivery/call_writes.h"
#include "broker/delivery/outlet.h"
#include "broker/delivery/policy.h"

namespace amana::delivery {

// What a lease transaction brought, ready to write.
struct Leased {
  LeaseRef lease;
  Pseudonym subject;
  MessagePtr message;
};
struct LeaseResult {
  std::vector<Leased> deliveries;
  std::vector<std::pair<store::DeliveryKey, MessagePtr>> recalls;
  // False when nothing more is queued for the unit at present.
  bool more = false;
  // Something may be queued that cannot go at present (the clock is in doubt): ask again soon.
  bool later = false;
};
using LeaseDone = absl::AnyInvocable<void(absl::StatusOr<LeaseResult>)>;
// Whether a recall of this delivery still has to go out to some receiver of the unit. Thread-safe.
using RecallWanted = std::function<bool(const store::DeliveryKey&)>;
// Leases up to `limit` deliveries for `unit` and collects those of its open recalls that are
// wanted; asynchronous.
using LeaseFn =
    std::function<void(const Address& unit, uint32_t limit, RecallWanted wanted, LeaseDone done)>;
// Ends leases of which nothing was or will be written, so that the deliveries that still are leased
// are offered again now and not when the lease runs out; asynchronous.
using GiveBackFn = std::function<void(std::vector<LeaseRef> leases)>;

class Dispatcher {
 public:
  Dispatcher(const Policy& policy, const Clock* clock, LeaseFn lease, GiveBackFn give_back);

  void Attach(std::shared_ptr<Outlet> outlet);
  // Its stream ends: closes it and gives back what was leased for it and not begun. It stays
  // attached for the write in flight, which Revoke must know of.
  void Close(const std::shared_ptr<Outlet>& outlet);
  // Nothing is written to it any more. Closes it where Close was not called.
  void Detach(const std::shared_ptr<Outlet>& outlet);
  // Credit was added, or something was queued for these units.
  void Wake(const Address& unit);
  void Wake(const std::vector<Address>& units);
  // Something has changed that may let a delivery go to anybody, or keep it back.
  void WakeAll();
  // A delivery of the unit was acknowledged or dead: the native side works.
  void Settled(const Address& unit);
  // A delivery of the unit failed transiently: probe after a backoff.
  void Failed(const Address& unit, double jitter);
  // Pumps units whose backoff or probe has ended, and those whose last lease came to nothing for a
  // reason that passes; returns when the next one does.
  absl::Time Tick();
  // Something of `subject` is about to be written to somebody who takes no deliveries: a call's
  // reply. Ends with the last copy of what this returns, which may outlive the dispatcher.
  std::shared_ptr<void> BeginWrite(const Pseudonym& subject) { return writes_->Begin(subject); }
  // Calls `done` once nothing of `subject` is being written to anybody and nothing that was leased
  // before this call will be. What the person's other consents permit is leased anew.
  void Revoke(const Pseudonym& subject, std::function<void()> done);
  // No further leases; in-flight lease transactions still end.
  void Stop();

 private:
  struct Unit {
    std::vector<std::shared_ptr<Outlet>> outlets;
    size_t turn = 0;        // round robin between outlets
    bool leasing = false;   // one lease transaction at a time
    bool again = false;     // woken meanwhile
    uint32_t failures = 0;  // in a row
    absl::Time not_before = absl::InfinitePast();
    // One delivery is out to see whether the native side works; a probe that nobody reports on ends
    // with its lease.
    absl::Time probe_until = absl::InfinitePast();
    // The last lease failed, or could give nothing yet: when to ask again. InfiniteFuture: never.
    absl::Time ask_again = absl::InfiniteFuture();
    std::vector<Pseudonym> revoked;  // while leasing: what must not go out when the lease returns
  };

  void Pump(const Address& unit);
  void GiveBack(std::vector<LeaseRef> leases);
  void OnLeased(const Address& unit, const std::shared_ptr<Outlet>& outlet, uint32_t credit,
                absl::StatusOr<LeaseResult> result);
  std::shared_ptr<Outlet> PickOutlet(Unit& unit, uint32_t& credit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Policy policy_;
  const Clock* const clock_;
  const std::shared_ptr<CallWrites> writes_ = std::make_shared<CallWrites>();
  const LeaseFn lease_;
  const GiveBackFn give_back_;
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::map<Address, Unit> units_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_DISPATCHER_H_
