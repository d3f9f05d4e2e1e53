// Takes what the native side has ready into the journal, judged at once, and tells the native side
// what became of each item: after a crash again, and never before it is durable here. Pass and
// TellOwed are for one thread at a time; Take is thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_READER_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_READER_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/journal_items.h"
#include "base/clock.h"

namespace amana::runtime {

struct ReaderOptions {
  size_t most_waiting = 10'000;  // INTENDED items; beyond it nothing is taken
  std::string agency = {};       // for the referral's name in a settlement
  StepHook hook = {};
  // Of an accepted handover's step; none: there are no handovers.
  std::function<absl::StatusOr<std::string>(const ItemRow&)> escort_code = {};
  std::function<void()> taken = {};  // an item came by Take: whoever waits may look
};

class NativeReader final : public Intake {
 public:
  // Pure and thread-safe: maps it, and says how urgent it is or why it is refused.
  using Judge = std::function<ItemJournal::Verdict(const HeldItem& item)>;

  NativeReader(ItemJournal& journal, const Clock& clock, Judge judge, ReaderOptions options)
      : journal_(journal), clock_(clock), judge_(std::move(judge)), options_(std::move(options)) {}

  // Intake. BACKLOG_FULL; errors of ItemJournal::Take. An item that was judged and refused is OK:
  // it is held as a dead letter, and Settle says so.
  absl::Status Take(const NativeItem& item) override;
  // The same for what came by the local API; the row as it stands.
  absl::StatusOr<ItemRow> TakeHeld(const HeldItem& item);

  struct Report {
    size_t shown = 0;    // by Poll
    size_t refused = 0;  // of them, those that could not even be held
    bool full = false;   // too much waits here: nothing was asked for
  };
  // Errors: of Poll, of the journal and of the hook.
  absl::StatusOr<Report> Pass(Adapter& adapter, size_t limit);
  // How many were told. A transient error of Settle ends it; a final one counts as told.
  absl::StatusOr<size_t> TellOwed(Adapter& adapter, size_t limit);

 private:
  absl::Status Reached(std::string_view step) {
    return options_.hook ? options_.hook(step) : absl::OkStatus();
  }
  absl::StatusOr<bool> Full();

  ItemJournal& journal_;
  const Clock& clock_;
  const Judge judge_;
  const ReaderOptions options_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_READER_H_
