// `amana-broker backup` and `restore`.
//
// A backup is a folder: `store.db`, the database as it was at one moment; `backup.json`, written
// last, which says what that holds and its digest; and, where it was asked for, `log.key` and
// `pseudonym.key`. It never
// holds the keys of referrals: those have copies of their own, which lapse ([store] key_copies), or
// what was erased would come back with a backup.
#ifndef AMANA_BROKER_MAIN_BACKUP_H_
#define AMANA_BROKER_MAIN_BACKUP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/main/config.h"

namespace amana::broker {

struct BackupRequest {
  std::string folder;  // made (0700); must be empty
  bool with_log_key = false;
};

struct BackupReport {
  uint64_t log_size = 0;
  uint64_t bytes = 0;
  std::optional<absl::Time> keys_made;  // the newest copy of the key file
};

// Beside a broker that runs, or without one. BACKUP_FOLDER_NOT_EMPTY; BACKUP_FOLDER_INVALID (within
// data_dir); LOG_INCONSISTENT (the database is not of this log); errors of CopyDatabaseOut and
// ReadKeyFile.
absl::StatusOr<BackupReport> BackUp(const Config& config, const BackupRequest& request);

struct RestoreRequest {
  std::string folder;       // a backup
  std::string keys;         // the key file, or a copy of it; empty: the newest of the copies
  bool to_recover = false;  // it is known to be old, or to have no key: only to be recovered from
};

struct RestoreReport {
  uint64_t log_size = 0;
  std::string keys;  // the file that was taken
  bool log_key_restored = false;
  bool guarded = false;  // a guard said that nothing newer was signed
};

// Puts a backup in place of a store that is lost, when the broker may sign with it: the store is
// opened aside, held against guard and witnesses, and moved into data_dir only then. Otherwise
// nothing is left of it. With `to_recover` neither the log's key nor guard and witnesses are asked,
// and it is put there for `recover` (recover.h) alone: a start refuses it. Errors, beside those of
// opening a store and of its check (LOG_BEHIND_GUARD, LOG_FORKED_AT_GUARD, LOG_BEHIND_WITNESS,
// ...): DATA_DIR_NOT_EMPTY; BACKUP_INVALID (no backup, or one that did not end); LOG_KEY_MISSING
// (neither where the configuration has it nor in the backup); KEY_COPY_MISSING, KEY_COPY_LAPSED.
absl::StatusOr<RestoreReport> Restore(const Config& config, const RestoreRequest& request);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_BACKUP_H_
