// Whether anything was delivered under a withdrawn consent after its withdrawal was answered: the
// log's word and the receivers', each for itself and one against the other.
#ifndef AMANA_TESTS_FAULT_RACE_JUDGE_H_
#define AMANA_TESTS_FAULT_RACE_JUDGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/keys.h"
#include "tests/fault/race_receiver.h"
#include "tests/fault/race_sender.h"

namespace amana::tests {

struct RaceResult {
  size_t withdrawals = 0;
  size_t in_flight = 0;   // of these, with a delivery leased and not acknowledged at that moment
  size_t deliveries = 0;  // messages that receivers read
  // Leases of the log above the withdrawal of what they disclose.
  size_t late_leases = 0;
  // Deliveries read whose last byte the broker had not written when it answered the withdrawal.
  size_t late_writes = 0;
  size_t unlogged = 0;  // deliveries read of which the log has no lease
  // Of deliveries under withdrawn consents, after the withdrawal.
  size_t withheld = 0;
  size_t recalled = 0;
  // Leased before the withdrawal, and no receiver ever read it.
  size_t leased_unread = 0;
  uint64_t smallest_delivery = 0;
  // The most that lies between where a message may have ended and where its record did: what a
  // late write could have hidden.
  uint64_t overhead = 0;
  std::vector<std::string> findings;

  size_t late() const { return late_leases + late_writes; }
};

// For one thread.
class RaceJudge {
 public:
  explicit RaceJudge(const std::vector<RaceWithdrawal>& withdrawals);

  void Hear(uint64_t index, const sdk::EventView& event);  // in log order, all of the sender's
  void Hear(const std::vector<std::shared_ptr<RaceSession>>& sessions);  // after all events
  const RaceResult& result() const { return result_; }

 private:
  using Lease = std::pair<sdk::DeliveryKey, uint64_t>;  // with its epoch

  void HearSession(size_t number, const RaceSession& session);
  void HearDelivery(const SeenMessage& delivery);
  void Find(size_t& counter, std::string what);

  const std::vector<RaceWithdrawal>& withdrawals_;
  std::map<StatementKey, const RaceWithdrawal*> withdrawn_;
  std::map<uint64_t, const RaceWithdrawal*> by_index_;
  std::map<const RaceWithdrawal*, std::set<sdk::DeliveryKey>> open_;  // leased, up to now
  std::set<Lease> leased_;
  std::set<Lease> leased_before_;  // their consent's withdrawal
  RaceResult result_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_RACE_JUDGE_H_
