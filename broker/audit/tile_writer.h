// The log as plain files (C2SP tlog-tiles), derived from the store after each commit: entry
// bundles, hash tiles, then the checkpoint, each written atomically. The files may lag the store
// and never lead it; a crash at any point leaves the tiles of the old checkpoint readable.
//
// One thread of its own; Poke and Derive are thread-safe.
#ifndef AMANA_BROKER_AUDIT_TILE_WRITER_H_
#define AMANA_BROKER_AUDIT_TILE_WRITER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "broker/store/store.h"
#include "proto/transparency/note_verifier.h"

namespace amana::audit {

class TileWriter {
 public:
  // Called with each change between working and failing.
  using Listener = std::function<void(const absl::Status&)>;

  // `folder` gets "checkpoint" and "tile/…". `log` is our own key: a checkpoint file that it did
  // not sign counts as none, and everything is written anew.
  TileWriter(const store::Store* store, FileSystem* files, std::string folder,
             transparency::NoteVerifier log, Listener listener);
  ~TileWriter();  // Stop()

  // Brings the files to the store's newest checkpoint, on the caller's thread.
  absl::Status Derive();

  // Starts the thread, which derives at most once in `pause` and again after an error. Once.
  void Start(absl::Duration pause = absl::Milliseconds(200));
  // There is something new.
  void Poke();
  void Stop();

 private:
  absl::Status WriteUpTo(const store::Snapshot& snapshot, const store::LogHead& head)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(derive_mu_);
  absl::Status WriteResource(const store::Snapshot& snapshot, const std::string& path);
  void RemoveNarrower(const std::string& path, bool full, int width);
  uint64_t SizeOnDisk();
  void Run(absl::Duration pause);

  const store::Store* const store_;
  FileSystem* const files_;
  const std::string folder_;
  const transparency::NoteVerifier log_;
  const Listener listener_;

  absl::Mutex derive_mu_;  // taken before mu_
  uint64_t written_ ABSL_GUARDED_BY(derive_mu_) = 0;
  bool known_ ABSL_GUARDED_BY(derive_mu_) = false;  // written_ was read from disk

  absl::Mutex mu_;
  bool poked_ ABSL_GUARDED_BY(mu_) = true;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_TILE_WRITER_H_
