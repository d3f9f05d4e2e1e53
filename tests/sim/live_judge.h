// What must be so at every look at a live world, by what its broker tells the police, a coordinator
// and the log's readers: everybody has a responsible agency, nothing is stuck (somebody has it: a
// clock, a coordinator, who gives care, or the person's own no), and the sender was told of every
// change. Pure, but that it says on stderr whom it blames and why. For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_JUDGE_H_
#define AMANA_TESTS_SIM_LIVE_JUDGE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/notices.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/handover_service.pb.h"
#include "base/ids.h"

namespace amana::sim {

// What is in the queue: referral and task.
using QueuedTasks = std::set<std::pair<StatementKey, uint32_t>>;

class LiveJudge {
 public:
  // A look is at several moments: what seems stuck is, when it was so at this many looks in a row.
  static constexpr int kLooks = 3;

  // A referral as the broker tells it, and whether a coordinator has it.
  void See(const StatementKey& key, const v1::GetTimelineResponse& timeline,
           const QueuedTasks& queue, absl::Time now);
  // A handover that is under way, and whether a coordinator has its task.
  void See(const v1::HandoverSummary& handover, const QueuedTasks& queue, absl::Time now);
  // Whether something seemed stuck at the last look at it, and is not blamed yet.
  bool Suspects() const;

  // A receipt was given for it, and the broker does not know it.
  void Lost(const StatementKey& key);
  // `inbox`, which is the sender's, against what the log says of its referrals below `until`.
  void CompareNotices(const std::map<uint64_t, sdk::EventView>& log,
                      const std::vector<sdk::NoticeItem>& inbox, uint64_t until);
  // Whom the looks found responsible for the person of a referral against the signatures: the
  // sender, until custody moved by the log's word on any referral of the same person; the last is
  // `now`.
  void CompareCustody(const StatementKey& key, const Address& now,
                      const std::vector<Address>& transfers);
  // The state of a task as it is told, against the log's last word on it. False: it is not that;
  // blamed with `for_good`, as time may have moved it in between.
  bool CompareState(const StatementKey& key, const v1::TaskStatus& told,
                    const std::map<uint64_t, sdk::EventView>& log, bool for_good = true);

  // Referrals of which it ever was not so.
  size_t without_responsible() const { return without_.size(); }
  size_t stuck() const { return stuck_.size(); }
  size_t uninformed() const { return uninformed_.size(); }

 private:
  struct Suspicion {
    std::string why;
    int looks = 0;
  };
  using Suspect = std::tuple<StatementKey, uint32_t, uint32_t>;  // task, and attempt of a handover

  void Weigh(const Suspect& id, const std::string& why);
  void Blame(std::set<StatementKey>& whom, const char* what, const StatementKey& key,
             const std::string& why);

  std::map<Suspect, Suspicion> suspicions_;
  std::map<StatementKey, std::set<Address>> responsible_;  // at any look
  std::set<StatementKey> without_;
  std::set<StatementKey> stuck_;
  std::set<StatementKey> uninformed_;
};

// Why nobody has the task; empty: somebody has.
std::string WhyStuck(const v1::TaskTimeline& task, bool in_queue, absl::Time expires,
                     absl::Time now);
std::string WhyStuck(const v1::HandoverSummary& handover, bool in_queue, absl::Time now);
// Every task is over, and every delivery of it.
bool IsOver(const v1::GetTimelineResponse& timeline);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_JUDGE_H_
