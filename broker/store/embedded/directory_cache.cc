#include "broker/store/embedded/directory_cache.h"

#include <algorithm>
#include <utility>

namespace amana::store::embedded {

std::optional<DirectoryVersion> DirectoryCache::NotAfter(int64_t change) const {
  absl::MutexLock lock(&mu_);
  for (auto version = versions_.rbegin(); version != versions_.rend(); ++version) {
    if (version->change <= change) return *version;
  }
  return std::nullopt;
}

void DirectoryCache::Keep(DirectoryVersion version) {
  absl::MutexLock lock(&mu_);
  const auto at = std::lower_bound(
      versions_.begin(), versions_.end(), version.change,
      [](const DirectoryVersion& kept, int64_t change) { return kept.change < change; });
  if (at != versions_.end() && at->change == version.change) return;
  versions_.insert(at, std::move(version));
  if (versions_.size() > kKept) versions_.pop_front();
}

}  // namespace amana::store::embedded
