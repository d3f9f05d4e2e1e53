// The keys that referrals are encrypted under at rest, each in a slot of a small file beside the
// database. To erase a key is to erase every copy of what it encrypts, backups of the database
// included; copies of the key file itself are short-lived (key_copies.h).
//
// The file: a header and slots, 64 bytes each, numbers big-endian.
//   header  "amana body keys\n" (16), version 1 (4), 0 (12), id of the file (16), check (16)
//   slot n  at 64 * (n + 1): state (1: a key, 2: erased), 0 (7), key (32, zeros when erased),
//           check (16), 0 (8)
// A check is the first 16 bytes of SHA-256 over "amana body keys\n", the file's id, n (8; all ones
// for the header) and what stands before it. A slot lies within one sector, so that a write of it
// happens wholly or not at all.
//
// Keys are made and fsynced in blocks, ahead of use, by a thread of its own. A slot is given out
// once in the life of a process; one whose transaction was not committed is lost, or after a
// restart given again, which harms nothing: nonces are random. What is overwritten in place is gone
// where the file system and the disk write in place (ext4, XFS on a plain disk); elsewhere encrypt
// the disk.
#ifndef AMANA_BROKER_STORE_EMBEDDED_BODY_KEYS_H_
#define AMANA_BROKER_STORE_EMBEDDED_BODY_KEYS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "broker/store/embedded/key_copies.h"
#include "proto/crypto/secret.h"

namespace amana::store::embedded {

struct BodyKeysOptions {
  FileSystem* files;   // must outlive the keys
  const Clock* clock;  // of the copies; must outlive the keys
  std::string path;
  size_t block = 4096;  // keys made at a time
  KeyCopyPolicy copies;
  // What became of the copies, when it changes; on the keys' own thread.
  std::function<void(const absl::Status&)> on_copies = nullptr;
};

// Which slots the database has named: every one that it is sure of is below `below`. Where it is
// not sure of all, nothing that is in the file is given out.
struct UsedSlots {
  uint64_t below = 0;
  bool all = true;
};

struct BodyKey {
  uint64_t slot = 0;
  crypto::Secret key;
};

// Thread-safe.
class BodyKeys {
 public:
  // `id`: of the file that the database was written with; empty when it has none, and then a file
  // is made if there is none. Errors: KEY_FILE_MISSING, KEY_FILE_FOREIGN, KEY_FILE_TRUNCATED,
  // KEY_FILE_DAMAGED, KEY_FILE_PERMISSIONS, and those of files.
  static absl::StatusOr<std::unique_ptr<BodyKeys>> Open(const BodyKeysOptions& options,
                                                        const std::string& id, UsedSlots used);
  // To look only: Find. Nothing is written, no thread is started. KEY_FILE_MISSING;
  // KEY_FILE_TRUNCATED also where the database names none; the other errors of Open.
  static absl::StatusOr<std::unique_ptr<BodyKeys>> OpenToRead(const BodyKeysOptions& options,
                                                              const std::string& id);
  ~BodyKeys();

  // Ends its thread; what is in the file can still be found. Idempotent.
  void Close();

  const std::string& id() const { return id_; }  // 16 bytes

  // A key nobody had before; durable. No I/O unless keys are used up faster than they are made.
  // Errors: those of files (DISK_FULL), and the next call tries again.
  absl::StatusOr<BodyKey> Take();
  // kDataLoss KEY_GONE: the key was erased or is not in this file. STORE_CORRUPT: its slot is not
  // as it was written.
  absl::StatusOr<crypto::Secret> Find(uint64_t slot) const;
  // When it has answered OK the keys are gone from the disk. Idempotent. After an error any of them
  // may be.
  absl::Status Erase(const std::vector<uint64_t>& slots);

 private:
  BodyKeys(const BodyKeysOptions& options, std::unique_ptr<InPlaceFile> file)
      : options_(options), file_(std::move(file)), copies_(*options.files, options.copies) {}
  absl::Status ReadHeader(const std::string& id, uint64_t size);
  absl::Status WriteHeader();
  absl::Status Refill();
  absl::Status ReadBlock(std::deque<BodyKey>& keys);
  absl::Status MakeBlock(std::deque<BodyKey>& keys);
  void KeepCopies();
  void Run();

  const BodyKeysOptions options_;
  const std::unique_ptr<InPlaceFile> file_;
  std::string id_;  // constant after Open

  // Of the thread (of Open, before there is one).
  KeyCopies copies_;
  absl::Status copies_status_;
  uint64_t next_ = 0;   // slots from here on were not looked at yet
  uint64_t count_ = 0;  // slots in the file

  absl::Mutex mu_;
  std::deque<BodyKey> ready_ ABSL_GUARDED_BY(mu_);
  bool wanted_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t refills_ ABSL_GUARDED_BY(mu_) = 0;  // tried
  absl::Status refilled_ ABSL_GUARDED_BY(mu_);

  std::thread thread_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_BODY_KEYS_H_
