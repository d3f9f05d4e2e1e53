#include "tests/sim/live_said.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
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

absl::Status SendAll(tests::Endpoint& endpoint, absl::Time deadline) {
  sdk::Outbox& outbox = endpoint.sender().outbox();
  while (true) {
    AMANA_RETURN_IF_ERROR(endpoint.sender().Flush().status());
    AMANA_ASSIGN_OR_RETURN(const std::vector<int64_t> left, outbox.Pending(1));
    if (left.empty()) return absl::OkStatus();
    if (absl::Now() > deadline) {
      AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, outbox.Get(left[0]));
      return absl::DeadlineExceededError(
          absl::StrCat("not sent: ", std::string(sdk::KindName(entry.kind)), ", ", entry.reason,
                       " ", entry.field, ", attempt ", entry.attempts));
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
}

}  // namespace amana::sim
