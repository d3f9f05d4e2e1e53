#include "broker/delivery/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace amana::delivery {
namespace {

// Enough to share one fsync, few enough that a lease does not wait long behind the write of others.
constexpr uint32_t kLeaseBatch = 32;
constexpr absl::Duration kAskAgain = absl::Seconds(1);

}  // namespace

Dispatcher::Dispatcher(const Policy& policy, const Clock* clock, LeaseFn lease,
                       GiveBackFn give_back)
    : policy_(policy), clock_(clock), lease_(std::move(lease)), give_back_(std::move(give_back)) {}

void Dispatcher::Attach(std::shared_ptr<Outlet> outlet) {
  const Address unit = outlet->unit();
  {
    absl::MutexLock lock(&mu_);
    units_[unit].outlets.push_back(std::move(outlet));
  }
  Pump(unit);
}

void Dispatcher::Close(const std::shared_ptr<Outlet>& outlet) { GiveBack(outlet->Close()); }

void Dispatcher::Detach(const std::shared_ptr<Outlet>& outlet) {
  Close(outlet);
  absl::MutexLock lock(&mu_);
  const auto found = units_.find(outlet->unit());
  if (found == units_.end()) return;
  std::erase(found->second.outlets, outlet);
  // The probe went away with its receiver; the next one may probe again.
  if (found->second.outlets.empty()) found->second.probe_until = absl::InfinitePast();
}

void Dispatcher::Wake(const Address& unit) { Pump(unit); }

void Dispatcher::Wake(const std::vector<Address>& units) {
  for (const Address& unit : units) Pump(unit);
}

void Dispatcher::WakeAll() {
  std::vector<Address> units;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [unit, state] : units_) units.push_back(unit);
  }
  Wake(units);
}

void Dispatcher::Settled(const Address& unit) {
  {
    absl::MutexLock lock(&mu_);
    const auto found = units_.find(unit);
    if (found == units_.end() || found->second.failures == 0) return;
    found->second.failures = 0;
    found->second.probe_until = absl::InfinitePast();
    found->second.not_before = absl::InfinitePast();
  }
  Pump(unit);
}

void Dispatcher::Failed(const Address& unit, double jitter) {
  absl::MutexLock lock(&mu_);
  Unit& state = units_[unit];
  // Deliveries that were already out when the first one failed say nothing new.
  const bool probing = state.probe_until != absl::InfinitePast();
  if (state.failures > 0 && !probing) return;
  ++state.failures;
  state.probe_until = absl::InfinitePast();
  state.not_before = clock_->Now() + Backoff(policy_, state.failures, jitter);
}

absl::Time Dispatcher::Tick() {
  const absl::Time now = clock_->Now();
  absl::Time next = absl::InfiniteFuture();
  std::vector<Address> ready;
  {
    absl::MutexLock lock(&mu_);
    for (auto& [address, unit] : units_) {
      if (unit.outlets.empty()) continue;
      absl::Time due = unit.ask_again;
      if (unit.failures > 0) due = std::min(due, std::max(unit.not_before, unit.probe_until));
      if (due <= now) {
        ready.push_back(address);
      } else {
        next = std::min(next, due);
      }
    }
  }
  Wake(ready);
  return next;
}

std::shared_ptr<Outlet> Dispatcher::PickOutlet(Unit& unit, uint32_t& credit) {
  const bool down = unit.failures > 0;
  if (down && std::max(unit.not_before, unit.probe_until) > clock_->Now()) return nullptr;
  for (size_t i = 0; i < unit.outlets.size(); ++i) {
    const std::shared_ptr<Outlet>& outlet = unit.outlets[unit.turn++ % unit.outlets.size()];
    credit = outlet->TakeCredit(down ? 1 : kLeaseBatch);
    if (credit > 0) return outlet;
  }
  return nullptr;
}

