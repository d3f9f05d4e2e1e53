// Both sides of the handovers of the week: an officer of the sender brings the person, a shelter
// receives them; either may decline, miss the other, turn back or forget. For one thread.
#ifndef AMANA_TESTS_SIM_ESCORT_H_
#define AMANA_TESTS_SIM_ESCORT_H_

#include <functional>
#include <map>
#include <optional>

#include "agency-adapters/sdk/event_view.h"
#include "tests/sim/town.h"

namespace amana::sim {

class Escort {
 public:
  // What a shelter does: the person is in its care, or will not be brought.
  struct Shelters {
    std::function<void(const Case&)> care;
    std::function<void(const Case&)> begin_alone;
  };
  Escort(Town& town, Shelters shelters) : town_(town), shelters_(std::move(shelters)) {}

  // A task is accepted, and its person is to be brought.
  void Bring(const Case& about);
  // A step was taken.
  void On(const sdk::EventView& view);
  // There is nothing to hand over for any more.
  void Stop(const Case& about);
  // The coordinator phones both about a handover that stands still: it goes on, or is over.
  void Phoned(const Case& about);

  int steps() const { return steps_; }
  int refused() const { return refused_; }

 private:
  std::optional<store::HandoverRecord> Latest(const Case& about);
  void After(absl::Duration mean, const StatementKey& key, v1::HandoverState to);
  // The step by whoever takes it; false: it was refused.
  bool Take(const Case& about, v1::HandoverState to);
  void OnTransit(const Case& about, const store::HandoverRecord& handover);
  void OnEnd(const Case& about, v1::HandoverState state);

  Town& town_;
  const Shelters shelters_;
  int steps_ = 0;
  int refused_ = 0;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_ESCORT_H_
