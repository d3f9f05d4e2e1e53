// Wakes a thread that pauses. Pauses are by a clock that nobody can set: those of absl::Mutex and
// absl::CondVar are by the clock on the wall, and last an hour longer when that is set back by one.
#ifndef AMANA_BASE_BELL_H_
#define AMANA_BASE_BELL_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace amana {

// Thread-safe.
class Bell {
 public:
  // Wakes who waits, or else the next to wait.
  void Ring();
  // Until it rings, for `most` (and an hour) at most. Whether it rang; that ring is then over.
  bool Wait(absl::Duration most);

 private:
  // absl's have no steady clock; clang's thread annotations know no std::mutex.
  std::mutex mu_;
  std::condition_variable changed_;
  bool rung_ = false;
};

}  // namespace amana

#endif  // AMANA_BASE_BELL_H_
