#include "tests/sim/live_said.h"

#include <optional>
#include <vector>

#include "agency-adapters/sdk/outbox.h"
#include "base/status.h"

namespace amana::sim {

absl::StatusOr<std::map<std::string, uint64_t>> SaidIn(sdk::Mailbox& mailbox) {
  constexpr size_t kAll = 1'000'000;
  std::map<std::string, uint64_t> said;
  sdk::Outbox outbox(mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> entries,
                         outbox.List(std::nullopt, kAll));
  for (const sdk::OutboxEntry& entry : entries) {
    const bool refused = entry.state == sdk::EntryState::kRefused;
    const std::string became = refused ? entry.reason : std::string(sdk::StateName(entry.state));
    ++said[std::string(sdk::KindName(entry.kind)) + " " + became];
  }
  return said;
}

}  // namespace amana::sim
