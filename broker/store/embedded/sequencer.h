// The one place that gives events their index, time and counters, and grows and signs the tree. Its
// memory is ahead of the disk only within a transaction: a work, or all of it, can be taken back.
// Used by the writer's thread.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SEQUENCER_H_
#define AMANA_BROKER_STORE_EMBEDDED_SEQUENCER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "broker/store/embedded/event_index.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"
#include "proto/transparency/note.h"
#include "proto/transparency/tree_batch.h"

namespace amana::store::embedded {

class Sequencer {
 public:
  // Reads the log and verifies it: the checkpoint is by `signer`, its root is that of the frontier,
  // and the frontier is that of the stored tiles and leaves. LOG_INCONSISTENT when not. A log that
  // was never opened is empty. `session` and `clock` must outlive the sequencer. `before`, where
  // given, is the log that `signer` goes on in the place of: the checkpoint is by that.
  static absl::StatusOr<std::unique_ptr<Sequencer>> Load(
      Session& session, const Clock& clock, transparency::NoteSigner signer,
      const transparency::NoteVerifier* before = nullptr);

  uint64_t size() const { return tree_.size(); }
  const LogHead& head() const { return head_; }  // as last committed

  absl::StatusOr<uint64_t> Append(events::Event event);

  struct Mark {
    uint64_t size;
    size_t counted;
  };
  Mark mark() const { return {tree_.size(), counted_.size()}; }
  // Takes back what was appended since; the rows are the savepoint's to take back.
  void BackTo(const Mark& mark);

  // Signs the tree as it is and writes what belongs to it. To be followed by the database's commit,
  // then Committed or RolledBack.
  absl::Status Seal();
  // The committed batch, with the events since the last one.
  BatchPtr Committed();
  void RolledBack();

 private:
  Sequencer(Session& session, const Clock& clock, transparency::NoteSigner signer)
      : session_(session),
        clock_(clock),
        signer_(std::move(signer)),
        indexer_(session),
        tree_(frontier_) {}
  absl::Status Restore(HeadRow head, const transparency::NoteVerifier& log);
  absl::Status CheckFrontier(const transparency::CompactRange& frontier);
  absl::StatusOr<uint64_t> TryAppend(events::Event event);
  absl::StatusOr<uint64_t> Count(std::string name);
  absl::Status WriteTiles();
  events::EventSeed NextSeed();

  Session& session_;
  const Clock& clock_;
  const transparency::NoteSigner signer_;
  EventIndexer indexer_;

  // As on disk.
  transparency::CompactRange frontier_;
  LogHead head_;
  std::vector<transparency::Hashes> tails_;  // of each level, the hashes of the tile not yet full

  // Ahead of it.
  transparency::TreeBatch tree_;
  absl::Time last_time_ = absl::InfinitePast();
  std::vector<StoredEvent> events_;
  std::vector<events::EventSeed> seeds_;  // random, not yet used: drawn many at a time
  absl::flat_hash_map<std::string, uint64_t> counters_;
  std::vector<std::pair<std::string, uint64_t>> counted_;  // name, value before
  LogHead sealed_;
  std::vector<transparency::Hashes> sealed_tails_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SEQUENCER_H_