void Dispatcher::Pump(const Address& address) {
  std::shared_ptr<Outlet> outlet;
  std::vector<std::shared_ptr<Outlet>> all;
  uint32_t credit = 0;
  {
    absl::MutexLock lock(&mu_);
    const auto found = units_.find(address);
    if (stopped_ || found == units_.end() || found->second.outlets.empty()) return;
    Unit& unit = found->second;
    if (unit.leasing) {
      unit.again = true;
      return;
    }
    outlet = PickOutlet(unit, credit);
    // Without credit recalls still go out.
    if (outlet == nullptr) outlet = unit.outlets.front();
    all = unit.outlets;
    unit.leasing = true;
    unit.again = false;
    unit.ask_again = absl::InfiniteFuture();
  }
  const auto wanted = [all = std::move(all)](const store::DeliveryKey& key) {
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return each->AwaitsRecall(key); });
  };
  lease_(address, credit, wanted,
         [this, address, outlet, credit](absl::StatusOr<LeaseResult> result) {
           OnLeased(address, outlet, credit, std::move(result));
         });
}

void Dispatcher::OnLeased(const Address& address, const std::shared_ptr<Outlet>& outlet,
                          uint32_t credit, absl::StatusOr<LeaseResult> result) {
  if (!result.ok()) {  // the store said so in its health
    result = LeaseResult{};
    result->later = true;
  }
  std::vector<std::shared_ptr<Outlet>> all;
  std::vector<LeaseRef> unwritten;
  bool again = false;
  {
    absl::MutexLock lock(&mu_);
    Unit& unit = units_[address];
    unit.leasing = false;
    all = unit.outlets;
    uint32_t pushed = 0;
    for (Leased& leased : result->deliveries) {
      // Withdrawn while the lease was being made durable: it must not begin.
      const bool revoked = std::count(unit.revoked.begin(), unit.revoked.end(), leased.subject) > 0;
      if (!revoked &&
          outlet->PushDelivery(leased.lease, leased.subject, std::move(leased.message))) {
        ++pushed;
      } else {
        unwritten.push_back(leased.lease);
      }
    }
    outlet->ReturnCredit(credit - std::min(credit, pushed));
    if (unit.failures > 0 && pushed > 0) unit.probe_until = clock_->Now() + policy_.lease;
    if (result->later) unit.ask_again = clock_->Now() + kAskAgain;
    unit.revoked.clear();
    again = unit.again || (result->more && credit > 0);
  }
  for (const auto& [key, message] : result->recalls) {
    for (const auto& each : all) each->PushRecall(key, message);
  }
  GiveBack(std::move(unwritten));
  outlet->Notify();
  for (const auto& each : all) each->Notify();
  if (again) Pump(address);
}

void Dispatcher::Revoke(const Pseudonym& subject, std::function<void()> done) {
  // Counts what must come to rest: outlets, and replies of calls; the last one calls `done`.
  auto pending = std::make_shared<std::atomic<int>>(2);
  auto rest = [pending, done = std::move(done)] {
    if (pending->fetch_sub(1) == 1) done();
  };
  std::vector<std::shared_ptr<Outlet>> outlets;
  {
    absl::MutexLock lock(&mu_);
    for (auto& [address, unit] : units_) {
      outlets.insert(outlets.end(), unit.outlets.begin(), unit.outlets.end());
      if (!unit.leasing) continue;
      unit.revoked.push_back(subject);
    }
  }
  pending->fetch_add(static_cast<int>(outlets.size()));
  std::vector<Address> freed;  // what was dropped gave its credit back
  for (const auto& outlet : outlets) {
    std::vector<LeaseRef> dropped = outlet->Revoke(subject, rest);
    if (dropped.empty()) continue;
    freed.push_back(outlet->unit());
    GiveBack(std::move(dropped));
  }
  writes_->WhenQuiet(subject, rest);
  rest();
  Wake(freed);
}

void Dispatcher::GiveBack(std::vector<LeaseRef> leases) {
  if (!leases.empty()) give_back_(std::move(leases));
}

void Dispatcher::Stop() {
  absl::MutexLock lock(&mu_);
  stopped_ = true;
}

}  // namespace amana::delivery
