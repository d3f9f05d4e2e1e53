// What the week came to, counted from the notices that the sender got. For one thread.
#ifndef AMANA_TESTS_SIM_TALLY_H_
#define AMANA_TESTS_SIM_TALLY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agency-adapters/sdk/event_view.h"

namespace amana::sim {

class Tally {
 public:
  void Count(const sdk::EventView& view);

  // From the receipt of a referral to its first acceptance, ascending, by urgency.
  std::map<v1::Urgency, std::vector<absl::Duration>> TimesToAcceptance() const;
  // How often something happened: by kind of event, what was missing, why consent stood against it,
  // why recipients declined, and why items were in the queue.
  const std::map<std::string, uint64_t>& kinds() const { return kinds_; }
  const std::map<std::string, uint64_t>& missing() const { return missing_; }
  const std::map<std::string, uint64_t>& blocked() const { return blocked_; }
  const std::map<std::string, uint64_t>& declines() const { return declines_; }
  const std::map<std::string, uint64_t>& queued() const { return queued_; }

 private:
  struct Way {
    v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
    absl::Time sent;
    absl::Time accepted = absl::InfiniteFuture();
  };
  std::map<StatementKey, Way> ways_;
  std::map<std::string, uint64_t> kinds_;
  std::map<std::string, uint64_t> missing_;
  std::map<std::string, uint64_t> blocked_;
  std::map<std::string, uint64_t> declines_;
  std::map<std::string, uint64_t> queued_;
};

// The part of ascending times that is at most 1, also in hours; 0 of none.
absl::Duration TimeAt(const std::vector<absl::Duration>& times, double part);
double HoursAt(const std::vector<absl::Duration>& times, double part);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_TALLY_H_
