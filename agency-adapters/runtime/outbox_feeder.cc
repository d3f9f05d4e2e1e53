#include "agency-adapters/runtime/outbox_feeder.h"

#include <optional>
#include <vector>

#include "agency-adapters/runtime/errors.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

constexpr char kRedriven[] = "REDRIVEN";  // dead_letters.cc

}  // namespace

absl::StatusOr<OutboxFeeder::Report> OutboxFeeder::Feed(size_t limit) {
  // Deadlines are judged as of here: should the clock be set meanwhile, the next turn knows.
  const absl::Time now = clock_.Now();
  AMANA_ASSIGN_OR_RETURN(const std::vector<ItemRow> rows, journal_.Due(now, limit));
  Report report{.due = rows.size()};
  std::vector<ItemJournal::Queued> queued;
  for (const ItemRow& row : rows) {
    AMANA_RETURN_IF_ERROR(One(row, now, report, queued));
  }
  // One transaction for all: after a crash before it `put` gives the same entries again.
  AMANA_RETURN_IF_ERROR(journal_.Written(queued));
  AMANA_RETURN_IF_ERROR(Reached("queued"));
  report.put = queued.size();
  return report;
}

absl::Status OutboxFeeder::One(const ItemRow& row, absl::Time now, Report& report,
                               std::vector<ItemJournal::Queued>& queued) {
  if (now > row.deadline) {
    // It may have been put, and the program ended before that was noted.
    AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> entry, standing_(row));
    if (!entry.has_value()) return Fail(row, DeadlinePassed(), report);
    queued.push_back({row.id, *entry});
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeldItem> item, journal_.Content(row.id));
  if (!item.has_value()) return StoreCorruptError("journal: an intended item has no content");
  const absl::StatusOr<int64_t> entry = put_(row, *item);
  AMANA_RETURN_IF_ERROR(Reached("put"));
  if (!entry.ok()) return Fail(row, entry.status(), report);
  queued.push_back({row.id, *entry});
  return absl::OkStatus();
}

absl::Status OutboxFeeder::Fail(const ItemRow& row, const absl::Status& why, Report& report) {
  Log(LogLevel::kWarning, "item_not_queued",
      {{"item", row.id},
       {"kind", LogSafe::Code(KindName(row.kind))},
       {"reason", LogSafe(why)},
       {"attempts", row.attempts + 1}});
  if (!IsTransient(why)) {
    ++report.dead;
    return journal_.Dead(row.id, why);
  }
  ++report.failed;
  const double jitter = std::uniform_real_distribution<>(0, 1)(random_);
  return journal_.Failed(row.id, why, clock_.Now(), jitter);
}

absl::StatusOr<size_t> OutboxFeeder::Follow(size_t limit) {
  AMANA_ASSIGN_OR_RETURN(std::vector<ItemRow> rows, journal_.WrittenAfter(followed_, limit));
  followed_ = rows.size() < limit ? 0 : rows.back().id;
  std::vector<int64_t> accepted;
  std::vector<ItemJournal::Queued> sent_again;
  size_t refused = 0;
  for (const ItemRow& row : rows) {
    const bool again = row.reason == kRedriven;
    AMANA_ASSIGN_OR_RETURN(const EntryNews news, ask_(row.entry, again));
    if (again) sent_again.push_back({row.id, row.entry});
    if (news.fate == EntryFate::kAccepted) accepted.push_back(row.id);
    if (news.fate != EntryFate::kRefused) continue;
    ++refused;
    AMANA_RETURN_IF_ERROR(journal_.Dead(row.id, news.why));
    AMANA_RETURN_IF_ERROR(Reached("refused"));
  }
  AMANA_RETURN_IF_ERROR(journal_.Written(sent_again));
  AMANA_RETURN_IF_ERROR(journal_.Settled(accepted));
  AMANA_RETURN_IF_ERROR(Reached("followed"));
  return accepted.size() + refused;
}

}  // namespace amana::runtime
