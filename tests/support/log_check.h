// Whether a broker's log is what it ever said: mirrors it through the public calls and holds it
// against every receipt that any client got. For one thread.
#ifndef AMANA_TESTS_SUPPORT_LOG_CHECK_H_
#define AMANA_TESTS_SUPPORT_LOG_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/verifier.h"
#include "amana/v1/event.pb.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

class LogCheck {
 public:
  // `party` reads the events it is a party to, `auditor` all of them; both must outlive it. The
  // mirror is kept in `folder`.
  LogCheck(Endpoint& party, Endpoint& auditor, std::string folder)
      : party_(party), auditor_(auditor), folder_(std::move(folder)) {}

  // Called with each of the party's events once, in log order, after it was found in the log.
  std::function<void(uint64_t index, const sdk::EventView&)> on_event;

  // A client's receipt: its checkpoint must be of this log from now on, for ever. Returns the
  // receipt verified. Errors of VerifyReceipt.
  absl::StatusOr<sdk::VerifiedReceipt> Hold(const v1::Receipt& receipt);

  // Mirrors the log up to its newest checkpoint and recomputes it whole; verifies it from every
  // checkpoint held, with consistency proofs for the oldest and newest of them; and compares every
  // event that was added since the last time with its entry. Errors: DownloadLog's, VerifyLog's,
  // FetchCheckpoint's; LOG_TAMPERED.
  absl::Status Verify();

  // What the party's events tell happened more than once and may happen once only.
  const std::vector<std::string>& doubled() const { return doubled_; }
  // How often `kind` was logged for this; only what Verify has read.
  size_t Count(v1::EventKind kind, const sdk::DeliveryKey& key) const;
  // Deliveries, as keys of their events (stage as logged), of one kind.
  std::vector<sdk::DeliveryKey> Keys(v1::EventKind kind) const;
  uint64_t size() const { return size_; }
  size_t checkpoints() const { return checkpoints_.size(); }

 private:
  absl::Status CheckConsistencyProofs();
  absl::Status ReadAuditorEvents(uint64_t until);
  absl::Status ReadPartyEvents(uint64_t until);
  absl::Status CompareWithEntry(uint64_t index, const sdk::EventView& view);
  void Tally(const sdk::EventView& view);

  using EventKey = std::tuple<v1::EventKind, sdk::DeliveryKey, Digest>;

  Endpoint& party_;
  Endpoint& auditor_;
  const std::string folder_;
  std::map<uint64_t, std::string> checkpoints_;  // notes by size
  std::vector<std::string> forks_;               // another note of a size above
  uint64_t size_ = 0;                            // of the log as last verified
  std::map<EventKey, size_t> tally_;
  std::map<std::pair<v1::EventKind, sdk::DeliveryKey>, size_t> by_key_;
  std::vector<std::string> doubled_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_LOG_CHECK_H_
