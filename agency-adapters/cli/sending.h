// What the commands that sign something have in common: send it now or leave it in the outbox, and
// say what became of it.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_SENDING_H_
#define AMANA_AGENCY_ADAPTERS_CLI_SENDING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/report.h"
#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/outbox.h"

namespace amana::cli {

// State and reason as they stand, for a report: "entry 7: ACCEPTED, log index 42".
std::string EntryText(const sdk::OutboxEntry& entry);
Json EntryJson(const sdk::OutboxEntry& entry);
// 0 accepted, 1 refused, 3 waiting for the broker, 4 the receipt did not verify.
int EntryExitCode(const sdk::OutboxEntry& entry);

// Says who is sealed the header only, where somebody is (sdk/sending_rules.h).
void PutHeaderOnly(const std::vector<Address>& recipients, Report& report);

// Sends the entry unless `hold`, and appends what became of it to `report`, its exit code too.
absl::Status SendOrHold(Context& context, int64_t entry, bool hold, Report& report);
// The same for an answer, which has no Sender.
absl::Status SendAnswer(Context& context, int64_t entry, Report& report);

struct Flushed {
  size_t accepted = 0;
  std::vector<sdk::OutboxEntry> refused;
  std::vector<sdk::OutboxEntry> pending;  // tried, or left because the broker was not reached
  absl::Status trouble;                   // why the pending ones wait, or of the log watch
};
// Everything that waits, with progress on stderr; then ties the receipts' checkpoints together.
// Stops when the broker cannot be reached.
absl::StatusOr<Flushed> FlushAll(Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_SENDING_H_
