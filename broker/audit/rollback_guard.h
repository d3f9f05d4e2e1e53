// The rollback guard: the newest checkpoint of the log that this broker has signed, kept outside
// what holds the store. A store that is behind it is an old copy, one that differs from it is
// another history; neither may be signed with. It is written after the commits, by a thread of its
// own: it may lag, never leads, and no submission waits for it.
//
// The file is the signed checkpoint itself (C2SP tlog-checkpoint), replaced atomically. Of a log
// that has not begun it is the checkpoint of the empty tree, so that a guard that is missing is
// always one that was taken away. Thread-safe, but Begin and CheckStore: before Start.
#ifndef AMANA_BROKER_AUDIT_ROLLBACK_GUARD_H_
#define AMANA_BROKER_AUDIT_ROLLBACK_GUARD_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "broker/store/store.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note.h"

namespace amana::audit {

// Whether the store goes on from what a guard's checkpoint says. LOG_BEHIND_GUARD,
// LOG_FORKED_AT_GUARD (kFailedPrecondition), each with the sizes and what to do.
absl::Status CheckAgainstGuard(const store::Snapshot& snapshot,
                               const transparency::Checkpoint& guard);

// What a guard's file holds; nullopt when there is none. GUARD_FOREIGN; errors of files.
absl::StatusOr<std::optional<transparency::Checkpoint>> ReadGuard(
    FileSystem& files, const std::string& file, const transparency::NoteVerifier& log);

class RollbackGuard {
 public:
  // Called with each change between working and failing.
  using Listener = std::function<void(const absl::Status&)>;

  struct Options {
    std::string file;                                // its folder is made when absent
    absl::Duration pause = absl::Milliseconds(200);  // between two writings, at least
    absl::Duration retry = absl::Seconds(1);         // after one that failed
    absl::Duration patience = absl::Seconds(30);     // for the disk: then Health tells
  };

  // `log` signs nothing but the empty tree of a log that begins.
  RollbackGuard(FileSystem* files, Options options, transparency::NoteSigner log,
                Listener listener);
  ~RollbackGuard();  // Stop()

  // Before the store is opened. `accept_new`: the operator's word that a store without a guard is
  // the newest. Errors, all kFailedPrecondition and saying what to do: GUARD_MISSING; GUARD_FOREIGN
  // (not a checkpoint that this log has signed); GUARD_NOT_NEW (one that is there is not to be
  // accepted anew, so that nobody leaves it to be said at every start); LOG_BEHIND_GUARD (there is
  // no store); those of files.
  absl::Status Begin(bool store_exists, bool accept_new);
  // Begin found that a log has begun: a store without one is not to begin another.
  bool LogHasBegun() const { return !held_.has_value() || held_->size() > 0; }
  // Before anything is signed with the store. Errors: of CheckAgainstGuard; where a new guard was
  // accepted, those of writing it.
  absl::Status CheckStore(const store::Snapshot& snapshot);

  void Start();
  // There is a newer checkpoint. Blocks for no disk.
  void Note(const store::LogHead& head);
  // Writes what was noted, then ends.
  void Stop();

  // OK, or why the newest checkpoint is not on the guard's disk: GUARD_LAGS, or as writing failed.
  absl::Status Health() const;

 private:
  absl::Status Write(const std::string& note);
  void Run();

  FileSystem* const files_;
  const Options options_;
  const transparency::NoteSigner log_;
  const Listener listener_;
  std::optional<transparency::Checkpoint> held_;  // as Begin found it; none: a new one is accepted

  mutable absl::Mutex mu_;
  store::LogHead newest_ ABSL_GUARDED_BY(mu_);
  absl::Time since_ ABSL_GUARDED_BY(mu_);  // the oldest that is not written
  uint64_t written_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status failing_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_ROLLBACK_GUARD_H_
