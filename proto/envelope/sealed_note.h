// Sealed notes: the words and places of a signed statement, for one unit or two and never for the
// broker (SealedNote in amana/v1/note.proto gives the bytes). A note is bound to its statement from
// both sides: the statement names its digest, and its key opens for that referral, task, kind of
// statement and signer only, so that nobody can pass another's words off as their own. Thread-safe
// and pure but for random bytes.
#ifndef AMANA_PROTO_ENVELOPE_SEALED_NOTE_H_
#define AMANA_PROTO_ENVELOPE_SEALED_NOTE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "amana/v1/note.pb.h"
#include "base/ids.h"
#include "proto/envelope/delivery.h"
#include "proto/envelope/grant.h"

namespace amana::envelope {

inline constexpr size_t kMinNoteSize = 256;  // of the ciphertext with its tag
inline constexpr size_t kMaxNoteSize = 8 * 1024;
inline constexpr size_t kMaxNoteWraps = 2;
// What fits: without tag, commitment salt and length.
inline constexpr size_t kMaxNoteContent = kMaxNoteSize - 16 - 36;

// The statement that a note belongs to.
struct NoteContext {
  StatementKey referral;
  uint32_t task = 0;
  std::string_view payload_type;  // of the statement
  CertId signer;                  // of the statement
};

// Its digest goes into the statement (NoteDigest). CONTENT_TOO_LARGE; CERTIFICATE_MISMATCH when a
// certificate is not for sealing or not its recipient's agency and unit; NOTE_FIELD_INVALID for no
// recipient, more than two or the same certificate twice.
absl::StatusOr<v1::SealedNote> SealNote(const NoteContext& context, std::string_view content,
                                        absl::Span<const GrantRecipient> recipients);

// SHA-256 of the note's canonical bytes: how its statement names it.
Digest NoteDigest(const v1::SealedNote& note);

// Form, bounds, and that it is the note which the statement names (`note_sha256` as it stands
// there). What passes is canonical. NOTE_FIELD_INVALID and LENGTH_INVALID naming "note.<field>",
// UNKNOWN_FIELD, ID_INVALID; NOTE_MISMATCH for another note than was signed. That each certificate
// is its recipient's is the caller's to know.
absl::Status CheckNote(const v1::SealedNote& note, std::string_view note_sha256);

// CheckNote, and the content, for whoever holds a key in `identities`. `context` is of the
// statement whose signature was verified. SEALING_KEY_MISSING when it is wrapped for none of them;
// NOTE_OPEN_FAILED for altered bytes, another key, or another's statement (foreign); NOTE_MISMATCH
// when what is inside is malformed or not what the commitment says.
absl::StatusOr<std::string> OpenNote(const NoteContext& context, const v1::SealedNote& note,
                                     std::string_view note_sha256,
                                     absl::Span<const SealingIdentity> identities);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SEALED_NOTE_H_
