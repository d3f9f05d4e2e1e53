#include "broker/store/embedded/writer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"
#include "broker/store/embedded/end_process.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

constexpr absl::Duration kIdleBeforeCheckpoint = absl::Milliseconds(200);
constexpr std::chrono::seconds kEmptyWalEvery(1);
constexpr absl::Duration kDiskProbeInterval = absl::Seconds(1);
constexpr int kCarefulBatches = 16;  // failures come in rows

// What a work whose commit did not become durable is told.
absl::Status ToStoreError(const absl::Status& status) {
  if (absl::IsResourceExhausted(status) || absl::IsDataLoss(status)) return status;
  return StoreUnavailableError(std::string(status.message()));
}

}  // namespace

Writer::Writer(std::unique_ptr<Session> session, std::unique_ptr<Sequencer> sequencer,
               StoreHealth& health, const WriterLimits& limits)
    : session_(std::move(session)),
      sequencer_(std::move(sequencer)),
      health_(health),
      limits_(limits),
      transaction_(*session_, *sequencer_),
      writer_([this] { Write(); }),
      completer_([this] { Complete(); }) {}

Writer::~Writer() { Close(); }

void Writer::Commit(Work work, Done done) {
  {
    absl::MutexLock lock(&mu_);
    if (!closing_) {
      queue_.push_back({std::move(work), std::move(done)});
      return;
    }
  }
  done(StoreUnavailableError("the store is closed"));
}

void Writer::SetListener(CommitListener listener) {
  absl::MutexLock lock(&mu_);
  listener_ = std::move(listener);
}

void Writer::Close() {
  {
    absl::MutexLock lock(&mu_);
    closing_ = true;
  }
  if (writer_.joinable()) writer_.join();
  if (completer_.joinable()) completer_.join();
}

bool Writer::Closing() {
  absl::MutexLock lock(&mu_);
  return closing_;
}

void Writer::Write() {
  while (true) {
    std::vector<Item> items;
    if (Take(limits_.batch_works, true, items)) {
      RunBatch(std::move(items));
      CheckpointIfDue(false);
    } else if (Closing()) {
      break;
    } else {
      CheckpointIfDue(true);
      if (health_.AwaitsDisk()) ProbeDisk();
    }
  }
  // What it leaves in the WAL is read at the next start.
  const auto checkpointed = session_->db().Checkpoint(sqlite::CheckpointMode::kTruncate);
  EndProcessIfFsyncFailed(checkpointed.status());
  session_->Close();
  absl::MutexLock lock(&mu_);
  written_ = true;
}

bool Writer::Take(size_t limit, bool wait, std::vector<Item>& items) {
  const absl::Duration patience = health_.AwaitsDisk() ? kDiskProbeInterval : kIdleBeforeCheckpoint;
  absl::MutexLock lock(&mu_);
  const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return closing_ || !queue_.empty();
  };
  if (wait) mu_.AwaitWithTimeout(absl::Condition(&something), patience);
  const bool any = !queue_.empty();
  for (; !queue_.empty() && limit > 0; --limit) {
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return any;
}

void Writer::RunBatch(std::vector<Item> items) {
  Outcome outcome;
  absl::Status status = session_->db().Begin();
  if (!status.ok()) session_->Noticed(status).IgnoreError();
  if (status.ok()) status = RunWorks(items);
  if (status.ok() && limits_.rehearse) status = RunAgain(items, items.size());
  if (status.ok()) status = Finish(outcome);
  EndProcessIfFsyncFailed(status);
  if (!status.ok()) Abandon();
  for (Item& item : items) {
    item.work = nullptr;
    if (!status.ok()) item.status = ToStoreError(status);
  }
  if (careful_batches_ > 0) --careful_batches_;
  outcome.items = std::move(items);
  absl::MutexLock lock(&mu_);
  outcomes_.push_back(std::move(outcome));
}

// Runs the items, and adds what comes in meanwhile. An error fails the whole batch.
absl::Status Writer::RunWorks(std::vector<Item>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    AMANA_RETURN_IF_ERROR(RunWork(items[i]));
    const bool traces = !items[i].status.ok() && session_->work_wrote() && careful_batches_ == 0;
    if (traces) AMANA_RETURN_IF_ERROR(RunAgain(items, i));
    const bool full =
        items.size() >= limits_.batch_works || session_->bytes() >= limits_.batch_bytes;
    if (i + 1 == items.size() && !full) Take(limits_.batch_works - items.size(), false, items);
  }
  return absl::OkStatus();
}

// Sets the item's status. An error fails the whole batch.
absl::Status Writer::RunWork(Item& item) {
  const Sequencer::Mark mark = sequencer_->mark();
  const size_t woken = transaction_.woken().size();
  session_->BeginWork(careful_batches_ > 0);
  item.status = item.work(transaction_);
  const absl::Status ended = session_->EndWork(item.status.ok());
  if (item.status.ok()) item.status = ended;
  if (!item.status.ok()) {
    sequencer_->BackTo(mark);
    transaction_.woken().resize(woken);
  }
  if (!session_->fatal().ok()) return session_->fatal();
  if (session_->db().InTransaction()) return absl::OkStatus();
  return StoreUnavailableError("SQLite has rolled the transaction back");
}

