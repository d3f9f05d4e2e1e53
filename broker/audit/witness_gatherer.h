// Brings the log's checkpoints to witnesses (https://c2sp.org/tlog-witness) and gathers their
// cosignatures: a checkpoint that k of n have cosigned is WITNESSED, and who holds one knows that
// the log has shown the same history to all of them. Nothing waits for it: a commit only says that
// there is something new.
//
// All witnesses are brought the same checkpoint, each by a thread of its own, so that a slow one
// holds up nobody; the next is taken once the quorum is there, or after `patience` without it.
// Thread-safe.
#ifndef AMANA_BROKER_AUDIT_WITNESS_GATHERER_H_
#define AMANA_BROKER_AUDIT_WITNESS_GATHERER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "base/http_message.h"
#include "broker/audit/witnessed.h"
#include "broker/store/store.h"
#include "proto/transparency/note_verifier.h"

namespace amana::audit {

class WitnessGatherer {
 public:
  // `http::Client::Call` of a client made for the witnesses: called from several threads.
  using Call = std::function<absl::StatusOr<http::Response>(const http::Request&)>;
  // Told whenever what becomes of a witness is not what it was before: it fails, for another
  // reason, or no longer. `witness` is its key's name.
  using Listener = std::function<void(const std::string& witness, const absl::Status&)>;

  struct Options {
    std::vector<WitnessPeer> peers;
    int quorum = 1;                               // 1 to the number of peers
    absl::Duration pause = absl::Seconds(1);      // between two checkpoints, at least
    absl::Duration patience = absl::Seconds(10);  // for a quorum, before a newer one is tried
    absl::Duration backoff = absl::Seconds(2);    // of a witness that has failed; doubles up to
    absl::Duration longest_backoff = absl::Minutes(1);
  };

  // `file` keeps the newest witnessed checkpoint over restarts; what is there and is not of this
  // log and these witnesses counts as none.
  WitnessGatherer(const store::Store* store, FileSystem* files, std::string file,
                  transparency::NoteVerifier log, Options options, Call call, Listener listener);
  ~WitnessGatherer();  // Stop()

  // Before anything is signed: whether any witness has cosigned what this store does not have.
  // LOG_BEHIND_WITNESS when one has seen a longer log, LOG_FORKED_AT_WITNESS when one has seen
  // another history, each naming the witness and the sizes: the store is an old copy, or somebody
  // else signs with its key. A witness that does not answer is told to the listener and passed
  // over: it may not keep the broker from starting.
  absl::Status CheckStore();

  void Start();
  void Poke();  // there is something new
  void Stop();

  // With the quorum, or more.
  std::optional<WitnessedCheckpoint> Newest() const;
  // LOG_BEHIND_WITNESS or LOG_FORKED_AT_WITNESS once a witness has shown it, under the log's own
  // signature, while this ran: from then on for good.
  absl::Status Alarm() const;

 private:
  struct Target {
    uint64_t size = 0;  // 0: none yet
    std::string note;
    absl::Time since;
    std::vector<std::optional<transparency::NoteSignature>> signatures;  // by peer
  };
  struct Peer {
    WitnessPeer about;
    std::optional<uint64_t> held;  // what it holds, as far as is known; its thread's own
    std::string told;              // why it fails; empty: it does not
    std::thread thread;
  };

  void Load();
  void Tell(Peer& peer, const absl::Status& status);
  void LeadRounds();
  void Follow(size_t peer);
  bool MayMoveOn(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<transparency::NoteSignature> Ask(Peer& peer, const Target& target);
  absl::StatusOr<http::Response> Submit(const Peer& peer, const Target& target);
  void Take(size_t peer, const Target& target, const transparency::NoteSignature& signature);
  // What a witness says of the log without the log's signature is its word alone: looks for the
  // signed checkpoint, and returns WITNESS_REFUSED unless that shows the same.
  absl::Status Confirm(const Peer& peer, int status);
  absl::Status CheckAgainst(const store::Snapshot& snapshot, const WitnessPeer& peer);
  int Count(const Target& target) const;

  const store::Store* const store_;
  FileSystem* const files_;
  const std::string file_;
  const transparency::NoteVerifier log_;
  const Options options_;
  const Call call_;
  const Listener listener_;

  std::vector<Peer> peers_;  // fixed; each but `about` for its thread
  std::thread leader_;

  mutable absl::Mutex mu_;
  Target target_ ABSL_GUARDED_BY(mu_);
  std::optional<WitnessedCheckpoint> newest_ ABSL_GUARDED_BY(mu_);
  absl::Status alarm_ ABSL_GUARDED_BY(mu_);
  bool poked_ ABSL_GUARDED_BY(mu_) = true;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_WITNESS_GATHERER_H_
