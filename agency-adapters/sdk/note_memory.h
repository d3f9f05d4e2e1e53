// The notes that an agency was given, sealed as they came, in its mailbox. Thread-safe. Errors:
// Mailbox's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_NOTE_MEMORY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_NOTE_MEMORY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/note.pb.h"
#include "base/ids.h"

namespace amana::sdk {

absl::StatusOr<std::optional<v1::NotedStatement>> FindNote(Mailbox& mailbox,
                                                           std::string_view digest);
absl::Status KeepNote(Mailbox& mailbox, const StatementKey& referral, uint32_t task,
                      std::string_view digest, const v1::NotedStatement& note);
// Of a task whose content was recalled. For a transaction of the caller's.
absl::Status EraseNotes(sqlite::Database& db, const StatementKey& referral, uint32_t task);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_NOTE_MEMORY_H_
