// A log that goes on in another's place (amana/v1/recovery.proto): what a recovery statement says
// of both, read once. Judges no signature but the old log's own on its checkpoints: who may say so
// is envelope/recovery.h's and the caller's business. Immutable; thread-safe; pure.
#ifndef AMANA_PROTO_TRANSPARENCY_SUCCESSION_H_
#define AMANA_PROTO_TRANSPARENCY_SUCCESSION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "amana/v1/recovery.pb.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note_verifier.h"

namespace amana::transparency {

class Succession {
 public:
  // SUCCESSION_INVALID naming the field: keys that are no logs' or of one origin; a kept log that
  // is empty or longer than the newest; two roots of one size; a cause that the rest contradicts.
  // Errors of OpenCheckpoint, of the old log.
  static absl::StatusOr<Succession> Create(const v1::RecoveryStatement& statement);

  v1::RecoveryCause cause() const { return cause_; }
  const NoteVerifier& old_log() const { return old_log_; }
  const NoteVerifier& new_log() const { return new_log_; }
  // What both have: the new log's own first entry is at kept().size().
  const Checkpoint& kept() const { return kept_; }
  // What is known of the old log: entries from kept().size() up to newest().size() may be lost.
  const Checkpoint& newest() const { return newest_; }
  uint64_t lost() const { return newest_.size() - kept_.size(); }

  // The same in words, for who is to sign it or to believe it; lines.
  std::string Text() const;

 private:
  Succession(v1::RecoveryCause cause, NoteVerifier old_log, NoteVerifier new_log, Checkpoint kept,
             Checkpoint newest);

  v1::RecoveryCause cause_;
  NoteVerifier old_log_, new_log_;
  Checkpoint kept_, newest_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_SUCCESSION_H_
