// One side of the handovers of a live world: the police bring people who were accepted, a shelter
// receives them; either may decline, miss the other, turn back or forget. What it does in a state
// of an attempt is chance's, and the same whenever it is asked. For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_ESCORT_H_
#define AMANA_TESTS_SIM_LIVE_ESCORT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/handovers.h"
#include "tests/sim/live_folder.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

// Whether the sender brings the person, once somebody has accepted; both sides know.
bool IsBrought(uint64_t seed, const StatementKey& referral, v1::ServiceType service);
// How often it is tried; then the shelter fetches the person itself.
inline constexpr uint32_t kMostAttempts = 2;

class LiveEscort {
 public:
  enum class Side { kBrings, kReceives };

  // The endpoint must outlive it.
  LiveEscort(tests::Endpoint& endpoint, Side side, Phone phone, uint64_t seed)
      : endpoint_(endpoint),
        side_(side),
        phone_(std::move(phone)),
        seed_(seed),
        handovers_(endpoint.identity(), endpoint.client(), endpoint.mailbox(), tests::RealClock(),
                   endpoint.sender()) {}

  // Takes the steps that are due now. Errors: what nobody would expect.
  absl::Status Act();
  // The police begin one; refused where another is responsible or the task is not accepted.
  absl::Status Offer(const StatementKey& referral);
  // Somebody phones: what stands still for too long is brought to an end.
  void Remind(const StatementKey& referral) { reminded_.insert(referral); }
  // There is nothing to hand over for any more, or there is again.
  void Stop(const StatementKey& referral) { stopped_.insert(referral); }
  void Resume(const StatementKey& referral) { stopped_.erase(referral); }

  // The newest attempt of a referral, as last heard; null: none.
  const v1::HandoverSummary* Latest(const StatementKey& referral) const;
  static bool IsUnderWay(const v1::HandoverSummary& handover);

 private:
  struct Step {
    v1::HandoverState to = v1::HANDOVER_STATE_UNSPECIFIED;
    v1::Reason reason = v1::REASON_UNSPECIFIED;
    absl::Time due = absl::InfiniteFuture();
  };

  absl::Status Hear();
  Step NextOf(const StatementKey& referral, const v1::HandoverSummary& now) const;
  Step StepOfPolice(const v1::HandoverSummary& now, uint64_t fate, bool reminded) const;
  Step StepOfShelter(const v1::HandoverSummary& now, uint64_t fate, bool reminded) const;
  absl::Status Take(const StatementKey& referral, const v1::HandoverSummary& now, const Step& step);
  absl::Status Sign(const sdk::HandoverDraft& draft);

  tests::Endpoint& endpoint_;
  const Side side_;
  const Phone phone_;
  const uint64_t seed_;
  sdk::Handovers handovers_;
  std::map<StatementKey, v1::HandoverSummary> latest_;
  std::set<StatementKey> reminded_;
  std::set<StatementKey> stopped_;
  // Steps that were tried: attempt, from which state and since when, and to which.
  std::set<std::tuple<StatementKey, uint32_t, int, int64_t, int>> tried_;
  absl::Time next_look_ = absl::InfinitePast();
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_ESCORT_H_
