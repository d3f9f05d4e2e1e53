#include "proto/transparency/succession.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "proto/transparency/errors.h"

namespace amana::transparency {
namespace {

absl::StatusOr<NoteVerifier> LogKey(const std::string& vkey, std::string_view field) {
  absl::StatusOr<NoteVerifier> log = NoteVerifier::Parse(vkey);
  if (!log.ok()) return SuccessionInvalid(field, "is no verifier key");
  if (log->type() != NoteKeyType::kEd25519) return SuccessionInvalid(field, "is no log's key");
  return log;
}

// The part of a verifier key that does not depend on the name.
std::string_view KeyPart(std::string_view vkey) { return vkey.substr(vkey.rfind('+') + 1); }

absl::Status CheckCause(v1::RecoveryCause cause, bool same_key, uint64_t lost) {
  switch (cause) {
    case v1::RECOVERY_CAUSE_STORE_LOST:
      return lost > 0 ? absl::OkStatus()
                      : SuccessionInvalid("cause", "nothing is known to be lost");
    case v1::RECOVERY_CAUSE_KEY_LOST:
      return same_key
                 ? SuccessionInvalid("cause", "the new log is signed with the key that is lost")
                 : absl::OkStatus();
    default:
      return SuccessionInvalid("cause", "is none of the list");
  }
}

std::string Entries(uint64_t first, uint64_t end) {
  return end - first == 1 ? absl::StrCat("entry ", first)
                          : absl::StrCat("entries ", first, " to ", end - 1);
}

}  // namespace

Succession::Succession(v1::RecoveryCause cause, NoteVerifier old_log, NoteVerifier new_log,
                       Checkpoint kept, Checkpoint newest)
    : cause_(cause),
      old_log_(std::move(old_log)),
      new_log_(std::move(new_log)),
      kept_(std::move(kept)),
      newest_(std::move(newest)) {}

absl::StatusOr<Succession> Succession::Create(const v1::RecoveryStatement& statement) {
  AMANA_ASSIGN_OR_RETURN(NoteVerifier old_log, LogKey(statement.old_vkey(), "old_vkey"));
  AMANA_ASSIGN_OR_RETURN(NoteVerifier new_log, LogKey(statement.new_vkey(), "new_vkey"));
  if (old_log.name() == new_log.name()) {
    return SuccessionInvalid("new_vkey", "has the old log's origin: no origin has two histories");
  }
  AMANA_ASSIGN_OR_RETURN(OpenedCheckpoint kept,
                         OpenCheckpoint(statement.kept_checkpoint(), old_log));
  AMANA_ASSIGN_OR_RETURN(OpenedCheckpoint newest,
                         OpenCheckpoint(statement.newest_checkpoint(), old_log));
  const Checkpoint& first = kept.checkpoint;
  const Checkpoint& last = newest.checkpoint;
  if (first.size() == 0) return SuccessionInvalid("kept_checkpoint", "is of an empty log");
  if (last.size() < first.size() || (last.size() == first.size() && last.root() != first.root())) {
    return SuccessionInvalid("newest_checkpoint", "does not go on from the kept one");
  }
  const bool same_key = KeyPart(statement.old_vkey()) == KeyPart(statement.new_vkey());
  AMANA_RETURN_IF_ERROR(CheckCause(statement.cause(), same_key, last.size() - first.size()));
  return Succession(statement.cause(), std::move(old_log), std::move(new_log),
                    std::move(kept.checkpoint), std::move(newest.checkpoint));
}

std::string Succession::Text() const {
  const std::string why = cause_ == v1::RECOVERY_CAUSE_KEY_LOST
                              ? "its key is lost"
                              : "its store is an older copy of what was signed";
  std::string text = absl::StrCat("the log ", old_log_.name(), " ends: ", why, "\n  key          ",
                                  old_log_.vkey(), "\n  kept         ", Entries(0, kept_.size()),
                                  ", root ", kept_.root().hex(), "\n");
  if (lost() > 0) {
    absl::StrAppend(&text, "  may be lost  ", Entries(kept_.size(), newest_.size()),
                    " (the newest checkpoint known is of size ", newest_.size(), ", root ",
                    newest_.root().hex(), ")\n");
  } else {
    absl::StrAppend(&text, "  may be lost  only what was signed after entry ", kept_.size() - 1,
                    ", of which nothing is known\n");
  }
  return absl::StrCat(text, "the log ", new_log_.name(), " goes on from entry ", kept_.size(),
                      "\n  key          ", new_log_.vkey(), "\n");
}

}  // namespace amana::transparency
