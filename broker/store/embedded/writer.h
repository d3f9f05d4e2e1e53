// The writer's thread: takes works from a queue, runs them on the one writing connection, commits
// them in batches with one fsync each, and checkpoints the WAL. A second thread tells the outcome.
//
//   Commit -> queue -> [run works -> seal the log -> COMMIT (fsync)] -> outcomes -> done, listener
//                                writer thread                           completion thread
//
// A batch closes when the queue is empty, or at a number of works or bytes: nothing waits on
// purpose. Works are expected to succeed: only when one fails that has written is the transaction
// rolled back and the others run again, from then on with a savepoint each. A failed fsync ends the
// process: what was written may be lost although a second fsync would succeed.
#ifndef AMANA_BROKER_STORE_EMBEDDED_WRITER_H_
#define AMANA_BROKER_STORE_EMBEDDED_WRITER_H_

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "broker/store/embedded/health.h"
#include "broker/store/embedded/sequencer.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/transaction.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

struct WriterLimits {
  size_t batch_works = 256;
  size_t batch_bytes = 4 << 20;
  int checkpoint_pages = 2000;  // of the WAL, not yet in the database file
  bool rehearse = false;        // for tests: every batch is rolled back and run again once
};

// Thread-safe. Close() before it goes.
class Writer {
 public:
  // `health` must outlive the writer.
  Writer(std::unique_ptr<Session> session, std::unique_ptr<Sequencer> sequencer,
         StoreHealth& health, const WriterLimits& limits);
  ~Writer();

  void Commit(Work work, Done done);
  void SetListener(CommitListener listener);
  // Commits what is queued, tells it, and closes the database. Idempotent.
  void Close();

 private:
  struct Item {
    Work work;
    Done done;
    absl::Status status = absl::OkStatus();
  };
  struct Outcome {
    std::vector<Item> items;
    BatchPtr batch;  // null when the batch failed
    std::vector<Address> woken;
  };

  void Write();
  void Complete();
  // Adds up to `limit` items; waits for the first for a while. False when there was none, at
  // present or (closing) for ever.
  bool Take(size_t limit, bool wait, std::vector<Item>& items);
  bool Closing();

  void RunBatch(std::vector<Item> items);
  absl::Status RunWorks(std::vector<Item>& items);
  absl::Status RunWork(Item& item);
  absl::Status RunAgain(std::vector<Item>& items, size_t count);
  absl::Status Finish(Outcome& outcome);
  void DestroyKeys();
  void Abandon();
  void CheckpointIfDue(bool idle);
  bool TryEmptyWal(bool idle);
  void ProbeDisk();

  const std::unique_ptr<Session> session_;      // writer's thread
  const std::unique_ptr<Sequencer> sequencer_;  // writer's thread
  StoreHealth& health_;
  const WriterLimits limits_;
  EmbeddedTransaction transaction_;                      // writer's thread
  int checkpointed_pages_ = 0;                           // writer's thread
  bool wal_holds_erased_ = false;                        // writer's thread
  std::chrono::steady_clock::time_point next_emptying_;  // writer's thread
  int careful_batches_ = 0;  // writer's thread: so many more with a savepoint for each work

  absl::Mutex mu_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mu_);
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  CommitListener listener_ ABSL_GUARDED_BY(mu_);
  std::deque<Outcome> outcomes_ ABSL_GUARDED_BY(mu_);
  bool written_ ABSL_GUARDED_BY(mu_) = false;  // no more outcomes will come

  std::thread writer_;
  std::thread completer_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_WRITER_H_
