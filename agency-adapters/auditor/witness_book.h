// What a witness remembers: of each log the newest checkpoint that it cosigned, whole, and whatever
// shows that a log has signed two histories. One SQLite file in a folder that one process holds.
// Thread-safe. Errors besides those named: base/sqlite.h's and base/durable_file.h's.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_BOOK_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_BOOK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "base/process.h"
#include "base/sqlite.h"

namespace amana::auditor {

struct Witnessed {
  uint64_t size = 0;
  Digest root;
  std::string note;  // the log's signature and ours
  friend bool operator==(const Witnessed&, const Witnessed&) = default;
};

// Two signed checkpoints of one log that no append-only log has, or of which the log could not show
// that it has both.
enum class EvidenceKind {
  kFork = 1,  // equal sizes, different roots: proof by themselves
  // The consistency proof that came with the second does not hold. By itself that accuses nobody:
  // whoever has a checkpoint can offer it with a proof that is none.
  kUnproven = 2,
};
struct Evidence {
  std::string origin;
  EvidenceKind kind = EvidenceKind::kFork;
  std::string held, offered;  // signed notes
};

class WitnessBook {
 public:
  // How many of each kind are kept for each log: whoever has its key could fill the disk, and a
  // hundred forks say the same as a hundred and one.
  static constexpr int64_t kMaxKept = 100;

  // Makes the folder when it is missing. ALREADY_RUNNING when another process holds it.
  static absl::StatusOr<std::unique_ptr<WitnessBook>> Open(const std::string& folder);

  absl::StatusOr<std::optional<Witnessed>> Newest(std::string_view origin);
  // Durable when it returns true. False, and nothing done, when the newest size of `origin` is not
  // `old_size` (0: there is none) any more.
  absl::StatusOr<bool> Replace(std::string_view origin, uint64_t old_size, const Witnessed& next);

  // The same once more is kept once.
  absl::Status Keep(const Evidence& evidence);
  // What was kept as unproven has been proven: the offer accuses nobody any more.
  absl::Status Forgive(std::string_view origin, const std::string& offered);
  absl::StatusOr<std::vector<Evidence>> Kept();  // oldest first
  // The same of a book that another process may hold.
  static absl::StatusOr<std::vector<Evidence>> ReadEvidence(const std::string& folder);

 private:
  WitnessBook(std::unique_ptr<DirectoryLock> lock, std::unique_ptr<sqlite::Database> db)
      : lock_(std::move(lock)), db_(std::move(db)) {}
  absl::Status KeepLocked(const Evidence& evidence) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::unique_ptr<DirectoryLock> lock_;
  absl::Mutex mu_;
  std::unique_ptr<sqlite::Database> db_ ABSL_PT_GUARDED_BY(mu_);
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_WITNESS_BOOK_H_
