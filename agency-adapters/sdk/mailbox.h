// The one database of an agency endpoint, <data>/mailbox.db: outbox and inbox, so that what was
// received and the answer to it are one transaction. Mode 0600 in a folder of 0700: it holds
// section keys of what this agency sent (until dropped), and what it received, sealed as it came.
//
// A failed fsync is never retried: what was written before it may be lost although the next one
// succeeds. From then on every call answers FSYNC_FAILED, so that nothing more is acknowledged or
// taken for sent; the program should end, and open the mailbox anew to see what it holds.
//
// Several programs may use one mailbox: every write, checkpoint and opening is done under the lock
// of its folder, so no two connections write at once (SQLite before 3.51.3 must not see that).
// Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_MAILBOX_H_
#define AMANA_AGENCY_ADAPTERS_SDK_MAILBOX_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/sqlite.h"

namespace amana::sdk {

class Mailbox {
 public:
  // Makes the folder when it is missing. Errors: those of base/sqlite.h and base/durable_file.h;
  // MAILBOX_BUSY when another program held it all the while.
  // `vfs` is SQLite's, empty for the default one; tests name a faulty one.
  static absl::StatusOr<std::unique_ptr<Mailbox>> Open(const std::string& folder,
                                                       const std::string& vfs = {});
  ~Mailbox();

  // Runs `work` in one transaction: durable when this returns OK, undone when it or `work` fails.
  // `work` must not call the mailbox again.
  absl::Status Write(absl::FunctionRef<absl::Status(sqlite::Database&)> work);
  absl::Status Read(absl::FunctionRef<absl::Status(sqlite::Database&)> work);
  // Writes what was erased out of the write-ahead log too.
  absl::Status Scrub();

 private:
  Mailbox(std::string folder, std::unique_ptr<sqlite::Database> db);
  absl::Status WriteLocked(absl::FunctionRef<absl::Status(sqlite::Database&)> work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Remembers a failed fsync; returns `status`.
  absl::Status Noticed(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string folder_;
  absl::Mutex mu_;
  std::unique_ptr<sqlite::Database> db_ ABSL_PT_GUARDED_BY(mu_);
  absl::Status broken_ ABSL_GUARDED_BY(mu_);  // the fsync that failed
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_MAILBOX_H_
