// Leads held items into the outbox, and follows what the broker makes of them: each once, whatever
// crashes in between. Knows the outbox by two functions only, so that it is tested without one. One
// thread at a time.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_OUTBOX_FEEDER_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_OUTBOX_FEEDER_H_

#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/runtime/journal_items.h"
#include "base/clock.h"

namespace amana::runtime {

enum class EntryFate { kWaiting, kAccepted, kRefused };
struct EntryNews {
  EntryFate fate = EntryFate::kWaiting;
  absl::Status why = {};  // kRefused
};

class OutboxFeeder {
 public:
  // Puts an item into the outbox, and says as which entry. The same row again is the same entry: a
  // case by row.referral. Final errors make it a dead letter.
  using Put = std::function<absl::StatusOr<int64_t>(const ItemRow& row, const HeldItem& item)>;
  // The entry that was put for a row before a crash, if any.
  using Standing = std::function<absl::StatusOr<std::optional<int64_t>>(const ItemRow& row)>;
  // How an entry stands. With `again` a refused one is first sent once more.
  using Ask = std::function<absl::StatusOr<EntryNews>(int64_t entry, bool again)>;

  OutboxFeeder(ItemJournal& journal, const Clock& clock, Put put, Standing standing, Ask ask,
               StepHook hook, uint64_t seed)
      : journal_(journal),
        clock_(clock),
        put_(std::move(put)),
        standing_(std::move(standing)),
        ask_(std::move(ask)),
        hook_(std::move(hook)),
        random_(seed) {}

  struct Report {
    size_t due = 0;
    size_t put = 0;
    size_t failed = 0;
    size_t dead = 0;
  };
  // Errors: of the journal and of the hook.
  absl::StatusOr<Report> Feed(size_t limit);
  // Looks at the next `limit` entries that wait for the broker, in turn; how many of them are over.
  absl::StatusOr<size_t> Follow(size_t limit);

 private:
  absl::Status Reached(std::string_view step) { return hook_ ? hook_(step) : absl::OkStatus(); }
  absl::Status One(const ItemRow& row, absl::Time now, Report& report,
                   std::vector<ItemJournal::Queued>& queued);
  absl::Status Fail(const ItemRow& row, const absl::Status& why, Report& report);

  ItemJournal& journal_;
  const Clock& clock_;
  const Put put_;
  const Standing standing_;
  const Ask ask_;
  const StepHook hook_;
  std::mt19937_64 random_;
  int64_t followed_ = 0;  // the last row that was looked at
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_OUTBOX_FEEDER_H_
