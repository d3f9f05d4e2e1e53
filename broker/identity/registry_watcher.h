// Keeps the registry and the revocation list current: looks at their files every two seconds and
// publishes a new Trust when what they say has changed.
//
// When a new version is broken:
//  - the registry: the old one stays in force, the error is counted and reported;
//  - the revocation list (unreadable, malformed, missing, or shorter by an entry: revocation is for
//    ever): the old one stays in force, for it revokes what is known to be revoked, and Healthy()
//    is false until a good list has been read. The owner must stop serving then: fail closed.
#ifndef AMANA_BROKER_IDENTITY_REGISTRY_WATCHER_H_
#define AMANA_BROKER_IDENTITY_REGISTRY_WATCHER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "broker/identity/file_stamp.h"
#include "broker/identity/trust.h"

namespace amana::identity {

// Thread-safe.
class RegistryWatcher {
 public:
  struct Listeners {
    // After a new Trust is current. Not called for the first.
    std::function<void(const TrustPtr&)> on_change = [](const TrustPtr&) {};
    // When the registry or the revocation list is found broken: which of the two files, and why;
    // once for each different message.
    std::function<void(const std::string& file, const absl::Status&)> on_error =
        [](const std::string&, const absl::Status&) {};
  };

  // Reads everything once. `files` must outlive the watcher. Errors: those of Registry::Load,
  // FileSystem::Read and RevocationList::Parse. The listeners must not call Poll or Stop.
  static absl::StatusOr<std::unique_ptr<RegistryWatcher>> Open(FileSystem& files,
                                                               std::string registry_path,
                                                               Listeners listeners);
  ~RegistryWatcher();  // Stop()

  TrustPtr Current() const;
  bool Healthy() const { return healthy_.load(std::memory_order_acquire); }
  uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }  // failed readings

  // Looks once, on the caller's thread, which also runs the listeners. True: a new Trust is
  // current.
  bool Poll();
  // Starts a thread that polls. At most once.
  void Start(absl::Duration interval = absl::Seconds(2));
  void Stop();  // waits for the thread; idempotent

 private:
  // Looks at some files for signs that their contents may have changed.
  struct Watch {
    std::vector<FileStamp> stamps;
    // False: the files are read at the next poll, whatever the stamps say. True after a reading
    // that came a poll after the last change of the stamps: nothing was written meanwhile.
    bool settled = false;
    std::string last_error;
  };

  RegistryWatcher(FileSystem& files, std::string registry_path, Listeners listeners);
  static bool NeedsReading(Watch& watch, const std::vector<std::string>& paths);
  absl::StatusOr<std::shared_ptr<const RevocationList>> ReadRevocations(const std::string& path);
  std::shared_ptr<const Registry> NewerRegistry(const std::shared_ptr<const Registry>& current)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(poll_mu_);
  std::shared_ptr<const RevocationList> NewerRevocations(
      const std::string& path, const std::shared_ptr<const RevocationList>& current)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(poll_mu_);
  void Failed(Watch& watch, const std::string& file, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(poll_mu_);
  bool StopWithin(absl::Duration time);  // true: Stop() was called

  FileSystem& files_;
  const std::string registry_path_;
  const Listeners listeners_;

  std::atomic<bool> healthy_{true};
  std::atomic<uint64_t> errors_{0};

  absl::Mutex poll_mu_;  // one poll at a time; taken before mu_
  Watch registry_watch_ ABSL_GUARDED_BY(poll_mu_);
  Watch revocations_watch_ ABSL_GUARDED_BY(poll_mu_);

  mutable absl::Mutex mu_;
  TrustPtr current_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REGISTRY_WATCHER_H_