// From the beginning, without those of the first `count` that have failed.
absl::Status Writer::RunAgain(std::vector<Item>& items, size_t count) {
  Abandon();
  careful_batches_ = kCarefulBatches;
  if (absl::Status begun = session_->db().Begin(); !begun.ok()) return session_->Noticed(begun);
  for (size_t i = 0; i < count; ++i) {
    if (items[i].status.ok()) AMANA_RETURN_IF_ERROR(RunWork(items[i]));
  }
  return absl::OkStatus();
}

absl::Status Writer::Finish(Outcome& outcome) {
  if (absl::Status sealed = sequencer_->Seal(); !sealed.ok()) return sealed;
  if (absl::Status committed = session_->db().Commit(); !committed.ok()) {
    return session_->Noticed(committed);
  }
  if (session_->wrote()) health_.Committed();
  DestroyKeys();
  session_->EndTransaction(true);
  outcome.batch = sequencer_->Committed();
  std::vector<Address>& woken = transaction_.woken();
  std::sort(woken.begin(), woken.end());
  woken.erase(std::unique(woken.begin(), woken.end()), woken.end());
  outcome.woken.swap(woken);
  return absl::OkStatus();
}

// After the commit, never before: a key that is gone for a transaction that is not durable would be
// a loss. Should the process die before, the next start does it; so that is also what to do when
// the key file cannot be written.
void Writer::DestroyKeys() {
  const std::vector<uint64_t> slots = session_->TakeDoomed();
  if (slots.empty()) return;
  const absl::Status destroyed = session_->keys().Erase(slots);
  if (!destroyed.ok()) EndProcess("keys of erased referrals could not be destroyed", destroyed);
  wal_holds_erased_ = true;
}

void Writer::Abandon() {
  EndProcessIfFsyncFailed(session_->db().Rollback());
  session_->EndTransaction(false);
  sequencer_->RolledBack();
  transaction_.woken().clear();
}

void Writer::Complete() {
  while (true) {
    std::optional<Outcome> outcome;
    CommitListener listener;
    {
      absl::MutexLock lock(&mu_);
      const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return written_ || !outcomes_.empty();
      };
      mu_.Await(absl::Condition(&something));
      if (outcomes_.empty()) return;
      outcome = std::move(outcomes_.front());
      outcomes_.pop_front();
      listener = listener_;
    }
    for (Item& item : outcome->items) {
      if (item.status.ok()) {
        item.done(outcome->batch);
      } else {
        item.done(std::move(item.status));
      }
    }
    if (outcome->batch != nullptr && listener) {
      listener(outcome->woken, *outcome->batch);
    }
  }
}

// PASSIVE waits for nobody. It copies what no snapshot needs any more; when that is all, the WAL
// starts over with the next commit.
void Writer::CheckpointIfDue(bool idle) {
  if (wal_holds_erased_ && TryEmptyWal(idle)) return;
  const int pages = session_->db().wal_pages();
  if (pages < checkpointed_pages_) checkpointed_pages_ = 0;
  const int waiting = pages - checkpointed_pages_;
  if (waiting < (idle ? 1 : limits_.checkpoint_pages)) return;
  const auto result = session_->db().Checkpoint(sqlite::CheckpointMode::kPassive);
  EndProcessIfFsyncFailed(result.status());
  if (!result.ok()) session_->Noticed(result.status()).IgnoreError();
  checkpointed_pages_ = pages;
}

// What was erased stands in the WAL as it was before, until that is emptied. It cannot be while
// anybody reads from it, and nobody is waited for: it is tried again.
bool Writer::TryEmptyWal(bool idle) {
  const auto now = std::chrono::steady_clock::now();
  if (!idle && now < next_emptying_) return false;
  next_emptying_ = now + kEmptyWalEvery;
  const auto result = session_->db().Checkpoint(sqlite::CheckpointMode::kTruncateNow);
  EndProcessIfFsyncFailed(result.status());
  if (!result.ok()) session_->Noticed(result.status()).IgnoreError();
  checkpointed_pages_ = session_->db().wal_pages();
  wal_holds_erased_ = !result.ok() || result->blocked;
  return true;
}

// Callers do not commit while Health() is not OK, so somebody else must find out that it could be.
void Writer::ProbeDisk() {
  absl::Status status = session_->db().Begin();
  if (status.ok()) {
    status = session_->Run(
        "INSERT INTO disk_probe (one, bytes) VALUES (1, randomblob(65536)) "
        "ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes");
  }
  if (status.ok()) status = session_->db().Commit();
  EndProcessIfFsyncFailed(status);
  if (status.ok()) {
    session_->EndTransaction(true);
    health_.Committed();
  } else {
    Abandon();
  }
}

}  // namespace amana::store::embedded
