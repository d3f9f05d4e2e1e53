#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "broker/audit/rollback_guard.h"
#include "broker/main/guard.h"
#include "broker/main/keys.h"
#include "broker/main/recover.h"
#include "broker/store/embedded/check.h"
#include "proto/transparency/checkpoint.h"

namespace amana::broker {
namespace {

using transparency::Checkpoint;
using transparency::NoteKeyType;
using transparency::NoteVerifier;

absl::Status Refused(std::string_view reason, std::string_view field, const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, field, message);
}

absl::StatusOr<std::string> VkeyIn(const std::string& text) {
  if (NoteVerifier::Parse(text).ok()) return text;
  AMANA_ASSIGN_OR_RETURN(std::string vkey, RealFileSystem().Read(text));
  while (vkey.ends_with('\n')) vkey.pop_back();
  return vkey;
}

absl::StatusOr<NoteVerifier> OldLog(const Config& config, const PrepareRequest& request,
                                    const crypto::Ed25519PrivateKey& key) {
  if (!request.old_vkey.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string vkey, VkeyIn(request.old_vkey));
    return NoteVerifier::Parse(vkey);
  }
  if (request.key_lost) {
    return Refused("OLD_KEY_MISSING", "--old-vkey",
                   "name the verifier key of the log whose key is lost: every agency has it, as "
                   "log_vkey of agency.toml");
  }
  return NoteVerifier::Create(config.log_origin, NoteKeyType::kEd25519, key.PublicKey());
}

// The longest of what is known, each held against the store.
class Newest {
 public:
  Newest(const store::Snapshot& snapshot, const NoteVerifier& log, std::string head)
      : snapshot_(snapshot), log_(log), note_(std::move(head)) {}

  absl::Status Start() {
    AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note_, log_));
    AMANA_ASSIGN_OR_RETURN(const Digest root, audit::RootAt(snapshot_, opened.checkpoint.size()));
    if (root != opened.checkpoint.root()) {
      return Refused("LOG_INCONSISTENT", "store", "the leaves do not give the signed root");
    }
    store_size_ = opened.checkpoint.size();
    newest_ = opened.checkpoint;
    return absl::OkStatus();
  }
  // `fork` is the reason when the checkpoint is of another history.
  absl::Status Take(std::string note, std::string_view fork, const std::string& where) {
    AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, log_));
    const Checkpoint& seen = opened.checkpoint;
    bool same = true;
    if (seen.size() > 0 && seen.size() <= store_size_) {
      AMANA_ASSIGN_OR_RETURN(const Digest root, audit::RootAt(snapshot_, seen.size()));
      same = root == seen.root();
    } else if (seen.size() == newest_->size()) {
      same = seen.root() == newest_->root();
    }
    if (!same) {
      return Refused(fork, where,
                     absl::StrCat(where, ": of ", seen.size(),
                                  " entries the old log has signed another history than is kept "
                                  "here. Keep this as evidence, and restore a copy from before "
                                  "the two parted"));
    }
    if (seen.size() > newest_->size()) {
      newest_ = seen;
      note_ = std::move(note);
    }
    return absl::OkStatus();
  }
  const std::string& note() const { return note_; }
  bool beyond_store() const { return newest_->size() > store_size_; }

 private:
  const store::Snapshot& snapshot_;
  const NoteVerifier& log_;
  std::string note_;
  uint64_t store_size_ = 0;
  std::optional<Checkpoint> newest_;
};

absl::Status TakeGuard(const Config& config, const NoteVerifier& log, Newest& newest) {
  if (config.guard.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const auto guard,
                         audit::ReadGuard(RealFileSystem(), GuardFile(config), log));
  if (!guard.has_value()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(std::string note, RealFileSystem().Read(GuardFile(config)));
  return newest.Take(std::move(note), "LOG_FORKED_AT_GUARD", GuardFile(config));
}

absl::StatusOr<v1::RecoveryStatement> Compose(const Config& config, const PrepareRequest& request,
                                              const NoteVerifier& old_log,
                                              const NoteVerifier& new_log) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::StoreForCheck> store,
                         store::StoreForCheck::Open(config.data_dir + "/store"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  if (head.size == 0) return Refused("LOG_MISSING", "store", "there is no log in the store");
  if (!transparency::OpenCheckpoint(head.checkpoint, old_log).ok()) {
    return Refused("LOG_INCONSISTENT", "store",
                   "the store's log is not signed by " + old_log.vkey());
  }
  Newest newest(*snapshot, old_log, head.checkpoint);
  AMANA_RETURN_IF_ERROR(newest.Start());
  AMANA_RETURN_IF_ERROR(TakeGuard(config, old_log, newest));
  for (const std::string& file : request.newest) {
    AMANA_ASSIGN_OR_RETURN(std::string note, RealFileSystem().Read(file));
    AMANA_RETURN_IF_ERROR(newest.Take(std::move(note), "LOG_FORKED", file));
  }
  if (!request.key_lost && !newest.beyond_store()) {
    return Refused("NOTHING_TO_RECOVER", "newest",
                   "nothing newer than the store is known: neither the guard nor a file given with "
                   "--newest. Start the broker; if the log's key is lost, say --key-lost");
  }
  v1::RecoveryStatement statement;
  statement.set_created_unix_ms(ToUnixMillis(SystemClock(config.clock_sync).Now()));
  statement.set_cause(request.key_lost ? v1::RECOVERY_CAUSE_KEY_LOST
                                       : v1::RECOVERY_CAUSE_STORE_LOST);
  statement.set_old_vkey(old_log.vkey());
  statement.set_new_vkey(new_log.vkey());
  statement.set_kept_checkpoint(head.checkpoint);
  statement.set_newest_checkpoint(newest.note());
  return statement;
}

}  // namespace

absl::StatusOr<transparency::Succession> PrepareRecovery(const Config& config,
                                                         const PrepareRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Ed25519PrivateKey key, ReadLogKey(config.log_key));
  AMANA_ASSIGN_OR_RETURN(const NoteVerifier old_log, OldLog(config, request, key));
  AMANA_ASSIGN_OR_RETURN(
      const NoteVerifier new_log,
      NoteVerifier::Create(request.new_origin, NoteKeyType::kEd25519, key.PublicKey()));
  AMANA_ASSIGN_OR_RETURN(v1::RecoveryStatement statement,
                         Compose(config, request, old_log, new_log));
  AMANA_ASSIGN_OR_RETURN(transparency::Succession succession,
                         transparency::Succession::Create(statement));
  AMANA_ASSIGN_OR_RETURN(const envelope::RecoveryFile file,
                         envelope::NewRecovery(std::move(statement)));
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(
      request.out, file.message().SerializeAsString(), kPublicFile));
  return succession;
}

}  // namespace amana::broker
