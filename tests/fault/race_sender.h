// One of the police's programs in a race of withdrawals against leases: registers consents, sends
// referrals under them to both units of haven, several calls under way at a time, and withdraws
// some of the consents at any moment. One that bursts now and then sends more under one consent
// than the withdrawal's own transaction decides. Of every withdrawal it keeps what is needed to
// judge it.
#ifndef AMANA_TESTS_FAULT_RACE_SENDER_H_
#define AMANA_TESTS_FAULT_RACE_SENDER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/fault/race_receiver.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

struct RaceWithdrawal {
  std::vector<StatementKey> referrals;  // under the consent, before it and after
  uint64_t index = 0;                   // of its event, from the receipt, which was verified
  v1::Receipt receipt;
  std::vector<uint64_t> marks;  // in the sessions there were when the answer had come
  absl::Duration took;
};

// For one thread, but for what it says.
class RaceSender {
 public:
  static absl::StatusOr<std::unique_ptr<RaceSender>> Open(const BrokerWorld& world,
                                                          const RaceBoard& board, size_t number,
                                                          bool bursts, uint64_t seed);

  absl::Status Work(const std::atomic<bool>& stop);

  const std::vector<RaceWithdrawal>& withdrawals() const { return withdrawals_; }
  size_t submitted() const;  // and accepted

 private:
  struct Consent {
    ConsentUse use;
    std::vector<StatementKey> referrals;
  };

  RaceSender(std::unique_ptr<Endpoint> endpoint, const RaceBoard& board, bool bursts, uint64_t seed)
      : endpoint_(std::move(endpoint)), board_(board), bursts_(bursts), random_(seed) {}

  absl::Status MakeConsent();
  absl::Status Submit(Consent& consent);
  absl::Status Burst();
  absl::Status Withdraw(size_t chosen);
  void AwaitUnanswered(size_t at_most);
  absl::Status failure() const;
  bool Chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  size_t Below(size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random_);
  }

  const std::unique_ptr<Endpoint> endpoint_;
  const RaceBoard& board_;
  const bool bursts_;
  std::mt19937_64 random_;
  std::vector<Consent> consents_;  // not withdrawn
  std::vector<RaceWithdrawal> withdrawals_;

  mutable absl::Mutex mu_;
  size_t unanswered_ ABSL_GUARDED_BY(mu_) = 0;
  size_t submitted_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_RACE_SENDER_H_
