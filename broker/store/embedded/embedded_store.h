// The store on one machine: SQLite in WAL mode in a directory of its own, one thread that writes
// (writer.h), short-lived snapshots for reading. store.h says what it promises.
#ifndef AMANA_BROKER_STORE_EMBEDDED_EMBEDDED_STORE_H_
#define AMANA_BROKER_STORE_EMBEDDED_EMBEDDED_STORE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "broker/store/embedded/key_copies.h"
#include "broker/store/store.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/note_verifier.h"

namespace amana::store {

struct EmbeddedOptions {
  std::string directory;  // made when absent (0700); its files are 0600
  const Clock* clock;     // must outlive the store
  crypto::Ed25519PrivateKey log_key;
  std::string origin;              // of the log: the name its checkpoints are signed under
  std::string opened_detail = {};  // of the LOG_OPENED event, should the log be new
  bool may_begin = true;           // false: a database without a log is refused

  // A batch closes at these at the latest.
  size_t batch_works = 256;
  size_t batch_bytes = 4 << 20;
  int checkpoint_pages = 2000;  // of 4 KiB in the WAL, before they are copied to the database file
  int cache_kib = 64 * 1024;    // of the writer
  size_t idle_readers = 8;      // connections kept for the next snapshots
  // Of <directory>/keys.amana, without which no referral in the database can be read.
  KeyCopyPolicy key_copies = {};
  // What an hour of the windows for offers lasts: less in a drill only.
  absl::Duration hour = absl::Hours(1);
  std::function<void(const absl::Status&)> on_key_copies = nullptr;  // when it changes; any thread
  size_t key_block = 4096;                                           // keys made at a time
  FileSystem* files = &RealFileSystem();                             // of the key file
  bool rehearse_works = false;  // tests: every batch is rolled back and run again once
  std::string sqlite_vfs = {};  // tests: see base/sqlite_fault.h
};

// Opens or creates. A new log begins with a LOG_OPENED event; an old one is verified against its
// signed checkpoint first, and not opened when it does not fit (LOG_INCONSISTENT). Other errors:
// LOG_MISSING (see may_begin), ALREADY_RUNNING, FILE_PERMISSION, DISK_FULL, IO_ERROR,
// STORE_CORRUPT, SCHEMA_TOO_NEW, VERIFIER_KEY_INVALID (origin), KEY_FILE_MISSING,
// KEY_FILE_TRUNCATED, KEY_FILE_FOREIGN, KEY_FILE_DAMAGED, KEY_FILE_PERMISSIONS.
//
// A snapshot keeps the WAL from starting over: take one for a request, not for a session.
absl::StatusOr<std::unique_ptr<Store>> OpenEmbeddedStore(const EmbeddedOptions& options);

// Goes on with the log that is there as another: in one transaction a LOG_OPENED event whose detail
// is options.opened_detail and whose statement digest is `statement` is appended, and the tree is
// signed under options.origin with options.log_key. What the store holds stays as it is.
// LOG_INCONSISTENT unless the log there is whole and signed by `before`; LOG_MISSING; errors of
// opening the database.
absl::Status ContinueLog(const EmbeddedOptions& options, const transparency::NoteVerifier& before,
                         const Digest& statement);

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_EMBEDDED_STORE_H_
