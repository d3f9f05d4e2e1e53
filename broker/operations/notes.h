// Sealed notes beside statements: taken with them, kept with the referral, given to those they are
// wrapped for.
#ifndef AMANA_BROKER_OPERATIONS_NOTES_H_
#define AMANA_BROKER_OPERATIONS_NOTES_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "amana/v1/note.pb.h"
#include "broker/delivery/consent_check.h"
#include "broker/identity/caller.h"
#include "broker/store/store.h"

namespace amana::operations {

// What came as `note` with a statement that carries `note_sha256`: there exactly when it names one,
// well formed and the one that was signed. FIELD_INVALID naming "note"; errors of CheckNote.
absl::Status CheckNoteOf(bool present, const v1::SealedNote& note, std::string_view note_sha256);

// That it is wrapped for nobody but these units, each by a sealing certificate of its own.
// FIELD_INVALID or WRAP_RECIPIENT_MISMATCH naming "note.wraps".
absl::Status CheckReaders(const store::Snapshot& snapshot, const delivery::Moment& moment,
                          const v1::SealedNote& note, absl::Span<const Address> readers);

// Keeps it with the statement that names it, and the certificate (DER) that signed that. ERASED.
absl::Status KeepNote(store::Transaction& tx, const StatementKey& referral,
                      const v1::SignedEnvelope& statement, std::string_view certificate,
                      const v1::SealedNote& note);

// A kept note if `reader` acts for a unit that it
// is wrapped for; nullopt: there is none for them, or it was erased. Decides no consent.
absl::StatusOr<std::optional<v1::NotedStatement>> FindNoteFor(const store::Snapshot& snapshot,
                                                              const StatementKey& referral,
                                                              const Digest& note,
                                                              const identity::Caller& reader);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_NOTES_H_
