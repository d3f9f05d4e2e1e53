// The half of the journal that leads from the inbox to the native side.
//
//   INTENDED  it will be written natively; once `attempts` is above 0 it may have been: Find first
//   WRITTEN   the native side has it, under `native_id`
//   SETTLED   and nothing more is to be done about it; or it needs no writing any more
//   DEAD      it cannot be written, and why. No content is here: a redrive opens the inbox anew
//
// Thread-safe. Errors: those of Journal.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_DELIVERIES_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_DELIVERIES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/journal.h"
#include "amana/v1/codes.pb.h"

namespace amana::runtime {

struct DeliveryRow {
  int64_t id = 0;
  std::string key = {};
  DeliveryKind kind = DeliveryKind::kCase;
  int64_t source = 0;  // the inbox item; of a notice its index in the log
  std::string thread;  // rows of one thread are written one after the other
  RowState state = RowState::kIntended;
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
  std::string native_id;
  uint32_t attempts = 0;
  absl::Time made;
  absl::Time deadline;
  std::string reason;
  std::string field;
};

struct NewDelivery {
  std::string key = {};
  DeliveryKind kind = DeliveryKind::kCase;
  int64_t source = 0;
  std::string thread = {};
  v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
};

class DeliveryJournal {
 public:
  DeliveryJournal(Journal& journal, RetryPolicy policy) : journal_(journal), policy_(policy) {}

  // Rows that were not there before, and how far `cursor` was read to find them: one transaction.
  absl::Status Intend(absl::Span<const NewDelivery> made, std::string_view cursor, int64_t position,
                      absl::Time now);

  absl::StatusOr<std::optional<DeliveryRow>> Find(std::string_view key);
  absl::StatusOr<DeliveryRow> Get(int64_t id);  // LETTER_UNKNOWN
  // INTENDED rows to be written now: most urgent first, then oldest, of each thread the oldest; no
  // notice before the cases of its referral that came before it: it names their native id.
  absl::StatusOr<std::vector<DeliveryRow>> Due(absl::Time now, size_t limit);
  // Counts an attempt of each: from here on they may be written.
  absl::Status Begin(absl::Span<const DeliveryRow> rows);
  struct Result {
    int64_t id = 0;
    std::string native_id;
  };
  absl::Status Written(absl::Span<const Result> results);
  absl::Status Settled(absl::Span<const int64_t> ids);
  // Settled without the attempt that Begin counted.
  absl::Status Skipped(absl::Span<const int64_t> ids, std::string_view reason);
  absl::Status Failed(int64_t id, const absl::Status& why, absl::Time now, double jitter);
  absl::Status Dead(int64_t id, const absl::Status& why);
  absl::StatusOr<std::vector<DeliveryRow>> List(RowState state, size_t limit);  // oldest first

  absl::StatusOr<int64_t> Count(RowState state);
  absl::StatusOr<bool> HasDead(DeliveryKind kind);
  absl::StatusOr<std::optional<absl::Time>> OldestIntended();

 private:
  absl::StatusOr<std::vector<DeliveryRow>> Select(const char* where, int64_t a, int64_t b);

  Journal& journal_;
  const RetryPolicy policy_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_JOURNAL_DELIVERIES_H_
