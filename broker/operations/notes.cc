#include "broker/operations/notes.h"

#include <algorithm>

#include "broker/delivery/errors.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"

namespace amana::operations {

absl::Status CheckNoteOf(bool present, const v1::SealedNote& note, std::string_view note_sha256) {
  if (note_sha256.empty()) {
    return present ? FieldInvalid("note", "absent where the statement names none")
                   : absl::OkStatus();
  }
  if (!present) return FieldInvalid("note", "the one that the statement names");
  return envelope::CheckNote(note, note_sha256);
}

absl::Status CheckReaders(const store::Snapshot& snapshot, const delivery::Moment& moment,
                          const v1::SealedNote& note, absl::Span<const Address> readers) {
  AMANA_ASSIGN_OR_RETURN(const delivery::Recipients recipients,
                         delivery::Recipients::Of(snapshot, moment));
  for (const v1::NoteWrap& wrap : note.wraps()) {
    AMANA_ASSIGN_OR_RETURN(const Address reader,
                           delivery::FromWire(wrap.recipient(), "note.wraps.recipient"));
    if (std::find(readers.begin(), readers.end(), reader) == readers.end()) {
      return FieldInvalid("note.wraps", "for the two sides only");
    }
    AMANA_ASSIGN_OR_RETURN(const CertId id, CertId::FromBytes(wrap.recipient_cert_id(),
                                                              "note.wraps.recipient_cert_id"));
    if (!recipients.Has(reader, id)) return WrapRecipientMismatch("note.wraps");
  }
  return absl::OkStatus();
}

absl::Status KeepNote(store::Transaction& tx, const StatementKey& referral,
                      const v1::SignedEnvelope& statement, std::string_view certificate,
                      const v1::SealedNote& note) {
  v1::NotedStatement kept;
  *kept.mutable_statement() = statement;
  kept.set_certificate(std::string(certificate));
  *kept.mutable_note() = note;
  return tx.referrals().AddNote({referral, envelope::NoteDigest(note), envelope::Serialize(kept)});
}

absl::StatusOr<std::optional<v1::NotedStatement>> FindNoteFor(const store::Snapshot& snapshot,
                                                              const StatementKey& referral,
                                                              const Digest& note,
                                                              const identity::Caller& reader) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::NoteRecord> record,
                         snapshot.referrals().FindNote(referral, note));
  if (!record.has_value()) return std::nullopt;
  v1::NotedStatement noted;
  if (!noted.ParseFromString(record->note)) return delivery::RecordUnreadable();
  const bool theirs = std::any_of(noted.note().wraps().begin(), noted.note().wraps().end(),
                                  [&reader](const v1::NoteWrap& wrap) {
                                    const auto unit =
                                        delivery::FromWire(wrap.recipient(), "recipient");
                                    return unit.ok() && reader.ActsFor(*unit);
                                  });
  if (!theirs) return std::nullopt;
  return noted;
}

}  // namespace amana::operations
