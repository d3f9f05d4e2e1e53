#include "agency-adapters/runtime/native_writer.h"

#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "base/log.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

// So many that fail one after the other, and the native side is taken to be down.
constexpr size_t kPatience = 3;

// So many are composed and announced at a time: what they hold is in memory meanwhile.
constexpr size_t kAhead = 32;

// What was composed longer ago may have been recalled since.
constexpr absl::Duration kFresh = absl::Seconds(1);

}  // namespace

struct NativeWriter::Batch {
  absl::Time begun;  // deadlines are as of here: should the clock be set, the next turn knows
  Report report = {};
  std::vector<DeliveryJournal::Result> written = {};
  std::vector<int64_t> skipped = {};
  size_t failed_in_a_row = 0;
};

// What was composed for a row ahead of its turn; none where it is to be looked for first.
struct NativeWriter::Next {
  std::optional<absl::StatusOr<std::optional<NativeDelivery>>> composed;
  absl::Time at;
};

void NativeWriter::Announce(absl::Span<const DeliveryRow> rows, std::vector<Next>& next) {
  std::vector<NativeDelivery> deliveries;
  const absl::Time now = clock_.Now();
  for (const DeliveryRow& row : rows) {
    Next& one = next.emplace_back();
    if (row.attempts > 0 || now > row.deadline) continue;
    one = {compose_(row), now};
    if (one.composed->ok() && (*one.composed)->has_value()) deliveries.push_back(***one.composed);
  }
  if (!deliveries.empty()) adapter_.Announce(deliveries);
}

absl::StatusOr<NativeWriter::Report> NativeWriter::Pass(size_t limit) {
  Batch batch{.begun = clock_.Now()};
  AMANA_ASSIGN_OR_RETURN(const std::vector<DeliveryRow> rows, journal_.Due(batch.begun, limit));
  batch.report.due = rows.size();
  if (rows.empty()) return batch.report;
  AMANA_RETURN_IF_ERROR(journal_.Begin(rows));
  AMANA_RETURN_IF_ERROR(Reached("begun"));
  for (size_t begin = 0; begin < rows.size(); begin += kAhead) {
    if (batch.failed_in_a_row >= kPatience) break;
    const auto some = absl::MakeConstSpan(rows).subspan(begin, kAhead);
    std::vector<Next> next;
    Announce(some, next);
    for (size_t i = 0; i < some.size() && batch.failed_in_a_row < kPatience; ++i) {
      AMANA_RETURN_IF_ERROR(One(some[i], next[i], batch));
    }
  }
  // One transaction for all: a crash before it finds each of them again by Find.
  AMANA_RETURN_IF_ERROR(journal_.Written(batch.written));
  AMANA_RETURN_IF_ERROR(Reached("written"));
  if (!batch.skipped.empty()) {
    AMANA_RETURN_IF_ERROR(journal_.Skipped(batch.skipped, "RECALLED"));
  }
  batch.report.written = batch.written.size();
  batch.report.skipped = batch.skipped.size();
  return batch.report;
}

absl::Status NativeWriter::One(const DeliveryRow& row, Next& next, Batch& batch) {
  // `row` is as it was before Begin: 0 means that no attempt was ever made.
  if (row.attempts > 0) {
    absl::StatusOr<std::optional<std::string>> found = adapter_.Find(row.key);
    AMANA_RETURN_IF_ERROR(Reached("found"));
    if (!found.ok()) return Fail(row, found.status(), batch);
    if (found->has_value()) {
      batch.written.push_back({row.id, **found});
      batch.failed_in_a_row = 0;
      return absl::OkStatus();
    }
  }
  if (batch.begun > row.deadline) return Fail(row, DeadlinePassed(), batch);
  return Give(row, next, batch);
}

absl::Status NativeWriter::Give(const DeliveryRow& row, Next& next, Batch& batch) {
  if (!next.composed.has_value() || clock_.Now() > next.at + kFresh) next.composed = compose_(row);
  const absl::StatusOr<std::optional<NativeDelivery>> delivery = *std::move(next.composed);
  if (!delivery.ok()) {
    // It was the broker that did not answer, or the inbox that is unreadable.
    const size_t before = batch.failed_in_a_row;
    AMANA_RETURN_IF_ERROR(Fail(row, delivery.status(), batch));
    batch.failed_in_a_row = before;
    return absl::OkStatus();
  }
  if (!delivery->has_value()) {
    batch.skipped.push_back(row.id);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> native_id = adapter_.Deliver(**delivery);
  AMANA_RETURN_IF_ERROR(Reached("delivered"));
  if (!native_id.ok()) return Fail(row, native_id.status(), batch);
  batch.written.push_back({row.id, *std::move(native_id)});
  batch.failed_in_a_row = 0;
  return absl::OkStatus();
}

absl::Status NativeWriter::Fail(const DeliveryRow& row, const absl::Status& why, Batch& batch) {
  Log(LogLevel::kWarning, "native_write_failed",
      {{"delivery", row.id},
       {"kind", LogSafe::Code(KindName(row.kind))},
       {"reason", LogSafe(why)},
       {"attempts", row.attempts + 1}});
  if (!IsTransient(why)) {
    ++batch.report.dead;
    return journal_.Dead(row.id, why);
  }
  ++batch.report.failed;
  ++batch.failed_in_a_row;
  const double jitter = std::uniform_real_distribution<>(0, 1)(random_);
  return journal_.Failed(row.id, why, clock_.Now(), jitter);
}

}  // namespace amana::runtime
