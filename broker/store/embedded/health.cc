#include "broker/store/embedded/health.h"

#include "base/status.h"

namespace amana::store::embedded {

void StoreHealth::Observe(const absl::Status& error) {
  if (error.ok()) return;
  const std::string reason = ErrorReason(error);
  absl::MutexLock lock(&mu_);
  if (absl::IsDataLoss(error)) {
    if (corrupt_.ok()) corrupt_ = error;
  } else if (reason == "DISK_FULL" || reason == "IO_ERROR") {
    disk_ = error;
  }
}

void StoreHealth::Committed() {
  absl::MutexLock lock(&mu_);
  disk_ = absl::OkStatus();
}

absl::Status StoreHealth::Get() const {
  absl::MutexLock lock(&mu_);
  return corrupt_.ok() ? disk_ : corrupt_;
}

bool StoreHealth::AwaitsDisk() const {
  absl::MutexLock lock(&mu_);
  return !disk_.ok();
}

}  // namespace amana::store::embedded
