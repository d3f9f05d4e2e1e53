// What every operation is given. Operations are free functions: caller and request in, reply out;
// no gRPC type, no thread of their own. A reply is called exactly once, on any thread.
#ifndef AMANA_BROKER_OPERATIONS_CONTEXT_H_
#define AMANA_BROKER_OPERATIONS_CONTEXT_H_

#include <functional>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "broker/audit/witnessed.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/dispatcher.h"
#include "broker/delivery/policy.h"
#include "broker/events/pseudonyms.h"
#include "broker/identity/caller.h"
#include "broker/identity/trust.h"
#include "broker/operations/errors.h"
#include "broker/store/store.h"

namespace amana::operations {

template <class Response>
using Reply = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

// Everything outlives every operation. Thread-safe.
struct Context {
  store::Store* store;
  const Clock* clock;
  std::function<identity::TrustPtr()> trust;  // the current one
  delivery::Policy policy;
  delivery::Dispatcher* dispatcher;
  // There is something for the Reconsiderer (reconsider.h); it finds out in a second without.
  std::function<void()> reconsider = [] {};
  // The newest checkpoint that enough witnesses have cosigned.
  std::function<std::optional<audit::WitnessedCheckpoint>()> witnessed = [] {
    return std::nullopt;
  };

  // The names that auditors of an agency know agencies and referrals by: PSEUDONYMS_UNAVAILABLE.
  std::function<absl::StatusOr<events::Pseudonyms>(const AgencyId& auditor)> pseudonyms =
      [](const AgencyId&) -> absl::StatusOr<events::Pseudonyms> { return PseudonymsUnavailable(); };

  delivery::Moment Now() const {
    return {.now = clock->Now(), .clock_ok = clock->Synchronised(), .trust = trust()};
  }
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_CONTEXT_H_
