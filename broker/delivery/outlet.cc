#include "broker/delivery/outlet.h"

#include <algorithm>
#include <utility>

namespace amana::delivery {
namespace {

// More than a receiver can sensibly have in hand; a guard against overflow, not a tuning knob.
constexpr uint32_t kMaxCredit = 256;

}  // namespace

Outlet::Outlet(Address unit, std::function<void()> ready)
    : unit_(std::move(unit)), ready_(std::move(ready)) {}

MessagePtr Outlet::Next() {
  absl::MutexLock lock(&mu_);
  if (closed_ || writing_.has_value()) return nullptr;
  if (!control_.empty()) {
    writing_ = Item{{}, Pseudonym(), std::move(control_.front())};
    control_.pop_front();
  } else if (!deliveries_.empty()) {
    writing_ = std::move(deliveries_.front());
    deliveries_.pop_front();
  } else {
    return nullptr;
  }
  return writing_->message;
}

void Outlet::Written() {
  std::vector<std::function<void()>> released;
  {
    absl::MutexLock lock(&mu_);
    writing_.reset();
    released.swap(waiters_);
  }
  for (const auto& done : released) done();
}

std::vector<LeaseRef> Outlet::Close() {
  absl::MutexLock lock(&mu_);
  closed_ = true;
  control_.clear();
  std::vector<LeaseRef> unwritten = Drop([](const Item&) { return true; });
  credit_ = 0;
  return unwritten;
}

bool Outlet::closed() const {
  absl::MutexLock lock(&mu_);
  return closed_;
}

void Outlet::AddCredit(uint32_t deliveries) {
  absl::MutexLock lock(&mu_);
  if (!closed_) credit_ = std::min(kMaxCredit, credit_ + std::min(deliveries, kMaxCredit));
}

uint32_t Outlet::Credit() const {
  absl::MutexLock lock(&mu_);
  return credit_;
}

uint32_t Outlet::TakeCredit(uint32_t wanted) {
  absl::MutexLock lock(&mu_);
  const uint32_t granted = std::min(wanted, credit_);
  credit_ -= granted;
  return granted;
}

void Outlet::ReturnCredit(uint32_t deliveries) { AddCredit(deliveries); }

bool Outlet::PushDelivery(const LeaseRef& lease, Pseudonym subject, MessagePtr message) {
  absl::MutexLock lock(&mu_);
  if (!closed_) deliveries_.push_back({lease, subject, std::move(message)});
  return !closed_;
}

void Outlet::PushControl(MessagePtr message) {
  absl::MutexLock lock(&mu_);
  if (!closed_) control_.push_back(std::move(message));
}

bool Outlet::AwaitsRecall(const store::DeliveryKey& key) const {
  absl::MutexLock lock(&mu_);
  return !closed_ && !recalled_.contains(key);
}

void Outlet::PushRecall(const store::DeliveryKey& key, MessagePtr message) {
  absl::MutexLock lock(&mu_);
  if (closed_ || !recalled_.insert(key).second) return;
  Drop([&](const Item& item) { return item.lease.key == key; });
  control_.push_back(std::move(message));
}

template <class Predicate>
std::vector<LeaseRef> Outlet::Drop(Predicate predicate) {
  std::vector<LeaseRef> dropped;
  std::erase_if(deliveries_, [&](const Item& item) {
    if (!predicate(item)) return false;
    dropped.push_back(item.lease);
    return true;
  });
  credit_ = std::min(kMaxCredit, credit_ + static_cast<uint32_t>(dropped.size()));
  return dropped;
}

std::vector<LeaseRef> Outlet::Revoke(const Pseudonym& subject, std::function<void()> done) {
  std::vector<LeaseRef> dropped;
  {
    absl::MutexLock lock(&mu_);
    dropped = Drop([&](const Item& item) { return item.subject == subject; });
    if (writing_.has_value() && writing_->subject == subject) {
      waiters_.push_back(std::move(done));
      return dropped;
    }
  }
  done();
  return dropped;
}

}  // namespace amana::delivery
