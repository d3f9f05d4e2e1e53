// Writes what the journal intends to the native side: each row once, whatever crashes in between
// (adapter.h says how). Stops for a while when the native side does not answer. One thread at a
// time.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_WRITER_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_WRITER_H_

#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "base/clock.h"

namespace amana::runtime {

class NativeWriter {
 public:
  // What is to be written for a row; none: nothing any more (it was recalled before it was
  // written). A final error makes it a dead letter, a transient one is tried again. Asked for
  // several rows ahead, and again for one whose turn comes more than a second later.
  using Compose =
      std::function<absl::StatusOr<std::optional<NativeDelivery>>(const DeliveryRow& row)>;

  // All outlive it. `hook` may be empty.
  NativeWriter(Adapter& adapter, DeliveryJournal& journal, const Clock& clock, Compose compose,
               StepHook hook, uint64_t seed)
      : adapter_(adapter),
        journal_(journal),
        clock_(clock),
        compose_(std::move(compose)),
        hook_(std::move(hook)),
        random_(seed) {}

  struct Report {
    size_t due = 0;
    size_t written = 0;
    size_t skipped = 0;  // needed no writing any more
    size_t failed = 0;   // will be tried again
    size_t dead = 0;
  };
  // At most `limit` rows that are due. Errors: of the journal, and of the hook.
  absl::StatusOr<Report> Pass(size_t limit);

 private:
  struct Batch;
  absl::Status Reached(std::string_view step) { return hook_ ? hook_(step) : absl::OkStatus(); }
  struct Next;
  void Announce(absl::Span<const DeliveryRow> rows, std::vector<Next>& next);
  absl::Status One(const DeliveryRow& row, Next& next, Batch& batch);
  absl::Status Give(const DeliveryRow& row, Next& next, Batch& batch);
  absl::Status Fail(const DeliveryRow& row, const absl::Status& why, Batch& batch);

  Adapter& adapter_;
  DeliveryJournal& journal_;
  const Clock& clock_;
  const Compose compose_;
  const StepHook hook_;
  std::mt19937_64 random_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_NATIVE_WRITER_H_
