// A shelter of a live world, over the public client library: its system receives and acknowledges,
// its caseworker reads, decides, asks, serves and keeps silent as live_plan.h has it. All it knows
// is in its mailbox: opened again after a kill, it goes on. For one thread, but for its own.
#ifndef AMANA_TESTS_SIM_LIVE_PROVIDER_H_
#define AMANA_TESTS_SIM_LIVE_PROVIDER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/service_answers.h"
#include "tests/sim/live_escort.h"
#include "tests/sim/live_folder.h"
#include "tests/sim/live_plan.h"
#include "tests/sim/offering.h"
#include "tests/support/endpoint.h"

namespace amana::sim {

class LiveProvider {
 public:
  static absl::StatusOr<std::unique_ptr<LiveProvider>> Open(const LiveFolder& folder,
                                                            const std::string& agency,
                                                            const Offering& offering,
                                                            uint64_t seed);
  ~LiveProvider();

  // Does what is due now. Errors: what nobody would expect.
  absl::Status Act();
  // Begins to receive nothing more.
  void Stop() { stop_ = true; }
  // When it receives nothing more, sends what is signed; kDeadlineExceeded when something is left.
  absl::Status Finish(absl::Time deadline);

  sdk::Mailbox& mailbox() { return endpoint_->mailbox(); }

 private:
  LiveProvider(std::unique_ptr<tests::Endpoint> endpoint, Phone phone, std::string agency,
               const Offering& offering, uint64_t seed);

  void Receive(uint64_t seed);
  absl::Status ActOn(const sdk::InboxItem& item);
  // Whether care begins now, where the person is brought, or was to be.
  bool MayBegin(const sdk::InboxItem& item, absl::Time accepted) const;
  absl::Status Decide(const sdk::InboxItem& item, const OfferPlan& plan);
  // Sends it, or leaves it for when there is a link. What was taken back meanwhile is not said.
  absl::Status Say(const absl::StatusOr<int64_t>& entry);
  absl::Status ReportRoom();
  bool IsFull(const sdk::InboxItem& offer);

  const std::unique_ptr<tests::Endpoint> endpoint_;
  const std::string agency_;
  const Offering offering_;
  const uint64_t seed_;
  const bool poor_link_;
  sdk::Inbox inbox_;
  sdk::Courier courier_;
  sdk::ServiceAnswers answers_;
  Phone phone_;
  LiveEscort escort_;
  std::map<StatementKey, absl::Time> phoned_;
  size_t taken_ = 0;  // places, as last counted
  absl::Time next_report_ = absl::InfinitePast();

  std::atomic<bool> stop_{false};
  absl::Mutex mu_;
  absl::Status broken_ ABSL_GUARDED_BY(mu_);  // the link's
  std::thread link_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_PROVIDER_H_
