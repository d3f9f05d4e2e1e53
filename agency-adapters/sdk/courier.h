// Carries the outbox to the broker: sends each entry's very bytes, verifies the receipt (leaf
// rebuilt from the opening, proof against the pinned log key, and that the event is of this
// statement), and only then marks it accepted. Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_COURIER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_COURIER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"

namespace amana::sdk {

struct FlushReport {
  size_t accepted = 0;
  size_t refused = 0;
  size_t pending = 0;    // tried and to be tried again
  absl::Status trouble;  // the first reason for those, or of the log watch; OK when there is none
};

class Courier {
 public:
  Courier(const Identity& identity, Client& client, Mailbox& mailbox)
      : client_(client), log_(identity.log()), outbox_(mailbox), watch_(log_, mailbox) {}

  // Sends one entry if it is pending, and returns it as it stands then: a refusal, an unreachable
  // broker or a receipt that does not verify is in its state and reason. Errors: Outbox's only.
  absl::StatusOr<OutboxEntry> Send(int64_t id);
  // Sends what is pending, most urgent first, until all was tried or the broker cannot be reached.
  // A further version, grants, a cancellation and an attachment wait for the submission before
  // them, an attachment also for consents signed before it, SEEN and a decision for the answers
  // before them. Then ties the receipts' checkpoints to the newest one.
  absl::StatusOr<FlushReport> Flush();

  LogWatch& watch() { return watch_; }

 private:
  struct Attempt {
    EntryState state = EntryState::kPending;
    absl::Status trouble;
  };
  absl::StatusOr<Attempt> Try(int64_t id);
  // OK unless a statement that must come first is still pending.
  absl::Status CheckTurn(const OutboxEntry& entry);
  absl::StatusOr<FlushReport> FlushOnce();

  Client& client_;
  const transparency::NoteVerifier log_;
  Outbox outbox_;
  LogWatch watch_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_COURIER_H_
