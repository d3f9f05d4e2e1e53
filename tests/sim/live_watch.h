// Looks at a live world through the public calls, as the police, a coordinator and an auditor may,
// each with a connection and a mailbox of its own, and tells the judge. For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_WATCH_H_
#define AMANA_TESTS_SIM_LIVE_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/sim/live_folder.h"
#include "tests/sim/live_judge.h"
#include "tests/sim/tally.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

class LiveWatch {
 public:
  static absl::StatusOr<std::unique_ptr<LiveWatch>> Open(const LiveFolder& folder);

  // As things are now. What was over and told at the look before is passed over.
  absl::Status Look();
  // Nothing is open or in the queue, by the last look.
  bool AllIsOver() const { return open_ == 0 && queued_ == 0; }
  bool Suspects() const { return judge_.Suspects(); }
  // Of the log, by its newest checkpoint.
  absl::StatusOr<uint64_t> LogSize();
  // When nobody but the broker acts any more: holds the log, every referral's state, the receipts
  // of the sender's outbox and its notices below `until` against each other.
  absl::Status LookAtTheEnd(uint64_t until);

  const LiveJudge& judge() const { return judge_; }
  const Tally& tally() const { return tally_; }
  size_t referrals() const { return referrals_.size(); }
  size_t open() const { return open_; }
  size_t queued() const { return queued_; }
  size_t looks() const { return looks_; }
  size_t notices() const { return notices_; }
  size_t transferred() const { return transferred_; }
  const std::map<std::string, size_t>& ends() const { return ends_; }
  // What happened twice and may happen once only, by the log.
  const std::vector<std::string>& doubled() const { return doubled_; }

 private:
  explicit LiveWatch(const LiveFolder& folder) : folder_(folder) {}

  absl::Status ListReferrals();
  absl::StatusOr<v1::GetTimelineResponse> Timeline(const StatementKey& key);
  absl::Status CompareCustody();
  absl::Status CompareSender(uint64_t until);

  const LiveFolder folder_;
  std::unique_ptr<tests::Endpoint> police_;
  std::unique_ptr<tests::Endpoint> secretariat_;
  std::unique_ptr<tests::Endpoint> auditor_;
  LiveJudge judge_;
  Tally tally_;
  std::set<StatementKey> referrals_;
  std::set<StatementKey> over_;
  std::map<uint64_t, sdk::EventView> log_;  // the police's events
  size_t open_ = 0;
  size_t queued_ = 0;
  size_t looks_ = 0;
  size_t notices_ = 0;
  size_t transferred_ = 0;
  std::map<std::string, size_t> ends_;
  std::vector<std::string> doubled_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_WATCH_H_
