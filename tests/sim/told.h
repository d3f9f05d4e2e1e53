// What the sender was told: it follows its notices as a sender does, believes what is proven under
// a checkpoint that extends the one it holds, and keeps what each task and handover came to. For
// one thread.
#ifndef AMANA_TESTS_SIM_TOLD_H_
#define AMANA_TESTS_SIM_TOLD_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/sdk/event_view.h"
#include "broker/operations/notices.h"
#include "tests/sim/states.h"
#include "tests/sim/town.h"

namespace amana::sim {

class Told {
 public:
  struct Task {
    v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
    uint32_t offer_epoch = 0;
  };

  explicit Told(Town& town) : town_(town), log_(town.world.log()) {}

  // What is new, in order.
  std::vector<sdk::EventView> Catch();

  // Where a notice was missing, out of order or not proven: nothing of these may be.
  const std::vector<std::string>& faults() const { return faults_; }
  // As last told.
  const Task* task(const StatementKey& key) const;
  v1::HandoverState handover(const store::HandoverKey& key) const;
  uint64_t notices() const { return counter_; }

 private:
  bool Believe(const v1::FollowEventsResponse& page);
  void Keep(const sdk::EventView& view);

  Town& town_;
  const transparency::NoteVerifier log_;
  operations::NoticePlace place_;
  Digest root_;  // of the checkpoint held
  uint64_t counter_ = 0;
  std::map<StatementKey, Task> tasks_;
  std::map<store::HandoverKey, v1::HandoverState> handovers_;
  std::vector<std::string> faults_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_TOLD_H_
