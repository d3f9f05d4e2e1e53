// What this agency is told: every event about its referrals, and those at its units, durably and
// each once. Nothing is believed that does not verify: the event's leaf is rebuilt and proven under
// a checkpoint that extends the last one held, the party's counter in the events goes up by one (a
// gap tells of an event that was kept back), and a statement of the other side is the one that the
// event names, signed by a certificate of a pinned authority. Thread-safe, but for Follow, which is
// one thread's at a time.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_NOTICES_H_
#define AMANA_AGENCY_ADAPTERS_SDK_NOTICES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/mailbox.h"

namespace amana::sdk {

struct NoticeItem {
  uint64_t index = 0;  // in the log; its key
  EventView event;
  // Its statement has words beside it, for this agency to read.
  bool has_words = false;
};

struct NoticeReport {
  size_t taken = 0;  // new notices
  bool caught_up = false;
};

class NoticeBox {
 public:
  NoticeBox(const Identity& identity, Client& client, Mailbox& mailbox)
      : identity_(identity), client_(client), mailbox_(mailbox), watch_(identity.log(), mailbox) {}

  // Takes what there is: until the end of the log as it was is reached, at most for `timeout`.
  // Errors of the call; NOTICE_INVALID and NOTICE_GAP, LOG_FORKED, PROOF_INVALID: nothing of that
  // message was taken, and the next attempt meets it again.
  absl::StatusOr<NoticeReport> CatchUp(absl::Duration timeout);
  // Takes notices as they come, reconnecting with backoff, and tells `on_notices` after some were
  // taken, and now and then. Until `stop`; returns the first error that no reconnecting cures.
  absl::Status Follow(const std::function<bool()>& stop,
                      const std::function<void(const NoticeReport&)>& on_notices);

  // Newest first, at most `limit`; of one referral, where one is given.
  absl::StatusOr<std::vector<NoticeItem>> List(const std::optional<ReferralId>& referral,
                                               size_t limit);
  // Those above this index, oldest first: for whoever carries them on.
  absl::StatusOr<std::vector<NoticeItem>> After(int64_t index, size_t limit);
  // Those of a kind from this index on, oldest first: for whoever answers them.
  absl::StatusOr<std::vector<NoticeItem>> From(uint64_t first, v1::EventKind kind, size_t limit);
  // At which indices notices were begun to be read again because the log went on as another
  // (log_succession.h), ascending; and what had been taken of the log that ended there from that
  // index on, oldest first: the same may come again under other indices.
  absl::StatusOr<std::vector<uint64_t>> ReadAgainFrom();
  absl::StatusOr<std::vector<NoticeItem>> Ended(uint64_t from);
  // The words of a notice, asked for now: that they were read is logged. ENTRY_UNKNOWN where there
  // are none; errors of the call (NOT_FOUND: erased) and of OpenNoticeWords.
  absl::StatusOr<std::string> Words(uint64_t index);

 private:
  struct Place {
    uint64_t next = 0;
    uint64_t size = 0;  // of the checkpoint held; 0: none
    Digest root;
    std::string note;
  };
  absl::StatusOr<Place> Load();
  // Verifies one message against `place` and keeps it; `place` moves on.
  absl::StatusOr<size_t> Take(const v1::FollowEventsResponse& message, Place& place);
  absl::StatusOr<NoticeReport> Serve(Place& place, absl::Duration timeout,
                                     const std::function<bool()>& done,
                                     const std::function<void(const NoticeReport&)>& on_notices);

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
  LogWatch watch_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_NOTICES_H_
