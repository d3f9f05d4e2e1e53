#include "broker/rpc/refusals.h"

#include <vector>

#include "base/log.h"
#include "broker/rpc/error_details.h"

namespace amana::rpc {
namespace {

std::string NameOf(const AgencyId& agency) {
  return agency.empty() ? "unidentified" : agency.value();
}

}  // namespace

void Refusals::Count(const AgencyId& agency, const absl::Status& refusal) {
  std::pair<AgencyId, std::string> key(agency, PublicReason(refusal));
  absl::MutexLock lock(&mu_);
  auto found = tallies_.find(key);
  if (found == tallies_.end()) {
    const Counter counter =
        metrics_->GetCounter("amana_refusals_total", "Calls and submissions refused",
                             {{"agency", NameOf(agency)}, {"reason", key.second}});
    found = tallies_.emplace(std::move(key), Tally{counter}).first;
  }
  found->second.counter.Add();
  ++found->second.since;
}

void Refusals::LogAndReset() {
  std::vector<std::pair<std::pair<AgencyId, std::string>, uint64_t>> lines;
  {
    absl::MutexLock lock(&mu_);
    for (auto& [key, tally] : tallies_) {
      if (tally.since > 0) lines.emplace_back(key, std::exchange(tally.since, 0));
    }
  }
  for (const auto& [key, count] : lines) {
    Log(LogLevel::kWarning, "refused",
        {{"agency", LogSafe::Code(NameOf(key.first))},
         {"reason", LogSafe::Code(key.second)},
         {"count", count}});
  }
}

}  // namespace amana::rpc
