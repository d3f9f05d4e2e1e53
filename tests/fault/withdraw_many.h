// One withdrawal of a consent under which very many referrals are queued, and what becomes of them.
#ifndef AMANA_TESTS_FAULT_WITHDRAW_MANY_H_
#define AMANA_TESTS_FAULT_WITHDRAW_MANY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/fault/submit_load.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

struct WithdrawManyOptions {
  size_t queued = 300;
  absl::Duration window = absl::Seconds(5);  // of others' load before and after
  absl::Duration patience = absl::Minutes(2);
};

struct WithdrawManyResult {
  double answer_ms = 0;
  double withheld_s = 0;      // from the withdrawal's event to the last WITHHELD, by the log's time
  double erased_s = 0;        // and to the last REFERRAL_ERASED, after which its key is destroyed
  size_t leasable_after = 0;  // deliveries that a receiver with much credit got, and later leases
  size_t blocked = 0;         // tasks
  size_t withheld = 0;        // deliveries, erased since or not
  size_t erased = 0;          // referrals, their sections and wraps
  size_t still_open = 0;      // referrals, as their sender lists them
  Latencies before;
  Latencies during;
  Latencies after;
};

// For one thread, which must outlive it.
class WithdrawMany {
 public:
  explicit WithdrawMany(const WithdrawManyOptions& options);
  absl::StatusOr<WithdrawManyResult> Run();

 private:
  // What the log says of our referrals since the withdrawal.
  struct Heard {
    uint64_t next = 0;
    absl::Time withdrawn;
    absl::Time last_withheld;
    absl::Time last_erased;
  };

  absl::Status Queue();
  absl::Status QueueSome(Endpoint& client, size_t count, std::set<StatementKey>& keys);
  absl::Status Withdraw(Heard& heard);
  absl::Status Listen(Heard& heard);
  // Whether none of the newest events is of ours. Reading all of them while others are measured
  // would take the machine from these.
  absl::StatusOr<bool> IsQuiet();
  absl::Status ListOpen();
  // One that is permitted reaches the same receiver: what it did not get it could have got.
  absl::Status SendOneMore();
  absl::Status Register(ConsentUse& consent);
  // Until `stop_`.
  absl::Status Receive();

  const WithdrawManyOptions options_;
  BrokerWorld world_;
  BrokerProcess broker_;
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<Endpoint> intake_;
  ConsentUse consent_;
  std::set<StatementKey> queued_;
  WithdrawManyResult result_;

  std::atomic<bool> stop_{false};
  std::atomic<size_t> received_{0};  // deliveries of what was queued
  std::atomic<size_t> others_{0};
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_WITHDRAW_MANY_H_
