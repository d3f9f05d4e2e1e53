// Views of the directory that were committed, shared by all sessions of the process: a change makes
// everybody read what changed, and nobody all of it. Thread-safe.
#ifndef AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_CACHE_H_
#define AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_CACHE_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "broker/routing/directory.h"

namespace amana::store::embedded {

// The directory after so many changes.
struct DirectoryVersion {
  int64_t change = 0;
  routing::DirectoryPtr directory;
};

class DirectoryCache {
 public:
  explicit DirectoryCache(absl::Duration hour = absl::Hours(1)) : hour_(hour) {}

  // What an hour of every window lasts.
  absl::Duration hour() const { return hour_; }
  // The newest that is kept and is not newer than `change`.
  std::optional<DirectoryVersion> NotAfter(int64_t change) const;
  // One that was committed. A few are kept: a snapshot may be older than what others have read.
  void Keep(DirectoryVersion version);

 private:
  static constexpr size_t kKept = 8;

  const absl::Duration hour_;
  mutable absl::Mutex mu_;
  std::deque<DirectoryVersion> versions_ ABSL_GUARDED_BY(mu_);  // ascending
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_DIRECTORY_CACHE_H_
