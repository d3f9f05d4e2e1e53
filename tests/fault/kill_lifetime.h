// One broker's data folder and those who use it, over several kills.
#ifndef AMANA_TESTS_FAULT_KILL_LIFETIME_H_
#define AMANA_TESTS_FAULT_KILL_LIFETIME_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "tests/fault/kill_ledger.h"
#include "tests/fault/kill_sender.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/log_check.h"

namespace amana::tests {

struct KillResult {
  size_t acknowledged = 0;  // referrals
  size_t delivered = 0;     // first acknowledgements by recipients
  size_t lost = 0;
  size_t doubled = 0;
  size_t log_inconsistent = 0;
  size_t unexpected = 0;  // refusals and errors that no kill explains
  size_t under_load = 0, starting = 0, stopping = 0, receivers = 0;  // kills
  std::vector<std::string> findings;
};

// For one thread, which must outlive it.
class KillLifetime {
 public:
  // `program` is this program, run again as a receiver.
  KillLifetime(std::string program, uint64_t seed);
  ~KillLifetime();

  absl::Status Open();
  // Load, a kill, recovery, and every check that does not need to wait for deliveries.
  absl::Status Run();
  // Waits for every delivery that is due, and checks everything that was ever promised.
  absl::Status Close();

  const KillResult& result() const { return result_; }
  // Leaves the folder for whoever looks into a failure, and says where it is.
  std::string KeepFolder();

 private:
  struct Unit {
    std::string name;
    std::unique_ptr<ChildProcess> process;
    std::unique_ptr<Endpoint> endpoint;  // to look into its mailbox
  };

  absl::Status StartReceiver(Unit& unit, bool to_die);
  absl::Status ReviveReceivers();
  absl::Status KillSomewhere();
  absl::Status Drain();
  void CheckPromises(size_t sample);
  void CheckLog();
  void CheckReceivers();
  std::vector<std::string> Undelivered() const;
  bool MayNotArrive(const StatementKey& referral) const;
  absl::Duration Within(int milliseconds);
  bool Chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  void Find(size_t& counter, const std::string& what);

  const std::string program_;
  std::mt19937_64 random_;
  BrokerWorld world_;
  BrokerProcess broker_;
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<Endpoint> auditor_;
  std::unique_ptr<LogCheck> log_;
  KillLedger ledger_;
  std::vector<std::unique_ptr<KillSender>> senders_;
  std::vector<size_t> troubles_told_;
  std::vector<Unit> units_;
  size_t doubles_told_ = 0;
  KillResult result_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_KILL_LIFETIME_H_
