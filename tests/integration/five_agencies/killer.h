// Kills one adapter program again and again while it works, at points drawn from a seed: at a step
// of the runtime (AMANA_DIE_AT), which covers every step between a native write and its
// acknowledgement, and at any time. For one thread.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLER_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLER_H_

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/integration/five_agencies/program.h"

namespace amana::five {

class Killer {
 public:
  Killer(Program& program, int kills, uint64_t seed);

  // Starts, kills and starts again as it is time; the program runs on when all are done. Error: it
  // ended otherwise than by our hand.
  absl::Status Act();
  bool IsDone() const { return started_ && next_ > plan_.size(); }
  int kills() const { return kills_; }
  // How many at which step; "any" at any time.
  const std::map<std::string, int>& at() const { return at_; }

 private:
  struct Death {
    std::string step;     // empty: at any time
    int nth = 1;          // time that the step is reached
    absl::Duration wait;  // then it is killed from outside, reached or not
  };
  absl::Status StartNext();

  Program& program_;
  std::vector<Death> plan_;
  size_t next_ = 0;  // of the plan: the one after that which runs
  bool started_ = false;
  absl::Time until_;
  int kills_ = 0;
  std::map<std::string, int> at_;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_KILLER_H_
