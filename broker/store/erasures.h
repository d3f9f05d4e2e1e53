// Erasure: what a referral's rows hold goes, digests and events stay. Part of the store's contracts
// (store.h), whose guarantees and errors are its own as well.
#ifndef AMANA_BROKER_STORE_ERASURES_H_
#define AMANA_BROKER_STORE_ERASURES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/records.h"
#include "proto/codes/codes.h"

namespace amana::store {

// How a referral ended, which says how long its body is kept; at once: not at all. The numbers are
// stored.
enum class Ending : uint8_t { kAtOnce = 1, kEnded = 2, kCompleted = 3 };

// Since when nothing is to be done with a referral any more, how it ended, and what its body holds.
struct Settled {
  Ending ending = Ending::kAtOnce;
  codes::CategorySet categories;
  absl::Time since;
};

// The time at or before which a referral must have settled to be erased, by how it ended and what
// its body holds. Pure.
using SettledBefore = std::function<absl::Time(Ending, codes::CategorySet)>;

// One agency's legal hold on every version of a sender's referral, set or ended.
struct HoldRecord {
  AgencyId sender;
  ReferralId referral;
  AgencyId holder;
  bool held = false;
  uint64_t log_index = 0;  // of the event that set or ended it
};

class Erasures {
 public:
  virtual ~Erasures() = default;

  // Settled referrals that no hold is on; by ending, and of those that hold the same the longest
  // settled first; at most `limit`. What cannot be read is left out, and health tells.
  virtual absl::StatusOr<std::vector<StatementKey>> Due(const SettledBefore& before,
                                                        size_t limit) const = 0;
  // Whether any agency holds it.
  virtual absl::StatusOr<bool> IsHeld(const AgencyId& sender, const ReferralId& referral) const = 0;
  virtual absl::StatusOr<std::optional<HoldRecord>> FindHold(const AgencyId& sender,
                                                             const ReferralId& referral,
                                                             const AgencyId& holder) const = 0;
  // A kept statement about a hold, by its digest.
  virtual absl::StatusOr<std::optional<StatementRecord>> FindHoldStatement(
      const AgencyId& sender, const ReferralId& referral, const Digest& statement) const = 0;

  // Nothing of the referral is to be done any more; the last call stands. NOT_FOUND.
  virtual absl::Status Settle(const StatementKey& key, const Settled& settled) = 0;
  // It is not (or no longer) settled. Idempotent; NOT_FOUND.
  virtual absl::Status Unsettle(const StatementKey& key) = 0;
  // Header, sections, wraps and other bytes that came under the key are gone: from this transaction
  // on nobody reads them (ERASED), and when the commit is told (`done`) the key they were encrypted
  // under is destroyed, so that no backup of the database can be read either. A process that dies
  // in between does so at its next start. The caller sees to it that nothing is to be done with the
  // body. False when it was erased before. NOT_FOUND; LEGAL_HOLD.
  virtual absl::StatusOr<bool> Erase(const StatementKey& key) = 0;
  // Replaces the holder's hold, and keeps the statements that say so.
  virtual absl::Status SetHold(const HoldRecord& hold,
                               const std::vector<StatementRecord>& statements) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_ERASURES_H_
