// One receiver's way out: credit, the queue of what is about to be written, and the gate that a
// withdrawal closes. The stream that writes asks Next() for one message at a time and says when
// the write is done; it never writes anything it did not get from Next().
//
// Thread-safe. Lock order: an Outlet's lock is a leaf; nothing is called while it is held.
#ifndef AMANA_BROKER_DELIVERY_OUTLET_H_
#define AMANA_BROKER_DELIVERY_OUTLET_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "broker/store/records.h"

namespace amana::v1 {
class ReceiveResponse;
}

namespace amana::delivery {

using MessagePtr = std::shared_ptr<const v1::ReceiveResponse>;

// One lease of a delivery.
struct LeaseRef {
  store::DeliveryKey key;
  uint64_t epoch = 0;

  friend bool operator==(const LeaseRef&, const LeaseRef&) = default;
};

class Outlet {
 public:
  // `ready` is called by Notify(), without locks held, when Next() may have something new; it must
  // not block.
  Outlet(Address unit, std::function<void()> ready);

  const Address& unit() const { return unit_; }

  // --- the writing side ---
  // The next message to write, or null. A second call before Written() returns null.
  MessagePtr Next();
  // The write of the last Next() ended (well or not).
  void Written();
  // The stream is gone: nothing is handed out any more. Returns the leases that never were: nobody
  // has a byte of them. Who waits for the write in flight goes on waiting for Written().
  std::vector<LeaseRef> Close();
  bool closed() const;

  // --- the broker's side ---
  void AddCredit(uint32_t deliveries);
  // How many deliveries may be leased for this outlet now; 0 when closed.
  uint32_t Credit() const;
  // Takes credit for a lease about to be attempted; returns what was granted (<= wanted).
  uint32_t TakeCredit(uint32_t wanted);
  void ReturnCredit(uint32_t deliveries);
  // Queues a delivery whose lease is durable; Notify() tells the writing side. False: closed, and
  // it will not be written.
  bool PushDelivery(const LeaseRef& lease, Pseudonym subject, MessagePtr message);
  // Queues a message that needs no credit and overtakes deliveries (opened, recalls).
  void PushControl(MessagePtr message);
  void Notify() { ready_(); }
  // True until the first recall of this delivery was pushed here.
  bool AwaitsRecall(const store::DeliveryKey& key) const;
  // Queues a recall, once, and drops the delivery it is of where that is still queued: a recall
  // overtakes everything, and nothing that was recalled comes after it.
  void PushRecall(const store::DeliveryKey& key, MessagePtr message);
  // Drops queued deliveries of `subject`, so that none of them can begin, and gives their credit
  // back; calls `done` when none is being written (at once where none is). Returns the leases of
  // those that it dropped.
  std::vector<LeaseRef> Revoke(const Pseudonym& subject, std::function<void()> done);

 private:
  struct Item {
    LeaseRef lease;
    Pseudonym subject;
    MessagePtr message;
  };

  template <class Predicate>
  std::vector<LeaseRef> Drop(Predicate predicate) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Address unit_;
  const std::function<void()> ready_;
  mutable absl::Mutex mu_;
  std::deque<MessagePtr> control_ ABSL_GUARDED_BY(mu_);
  std::deque<Item> deliveries_ ABSL_GUARDED_BY(mu_);
  std::optional<Item> writing_ ABSL_GUARDED_BY(mu_);
  uint32_t credit_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::set<store::DeliveryKey> recalled_ ABSL_GUARDED_BY(mu_);
  std::vector<std::function<void()>> waiters_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_OUTLET_H_
