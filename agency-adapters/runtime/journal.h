// What an adapter has promised to either side and not finished: <folder>/journal.db, SQLite, one
// row an item. Every change is durable when the call returns. Rows go INTENDED -> WRITTEN ->
// SETTLED, or to DEAD from INTENDED, and back by a redrive; what each state means for the two
// directions is said in journal_items.h and journal_deliveries.h.
//
// File mode 0600 in a folder of 0700: an item's content is here until its referral is in the
// outbox, and while it is a dead letter; then it is overwritten, in the write-ahead log too with
// the next Scrub. A failed fsync is never retried: from then on every call answers FSYNC_FAILED and
// the program should end.
//
// One program runs on a journal at a time (LockProgram); commands that look or redrive may open it
// beside that one: every write, checkpoint and opening is done under the lock of the folder, as no
// two connections may write at once (SQLite before 3.51.3). Thread-safe. Errors: those of
// base/sqlite.h; JOURNAL_BUSY when another held the folder all the while.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/process.h"
#include "base/sqlite.h"

namespace amana::runtime {

// Numbers are stored: never change one.
enum class RowState { kIntended = 1, kWritten = 2, kSettled = 3, kDead = 4 };
std::string_view StateName(RowState state);  // "INTENDED", ...

// When a row is tried again, and until when.
struct RetryPolicy {
  absl::Duration first = absl::Seconds(1);
  absl::Duration longest = absl::Minutes(10);
  absl::Duration deadline = absl::Hours(14 * 24);  // from when the row was made

  // After the nth failed attempt: doubles from `first` to `longest`, of which `jitter`, 0 to 1,
  // takes away up to half, so that many who failed together do not come back together.
  absl::Duration Backoff(uint32_t attempts, double jitter) const;
};

class Journal {
 public:
  // Makes the folder when it is missing. `vfs` is SQLite's; tests name a faulty one.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& folder,
                                                       const std::string& vfs = {});

  ~Journal();

  // Held for as long as a program polls and delivers. ALREADY_RUNNING.
  absl::StatusOr<std::unique_ptr<DirectoryLock>> LockProgram();

  // Runs `work` in one transaction: durable when this returns OK, undone when it or `work` fails.
  // `work` must not call the journal again.
  absl::Status Write(absl::FunctionRef<absl::Status(sqlite::Database&)> work);
  absl::Status Read(absl::FunctionRef<absl::Status(sqlite::Database&)> work);
  // Empties the write-ahead log, in which overwritten contents stand still; false when another
  // program's reading kept it from that.
  absl::StatusOr<bool> Scrub();

  // How far something was read that is taken in order: 0 before the first time.
  absl::StatusOr<int64_t> Cursor(std::string_view name);
  static absl::Status SetCursor(sqlite::Database& db, std::string_view name, int64_t value);

  const std::string& folder() const { return folder_; }
  // Random, of this journal: what digests of contents are salted with.
  const std::string& salt() const { return salt_; }

 private:
  Journal(std::string folder, std::unique_ptr<sqlite::Database> db)
      : folder_(std::move(folder)), db_(std::move(db)) {}
  absl::Status LoadSalt();
  absl::Status WriteLocked(absl::FunctionRef<absl::Status(sqlite::Database&)> work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string folder_;
  std::string salt_;
  absl::Mutex mu_;
  std::unique_ptr<sqlite::Database> db_ ABSL_PT_GUARDED_BY(mu_);
  absl::Status broken_ ABSL_GUARDED_BY(mu_);
};

// Where a program would die, for tests: called after each durable step and each call of the native
// side; an error stops everything there, as if the process had ended.
using StepHook = std::function<absl::Status(std::string_view step)>;

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_H_
