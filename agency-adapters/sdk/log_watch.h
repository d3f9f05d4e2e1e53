// Watches that the broker shows everyone one log: every checkpoint that came with a receipt is kept
// until a consistency proof ties it to the newest one. Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_LOG_WATCH_H_
#define AMANA_AGENCY_ADAPTERS_SDK_LOG_WATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/verifier.h"
#include "proto/transparency/note_verifier.h"

namespace amana::sdk {

class LogWatch {
 public:
  LogWatch(transparency::NoteVerifier log, Mailbox& mailbox)
      : log_(std::move(log)), mailbox_(mailbox) {}

  // Keeps a verified receipt's checkpoint. LOG_FORKED when another of the same size is held: both
  // are kept for ever as evidence.
  absl::Status Hold(const VerifiedReceipt& receipt);
  // Ties what is held to the broker's newest checkpoint by GetCheckpoint. Afterwards one is held,
  // or a few where the log grew meanwhile. Errors: LOG_FORKED (kept as above), those of
  // OpenCheckpoint and of the call.
  absl::Status CatchUp(Client& client);
  // Keeps two signed notes that no one append-only log has, as evidence. Errors of OpenCheckpoint.
  absl::Status KeepForked(const std::vector<std::string>& notes);
  // The signed notes held, oldest first: also for VerifyLog.
  absl::StatusOr<std::vector<std::string>> Held();

 private:
  struct Note {
    uint64_t size = 0;
    Digest root;
    std::string note;
  };
  absl::StatusOr<std::vector<Note>> Load();
  // Keeps `note`, in place of `tied` where that is given.
  absl::Status Keep(const Note& note, const Note* tied);
  absl::Status KeepFork(const Note& a, const Note& b);

  const transparency::NoteVerifier log_;
  Mailbox& mailbox_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_LOG_WATCH_H_
