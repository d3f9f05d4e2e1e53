// The coordinator of a live world, over the public client library: looks into the queue, takes what
// is there, phones who owes, names others, and gives up what cannot be served. For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_COORDINATOR_H_
#define AMANA_TESTS_SIM_LIVE_COORDINATOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/coordination.h"
#include "amana/v1/coordination_service.pb.h"
#include "tests/sim/chance.h"
#include "tests/sim/live_folder.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

// Everything in the coordinators' queue, as the broker tells it.
absl::StatusOr<std::vector<v1::QueueItem>> WholeQueue(sdk::Client& client);

class LiveCoordinator {
 public:
  static absl::StatusOr<std::unique_ptr<LiveCoordinator>> Open(const LiveFolder& folder,
                                                               uint64_t seed,
                                                               std::vector<std::string> shelters);

  // Everything in the queue that was not looked at lately. Errors: what nobody would expect.
  absl::Status Look();
  size_t named() const { return named_; }
  size_t closed() const { return closed_; }

 private:
  using Edit = std::function<void(v1::CoordinatorAct&)>;

  LiveCoordinator(std::unique_ptr<tests::Endpoint> endpoint, Phone phone, uint64_t seed,
                  std::vector<std::string> shelters);

  absl::Status Act(const v1::QueueItem& item);
  absl::Status PhoneShelter(const v1::QueueItem& item);
  absl::Status PhonePolice(const v1::QueueItem& item);
  absl::Status GiveUp(const v1::QueueItem& item);
  // Who might help that the consent allows; false: nobody, or nobody now.
  absl::StatusOr<bool> NameAnother(const v1::QueueItem& item);
  absl::Status Close(const v1::QueueItem& item, v1::Reason reason);
  // False: it was refused, or is not there yet.
  absl::StatusOr<bool> Do(const v1::QueueItem& item, v1::CoordinatorActKind kind,
                          const Edit& edit = {});

  const std::unique_ptr<tests::Endpoint> endpoint_;
  const Phone phone_;
  const std::vector<std::string> shelters_;
  sdk::Coordination coordination_;
  Chance chance_;
  std::map<uint64_t, absl::Time> looked_;  // by item
  size_t named_ = 0;
  size_t closed_ = 0;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_COORDINATOR_H_
