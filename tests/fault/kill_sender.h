// One of the police's programs under load: consents, referrals to both units, now and then a
// cancellation or a withdrawal; everything goes through its outbox.
#ifndef AMANA_TESTS_FAULT_KILL_SENDER_H_
#define AMANA_TESTS_FAULT_KILL_SENDER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

// For one thread at a time.
class KillSender {
 public:
  enum class Form { kUnary, kBatch };

  static absl::StatusOr<std::unique_ptr<KillSender>> Open(const std::string& agency_toml,
                                                          const std::string& folder, Form form,
                                                          uint64_t seed);

  // Makes and sends until `stop`. Whatever the network does is expected; what it keeps of other
  // trouble is in troubles().
  void Work(const std::atomic<bool>& stop);
  // Sends what is pending until nothing is. kDeadlineExceeded with the last trouble.
  absl::Status Drain(absl::Duration timeout);

  Endpoint& endpoint() { return *endpoint_; }
  // Referrals that need not arrive: cancelled, or under a consent that was withdrawn.
  bool MayNotArrive(const StatementKey& referral) const { return exempt_.contains(referral); }
  // Judgements and evidence that are wrong, whatever the network does.
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  struct Consent {
    ConsentUse use;
    std::vector<StatementKey> referrals;
  };
  KillSender(std::unique_ptr<Endpoint> endpoint, Form form, uint64_t seed)
      : endpoint_(std::move(endpoint)), form_(form), random_(seed) {}

  absl::Status Make();
  absl::Status MakeConsent();
  absl::Status MakeReferral();
  absl::Status MakeCancellation();
  absl::Status MakeWithdrawal();
  absl::Status Send();
  absl::Status SendBatch();
  void Judge(const absl::Status& status);
  void CollectRefusals();
  bool Chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  size_t Below(size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random_);
  }

  const std::unique_ptr<Endpoint> endpoint_;
  const Form form_;
  std::mt19937_64 random_;
  std::vector<Consent> consents_;  // not withdrawn
  std::set<StatementKey> exempt_;
  std::set<int64_t> refused_;  // entries already told of
  std::vector<std::string> troubles_;
};

// Whether a call may end like this when a broker is killed, starting or ending.
bool IsNetworkTrouble(const absl::Status& status);

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_KILL_SENDER_H_
