// What people mean to do, and when. Of two things at one time the one that was planned first comes
// first. For one thread.
#ifndef AMANA_TESTS_SIM_AGENDA_H_
#define AMANA_TESTS_SIM_AGENDA_H_

#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"

namespace amana::sim {

class Agenda {
 public:
  using Act = std::function<void()>;

  void At(absl::Time when, Act act) { acts_.emplace(when, std::move(act)); }
  // InfiniteFuture: nothing is planned.
  absl::Time next() const { return acts_.empty() ? absl::InfiniteFuture() : acts_.begin()->first; }
  // Does one thing that is due; false: none is.
  bool DoOne(absl::Time now) {
    if (next() > now) return false;
    const Act act = std::move(acts_.begin()->second);
    acts_.erase(acts_.begin());
    act();
    return true;
  }

 private:
  std::multimap<absl::Time, Act> acts_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_AGENDA_H_
