#include "broker/audit/rollback_guard.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "proto/transparency/merkle.h"

namespace amana::audit {
namespace {

using transparency::Checkpoint;

absl::Status Refused(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, "guard", message);
}

absl::Status BehindGuard(uint64_t guard, uint64_t store) {
  return Refused(
      "LOG_BEHIND_GUARD",
      absl::StrCat("the guard has seen a log of ", guard, " entries, the store has ", store,
                   ": the store is an old copy, and nothing is signed with it. Restore the newest "
                   "copy; look for the disk it was on before anything else"));
}

absl::Status ForkedAtGuard(uint64_t size) {
  return Refused("LOG_FORKED_AT_GUARD",
                 absl::StrCat("at ", size,
                              " entries the store has another history than the guard, and nothing "
                              "is signed with it: it is a copy that went on by itself. Keep it as "
                              "evidence and restore the store that the guard belongs to"));
}

absl::Status GuardMissing(const std::string& file) {
  return Refused("GUARD_MISSING",
                 absl::StrCat("there is a store and no ", file,
                              ": find out who took it away. If the store is the newest, or a guard "
                              "is configured for the first time, start once with "
                              "--accept-new-guard"));
}

absl::Status GuardForeign(const std::string& file) {
  return Refused("GUARD_FOREIGN",
                 absl::StrCat(file,
                              " is no checkpoint that this log has signed: it is another log's, or "
                              "damaged. Put back the right one; move it away only when the store "
                              "is known to be the newest, and start once with --accept-new-guard"));
}

absl::Status GuardNotNew(const std::string& file) {
  return Refused("GUARD_NOT_NEW",
                 absl::StrCat("there is a guard, ", file, ": start without --accept-new-guard"));
}

}  // namespace

absl::Status CheckAgainstGuard(const store::Snapshot& snapshot, const Checkpoint& guard) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  if (guard.size() > head.size) return BehindGuard(guard.size(), head.size);
  if (guard.size() == 0) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const Digest root, RootAt(snapshot, guard.size()));
  return root == guard.root() ? absl::OkStatus() : ForkedAtGuard(guard.size());
}

absl::StatusOr<std::optional<Checkpoint>> ReadGuard(FileSystem& files, const std::string& file,
                                                    const transparency::NoteVerifier& log) {
  const absl::StatusOr<std::string> note = files.Read(file);
  if (absl::IsNotFound(note.status())) return std::nullopt;
  AMANA_RETURN_IF_ERROR(note.status());
  const auto opened = transparency::OpenCheckpoint(*note, log);
  if (!opened.ok()) return GuardForeign(file);
  return opened->checkpoint;
}

RollbackGuard::RollbackGuard(FileSystem* files, Options options, transparency::NoteSigner log,
                             Listener listener)
    : files_(files),
      options_(std::move(options)),
      log_(std::move(log)),
      listener_(std::move(listener)) {}

RollbackGuard::~RollbackGuard() { Stop(); }

absl::Status RollbackGuard::Write(const std::string& note) {
  AMANA_RETURN_IF_ERROR(files_->CreateDirectories(FolderOf(options_.file)));
  return files_->WriteAtomically(options_.file, note, kPublicFile);
}

absl::Status RollbackGuard::Begin(bool store_exists, bool accept_new) {
  AMANA_ASSIGN_OR_RETURN(held_, ReadGuard(*files_, options_.file, log_.verifier()));
  if (!held_.has_value()) {
    if (store_exists) return accept_new ? absl::OkStatus() : GuardMissing(options_.file);
    // Before there is a store: a process that dies between the two leaves what can be gone on from.
    AMANA_ASSIGN_OR_RETURN(
        held_, Checkpoint::Create(log_.verifier().name(), 0, transparency::EmptyRoot()));
    AMANA_ASSIGN_OR_RETURN(const std::string note, transparency::SignCheckpoint(*held_, log_));
    return Write(note);
  }
  if (accept_new) return GuardNotNew(options_.file);
  if (held_->size() > 0 && !store_exists) return BehindGuard(held_->size(), 0);
  return absl::OkStatus();
}

absl::Status RollbackGuard::CheckStore(const store::Snapshot& snapshot) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  if (held_.has_value()) {
    AMANA_RETURN_IF_ERROR(CheckAgainstGuard(snapshot, *held_));
  } else {
    AMANA_RETURN_IF_ERROR(Write(head.checkpoint));
  }
  {
    absl::MutexLock lock(&mu_);
    newest_.size = written_ = held_.has_value() ? held_->size() : head.size;
  }
  Note(head);
  return absl::OkStatus();
}

void RollbackGuard::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RollbackGuard::Note(const store::LogHead& head) {
  absl::MutexLock lock(&mu_);
  if (head.size <= newest_.size) return;
  if (newest_.size == written_) since_ = absl::Now();
  newest_ = head;
}

void RollbackGuard::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status RollbackGuard::Health() const {
  absl::MutexLock lock(&mu_);
  if (!failing_.ok()) return failing_;
  if (newest_.size == written_ || absl::Now() - since_ < options_.patience) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "GUARD_LAGS", "guard",
                   "the guard's disk does not answer");
}

void RollbackGuard::Run() {
  const auto wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || newest_.size > written_;
  };
  for (bool last = false; !last;) {
    store::LogHead head;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&wanted));
      last = stopping_;
      if (newest_.size == written_) continue;
      head = newest_;
    }
    const absl::Status status = Write(head.checkpoint);
    bool changed = false;
    {
      absl::MutexLock lock(&mu_);
      changed = failing_.ok() != status.ok();
      failing_ = status;
      if (status.ok()) {
        written_ = head.size;
        since_ = absl::Now();
      }
    }
    if (changed) listener_(status);
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(&stopping_),
                         status.ok() ? options_.pause : options_.retry);
  }
}

}  // namespace amana::audit
