// What clients were promised: every statement whose receipt was verified, with its bytes. A promise
// is kept when the very same bytes, sent again, give the very same event. Thread-safe.
#ifndef AMANA_TESTS_FAULT_KILL_LEDGER_H_
#define AMANA_TESTS_FAULT_KILL_LEDGER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/outbox.h"
#include "base/ids.h"
#include "tests/support/log_check.h"

namespace amana::tests {

struct Promise {
  sdk::EntryKind kind = sdk::EntryKind::kSubmission;
  std::string request;
  std::optional<StatementKey> referral;
  uint64_t log_index = 0;
  std::string event;  // its opening, serialised
};

class KillLedger {
 public:
  // Takes over what `outbox` holds as accepted and was not taken before; each receipt is verified
  // and held by `log`. `owner` tells outboxes apart. Errors: the outbox's, and of the receipts.
  absl::Status Take(const std::string& owner, sdk::Outbox& outbox, LogCheck& log);

  // Sends promises of `owner` again: those taken since the last time and `sample` of the older ones
  // (all with `sample` as its default). Returns how each broken one failed.
  std::vector<std::string> SendAgain(const std::string& owner, sdk::Client& client, LogCheck& log,
                                     std::mt19937_64& random, size_t sample = SIZE_MAX);

  size_t Count(sdk::EntryKind kind) const;
  std::vector<StatementKey> Referrals() const;  // submitted

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, std::vector<Promise>> promises_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, size_t> checked_ ABSL_GUARDED_BY(mu_);
  std::set<std::pair<std::string, int64_t>> taken_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_KILL_LEDGER_H_
