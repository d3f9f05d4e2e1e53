// Offers: whom a sender would have asked, the offers of a task that are over, the places that are
// held for those that are open, and the clocks. Part of the store's contracts (store.h), whose
// guarantees and errors are its own as well.
#ifndef AMANA_BROKER_STORE_OFFERS_H_
#define AMANA_BROKER_STORE_OFFERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/records.h"

namespace amana::store {

// An offer of a task that is over, as it ended. Never changed.
struct OfferRecord {
  TaskKey task;
  uint32_t offer_epoch = 0;
  Address recipient;
  v1::TaskState state = v1::TASK_STATE_REROUTED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  absl::Time offered;
  absl::Time ended;
};

// The sender's order of candidates: a serialised v1::SignedEnvelope, which only the broker sees.
struct CandidateOrderRecord {
  uint32_t number = 0;
  std::string envelope;
};

// A place of a unit that is held for a task: while it is offered to the unit, at most `until`, and
// from its acceptance until the unit next counts its places itself.
struct PlaceRecord {
  Address unit;
  TaskKey task;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  absl::Time until;
  std::optional<absl::Time> accepted;
};

class Offers {
 public:
  virtual ~Offers() = default;

  // Tasks whose clock is due at or before `now`, earliest first; at most `limit`. What cannot be
  // read is left out, and health tells.
  virtual absl::StatusOr<std::vector<TaskRecord>> DueClocks(absl::Time now, size_t limit) const = 0;
  // Tasks in UNROUTABLE, in order of acceptance, after `after` (NOT_FOUND when there is no such
  // task). What cannot be read is left out, and health tells.
  virtual absl::StatusOr<std::vector<TaskRecord>> UnroutableTasks(
      const std::optional<TaskKey>& after, size_t limit) const = 0;
  // Ascending by epoch.
  virtual absl::StatusOr<std::vector<OfferRecord>> PastOffers(const TaskKey& task) const = 0;
  // One that was set after the submission; none also when it was erased.
  virtual absl::StatusOr<std::optional<CandidateOrderRecord>> FindOrder(
      const StatementKey& referral) const = 0;
  // Places of a unit that are held at `now` and are not in what it counted at `counted`.
  virtual absl::StatusOr<uint32_t> PlacesHeld(const Address& unit, v1::ServiceType service,
                                              absl::Time counted, absl::Time now) const = 0;
  // A kept statement about a referral, by its digest.
  virtual absl::StatusOr<std::optional<StatementRecord>> FindStatement(
      const StatementKey& referral, const Digest& statement) const = 0;

  // Keeps `ended`, which is the task's present offer, and replaces the task's record if it is in
  // state `from`, else CONFLICT; also when an offer of this epoch is over already.
  virtual absl::Status EndOffer(v1::TaskState from, const OfferRecord& ended,
                                const TaskRecord& next) = 0;
  // Replaces the order before. NOT_FOUND; ERASED.
  virtual absl::Status SetOrder(const StatementKey& referral,
                                const CandidateOrderRecord& order) = 0;
  // Replaces what is held for the task at this unit, and lets go of what the unit has held since
  // before `forget`, when no count of its own can be older.
  virtual absl::Status HoldPlace(const PlaceRecord& place, absl::Time forget) = 0;
  // Idempotent.
  virtual absl::Status FreePlace(const Address& unit, const TaskKey& task) = 0;
  // The same digest once.
  virtual absl::Status KeepStatement(const StatementKey& referral,
                                     const StatementRecord& statement) = 0;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_OFFERS_H_
