#include "base/bell.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace amana {

void Bell::Ring() {
  {
    const std::scoped_lock lock(mu_);
    rung_ = true;
  }
  changed_.notify_one();
}

bool Bell::Wait(absl::Duration most) {
  const auto until =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(most, absl::Hours(1)));
  std::unique_lock lock(mu_);
  changed_.wait_until(lock, until, [this] { return rung_; });
  return std::exchange(rung_, false);
}

}  // namespace amana
