#include "tests/integration/five_agencies/killer.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"

namespace amana::five {
namespace {

// Of runtime/: what an item goes through, and a delivery.
constexpr const char* kSteps[] = {"delivered", "settled", "written", "begun",  "told",
                                  "put",       "queued",  "taken",   "polled", "followed"};
constexpr absl::Duration kPatience = absl::Seconds(4);  // with a step that is not reached
constexpr int kLongest = 1500;                          // milliseconds, of a life of any length

}  // namespace

Killer::Killer(Program& program, int kills, uint64_t seed) : program_(program) {
  std::mt19937_64 random(seed);
  std::vector<std::string> steps(std::begin(kSteps), std::end(kSteps));
  std::shuffle(steps.begin(), steps.end(), random);
  // What looks for a write is only reached after a death in it.
  steps.insert(std::find(steps.begin(), steps.end(), "delivered") + 1, "found");
  for (size_t i = 0; plan_.size() < static_cast<size_t>(kills); ++i) {
    if (i % 2 == 1 && i / 2 >= steps.size() / 2) {
      plan_.push_back({"", 0, absl::Milliseconds(static_cast<int>(random() % kLongest))});
    }
    if (plan_.size() == static_cast<size_t>(kills)) break;
    plan_.push_back({steps[i % steps.size()], static_cast<int>(random() % 3) + 1, kPatience});
    if (plan_.back().step == "found") plan_.back().nth = 1;
  }
  // A short run has both kinds.
  if (kills > 1 && plan_.back().step != "") {
    plan_.back() = {"", 0, absl::Milliseconds(static_cast<int>(random() % kLongest))};
  }
}

absl::Status Killer::StartNext() {
  started_ = true;
  const bool last = next_ >= plan_.size();
  const Death death = last ? Death() : plan_[next_];
  ++next_;
  until_ = last ? absl::InfiniteFuture() : absl::Now() + death.wait;
  return program_.Start(death.step.empty() ? "" : absl::StrCat(death.step, ":", death.nth));
}

absl::Status Killer::Act() {
  if (!started_) return StartNext();
  const std::optional<int> ended = program_.Ended();
  if (!ended.has_value() && absl::Now() < until_) return absl::OkStatus();
  if (!ended.has_value()) {
    program_.Kill();
    ++at_["any"];
  } else if (WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGKILL && next_ <= plan_.size()) {
    ++at_[plan_[next_ - 1].step];
  } else {
    return absl::InternalError(absl::StrCat(program_.name(), " ended by itself: status ", *ended,
                                            "; see ", program_.error_file()));
  }
  ++kills_;
  return StartNext();
}

}  // namespace amana::five
