// The receiving side of an agency: takes deliveries off the broker's stream, believes nothing it
// has not verified, keeps each once, and acknowledges with signed evidence. A crash between keeping
// and acknowledging is safe: the delivery comes again, is not kept twice, and is acknowledged with
// the very same bytes. Recalls are obeyed at once, but for what Inbox::SetKeepBasis names, and
// answered. The objects given must outlive it; Run and RunOnce are for one thread at a time.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_RECEIVER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_RECEIVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/courier.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/delivery_service.pb.h"
#include "base/clock.h"

namespace amana::sdk {

struct ReceiverOptions {
  uint32_t credit = 32;  // deliveries under way at most; 1 to 256
  absl::Duration first_backoff = absl::Seconds(1);
  absl::Duration max_backoff = absl::Minutes(1);  // doubles up to it, with jitter
  // How often an idle Run looks whether to stop, and whether anything waits in the outbox.
  absl::Duration idle = absl::Seconds(1);
  // Whoever gives what came to another system confirms a recall when it is obeyed there as well:
  // until then its answer is held (Inbox::HeldRecalls, Outbox::Release).
  bool hold_recalls = false;
  // Called after an item is kept and its acknowledgement tried; and after a recall.
  std::function<void(const InboxItem&)> on_item;
};

struct ReceiveReport {
  size_t received = 0;    // new items
  size_t duplicates = 0;  // kept before
  size_t recalls = 0;
  size_t failed = 0;  // reported to the broker as failures
  size_t acknowledged = 0;
};

class Receiver {
 public:
  Receiver(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock,
           ReceiverOptions options = {});

  // Until `stop` returns true: receives, reconnecting with backoff, and sends what waits in the
  // outbox. Returns the first error that no reconnecting cures: the identity has no unit, signing
  // or sealing key, the mailbox is broken. A forked log is logged as an error and kept as evidence
  // (LogWatch), but stops nothing: people are waiting for what is delivered.
  absl::Status Run(const std::function<bool()>& stop);
  // Takes what is there: until nothing came for `quiet`, or `enough` was received or recalled, at
  // most for `timeout`. Errors of the call too.
  absl::StatusOr<ReceiveReport> RunOnce(absl::Duration timeout,
                                        absl::Duration quiet = absl::Seconds(2),
                                        size_t enough = SIZE_MAX);

  Courier& courier() { return courier_; }

 private:
  struct Session;
  // One stream, until it ends, `stop`, or nothing came for session.quiet.
  absl::Status Serve(Session& session, const std::function<bool()>& stop);
  absl::Status Handle(Session& session, const v1::ReceiveResponse& message);
  absl::Status HandleDelivery(Session& session, const v1::Delivery& delivery);
  absl::Status HandleRecall(Session& session, const v1::Recall& recall);
  absl::Status ReportFailure(Session& session, const v1::Delivery& delivery,
                             const absl::Status& why);
  absl::Status Answer(Session& session, int64_t entry, bool again);
  // Errors: only what no reconnecting cures.
  absl::Status FlushOutbox();
  void Pause(absl::Duration backoff, const std::function<bool()>& stop) const;

  const Identity& identity_;
  Client& client_;
  const Clock& clock_;
  const ReceiverOptions options_;
  Outbox outbox_;
  Inbox inbox_;
  Courier courier_;
  // By no clock that can be set.
  std::optional<std::chrono::steady_clock::time_point> flushed_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_RECEIVER_H_
