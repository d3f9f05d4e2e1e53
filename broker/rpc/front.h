// What every call passes before its operation: the broker is serving, the certificate stands for a
// known caller, the role may call this, the agency is within its rate. And what is counted after.
// Knows nothing of gRPC.
#ifndef AMANA_BROKER_RPC_FRONT_H_
#define AMANA_BROKER_RPC_FRONT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/metrics.h"
#include "broker/identity/access.h"
#include "broker/identity/caller.h"
#include "broker/identity/trust.h"
#include "broker/rpc/executor.h"
#include "broker/rpc/rate_limit.h"
#include "broker/rpc/refusals.h"

namespace amana::rpc {

// What the TLS connection proved.
struct Peer {
  std::string spiffe;           // its one SPIFFE id
  std::string certificate_pem;  // the leaf
};

// Thread-safe.
class Front {
 public:
  // Everything must outlive it.
  struct Parts {
    const Clock* clock;
    std::function<identity::TrustPtr()> trust;
    Executor* executor;
    RateLimiter* limiter;
    Refusals* refusals;
    Metrics* metrics;
  };
  enum class Gate { kOpen, kNotServing, kShuttingDown };

  explicit Front(Parts parts);

  // Takes one call from the agency's rate. Errors: NOT_SERVING, SHUTTING_DOWN, those of
  // CallerResolver::Resolve and CheckRole, CALLER_UNIDENTIFIED, RATE_LIMITED. They are counted
  // here.
  absl::StatusOr<identity::Caller> Admit(const Peer& peer, identity::Rpc rpc);
  // Whether an open stream may go on: the gate and the certificate as in Admit. Not counted.
  absl::StatusOr<identity::Caller> Identify(const Peer& peer);

  // Executor::Run.
  absl::Status Run(const AgencyId& agency, Executor::Task task);
  // RateLimiter::TakeSubmissions.
  absl::Status TakeSubmissions(const AgencyId& agency, uint64_t count);
  void Refused(const AgencyId& agency, const absl::Status& refusal);
  // Between Begin and Answered, one for one, a call or a submission of a batch is in flight.
  absl::Time Begin();
  void Answered(identity::Rpc rpc, const AgencyId& agency, const absl::Status& status,
                absl::Time began);

  int64_t in_flight() const { return in_flight_.load(std::memory_order_acquire); }
  void SetGate(Gate gate) { gate_.store(gate, std::memory_order_release); }
  absl::Time Now() const { return parts_.clock->Now(); }
  identity::TrustPtr trust() const { return parts_.trust(); }

 private:
  struct RpcMetrics {
    Counter answered;
    Counter refused;  // for a reason the caller can do something about
    Counter failed;   // for one that is the broker's
    Histogram seconds;
  };
  absl::StatusOr<identity::Caller> Judge(const Peer& peer, identity::Rpc rpc, AgencyId& agency);

  const Parts parts_;
  std::vector<RpcMetrics> metrics_;  // by Rpc
  identity::CallerResolver resolver_;
  std::atomic<Gate> gate_{Gate::kOpen};
  std::atomic<int64_t> in_flight_{0};
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_FRONT_H_
