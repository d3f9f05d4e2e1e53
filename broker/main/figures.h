// Figures of how referrals fare: for whom nobody was found and why, what escalates, which times
// were missed. Counted from what was committed, so never twice; drills (TEST) are in none.
#ifndef AMANA_BROKER_MAIN_FIGURES_H_
#define AMANA_BROKER_MAIN_FIGURES_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/metrics.h"
#include "broker/store/store.h"

namespace amana::broker {

// Thread-safe.
class Figures {
 public:
  // `metrics` must outlive it.
  explicit Figures(Metrics* metrics) : metrics_(metrics) {}

  // For the store's commit listener: remembers what is to be counted.
  void OnCommit(const store::CommittedBatch& batch);
  // Counts it, but what is of drills, and measures the coordinator's queue. Every second or so.
  // What cannot be read now is left out.
  void Count(const store::Snapshot& snapshot);

 private:
  struct Happening {
    StatementKey referral;
    std::string name;
    std::string label;
    std::string value;
  };
  static constexpr size_t kMostKept = 100'000;

  void Keep(const events::Event& event, const char* name, const char* label, std::string value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Metrics* const metrics_;
  absl::Mutex mu_;
  std::vector<Happening> happenings_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_FIGURES_H_
