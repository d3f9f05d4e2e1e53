// What the store knows about its own ability to serve. Thread-safe.
#ifndef AMANA_BROKER_STORE_EMBEDDED_HEALTH_H_
#define AMANA_BROKER_STORE_EMBEDDED_HEALTH_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace amana::store::embedded {

class StoreHealth {
 public:
  // Keeps corruption (kDataLoss) for good and a full or failing disk until Committed(); takes no
  // notice of other errors.
  void Observe(const absl::Status& error);
  // A commit became durable.
  void Committed();
  absl::Status Get() const;
  // A disk that was full or failing has not been written to since.
  bool AwaitsDisk() const;

 private:
  mutable absl::Mutex mu_;
  absl::Status corrupt_ ABSL_GUARDED_BY(mu_);
  absl::Status disk_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_HEALTH_H_
