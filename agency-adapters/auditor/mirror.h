// Follows a log: its files, and what this caller is shown of its events, each held against its
// entry before it is kept. May be interrupted at any moment and is just continued.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/client.h"
#include "base/durable_file.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

struct MirrorReport {
  uint64_t size = 0;    // of the log now mirrored
  uint64_t events = 0;  // added to the book
  uint64_t asked = 0;   // questions to the broker, each of which is an entry of the log itself
  uint64_t timestamps_missing = 0;  // that the log names and has not
};

// Brings `folder` and `book` up to the broker's newest checkpoint. `progress`, where set, is told
// how many entries were done. Errors: DownloadLog's; LOG_TAMPERED naming the event that is not its
// entry, with nothing of its page kept.
absl::StatusOr<MirrorReport> Follow(sdk::Client& client, FileSystem& files,
                                    const std::string& folder,
                                    const transparency::NoteVerifier& log, MirrorBook& book,
                                    const std::function<void(uint64_t)>& progress = {});

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_H_
