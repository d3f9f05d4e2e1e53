#include "broker/rpc/front.h"

#include <utility>

#include "base/status.h"
#include "broker/rpc/errors.h"

namespace amana::rpc {
namespace {

using identity::Caller;
using identity::Rpc;

Metrics::Labels LabelsOf(Rpc rpc, const char* outcome) {
  return {{"rpc", std::string(identity::RpcName(rpc))}, {"outcome", outcome}};
}

bool IsFailure(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

Front::Front(Parts parts) : parts_(std::move(parts)) {
  constexpr char kName[] = "amana_rpc_total";
  constexpr char kHelp[] = "Calls answered, by outcome";
  for (size_t i = 0; i < identity::kRpcCount; ++i) {
    const Rpc rpc = static_cast<Rpc>(i);
    metrics_.push_back(
        {parts_.metrics->GetCounter(kName, kHelp, LabelsOf(rpc, "ok")),
         parts_.metrics->GetCounter(kName, kHelp, LabelsOf(rpc, "refused")),
         parts_.metrics->GetCounter(kName, kHelp, LabelsOf(rpc, "failed")),
         parts_.metrics->GetHistogram("amana_rpc_seconds", "Time to answer a call",
                                      {{"rpc", std::string(identity::RpcName(rpc))}})});
  }
}

absl::StatusOr<Caller> Front::Identify(const Peer& peer) {
  switch (gate_.load(std::memory_order_acquire)) {
    case Gate::kOpen:
      break;
    case Gate::kNotServing:
      return NotServing();
    case Gate::kShuttingDown:
      return ShuttingDown();
  }
  const identity::TrustPtr trust = parts_.trust();
  AMANA_ASSIGN_OR_RETURN(Caller caller, resolver_.Resolve(peer.certificate_pem, *trust, Now()));
  // gRPC's reading of the certificate and ours must be the same.
  const crypto::SpiffeId spiffe{trust->registry->trust_domain(), caller.agency, caller.role,
                                caller.unit, caller.person};
  if (crypto::ToUri(spiffe) != peer.spiffe) return CallerUnidentified();
  return caller;
}

absl::StatusOr<Caller> Front::Judge(const Peer& peer, Rpc rpc, AgencyId& agency) {
  AMANA_ASSIGN_OR_RETURN(Caller caller, Identify(peer));
  agency = caller.agency;
  AMANA_RETURN_IF_ERROR(identity::CheckRole(caller.role, rpc));
  AMANA_RETURN_IF_ERROR(parts_.limiter->TakeCall(agency));
  return caller;
}

absl::StatusOr<Caller> Front::Admit(const Peer& peer, Rpc rpc) {
  AgencyId agency;
  absl::StatusOr<Caller> caller = Judge(peer, rpc, agency);
  if (!caller.ok()) {
    metrics_[static_cast<size_t>(rpc)].refused.Add();
    Refused(agency, caller.status());
  }
  return caller;
}

absl::Status Front::Run(const AgencyId& agency, Executor::Task task) {
  return parts_.executor->Run(agency, std::move(task));
}

absl::Status Front::TakeSubmissions(const AgencyId& agency, uint64_t count) {
  return parts_.limiter->TakeSubmissions(agency, count);
}

void Front::Refused(const AgencyId& agency, const absl::Status& refusal) {
  parts_.refusals->Count(agency, refusal);
}

absl::Time Front::Begin() {
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  return Now();
}

void Front::Answered(Rpc rpc, const AgencyId& agency, const absl::Status& status,
                     absl::Time began) {
  in_flight_.fetch_sub(1, std::memory_order_release);
  const RpcMetrics& metrics = metrics_[static_cast<size_t>(rpc)];
  metrics.seconds.Observe(Now() - began);
  if (status.ok()) return metrics.answered.Add();
  (IsFailure(status.code()) ? metrics.failed : metrics.refused).Add();
  Refused(agency, status);
}

}  // namespace amana::rpc
