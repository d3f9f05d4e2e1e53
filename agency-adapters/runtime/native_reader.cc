#include "agency-adapters/runtime/native_reader.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/errors.h"
#include "base/log.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

Settlement SettlementOf(const ItemRow& row, const std::string& agency) {
  Settlement settlement;
  settlement.state = row.owed == Told::kRefused    ? Settlement::State::kRefused
                     : row.owed == Told::kAccepted ? Settlement::State::kAccepted
                                                   : Settlement::State::kTaken;
  if (row.kind == ItemKind::kCase) {
    settlement.referral = absl::StrCat(agency, "/", row.referral.hex(), "/1");
  }
  if (row.owed == Told::kRefused) {
    settlement.reason = row.reason;
    settlement.field = row.field;
  }
  return settlement;
}

}  // namespace

absl::StatusOr<bool> NativeReader::Full() {
  AMANA_ASSIGN_OR_RETURN(const int64_t waiting, journal_.Count(RowState::kIntended));
  return static_cast<size_t>(waiting) >= options_.most_waiting;
}

absl::StatusOr<ItemRow> NativeReader::TakeHeld(const HeldItem& item) {
  AMANA_ASSIGN_OR_RETURN(const bool full, Full());
  if (full) return BacklogFull();
  AMANA_ASSIGN_OR_RETURN(ItemRow row, journal_.Take(item, judge_(item), clock_.Now()));
  AMANA_RETURN_IF_ERROR(Reached("taken"));
  if (options_.taken) options_.taken();
  return row;
}

absl::Status NativeReader::Take(const NativeItem& item) { return TakeHeld({item}).status(); }

absl::StatusOr<NativeReader::Report> NativeReader::Pass(Adapter& adapter, size_t limit) {
  Report report;
  AMANA_ASSIGN_OR_RETURN(report.full, Full());
  if (report.full) return report;
  AMANA_ASSIGN_OR_RETURN(const std::vector<NativeItem> items, adapter.Poll(limit));
  AMANA_RETURN_IF_ERROR(Reached("polled"));
  report.shown = items.size();
  if (items.empty()) return report;
  std::vector<ItemJournal::Judged> judged;
  for (const NativeItem& item : items) {
    HeldItem held{item};
    ItemJournal::Verdict verdict = judge_(held);
    judged.push_back({std::move(held), std::move(verdict)});
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<absl::Status> results,
                         journal_.TakeAll(judged, clock_.Now()));
  AMANA_RETURN_IF_ERROR(Reached("taken"));
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) continue;
    ++report.refused;
    Log(LogLevel::kWarning, "native_item_refused",
        {{"kind", LogSafe::Code(KindName(items[i].kind))}, {"reason", LogSafe(results[i])}});
    // No row stands for it, so nothing is owed later: it is told now, and again whenever shown.
    AMANA_RETURN_IF_ERROR(adapter.Settle(items[i].key, {.state = Settlement::State::kRefused,
                                                        .reason = ErrorReason(results[i]),
                                                        .field = ErrorField(results[i])}));
  }
  return report;
}

absl::StatusOr<size_t> NativeReader::TellOwed(Adapter& adapter, size_t limit) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<ItemRow> rows, journal_.Owed(limit));
  std::vector<ItemRow> told;
  for (const ItemRow& row : rows) {
    Settlement settlement = SettlementOf(row, options_.agency);
    if (row.owed == Told::kAccepted && row.kind == ItemKind::kHandover && options_.escort_code) {
      AMANA_ASSIGN_OR_RETURN(settlement.escort_code, options_.escort_code(row));
    }
    const absl::Status settled = adapter.Settle(row.key, settlement);
    AMANA_RETURN_IF_ERROR(Reached("settled"));
    if (!settled.ok()) {
      Log(LogLevel::kWarning, "native_settle_failed",
          {{"item", row.id}, {"reason", LogSafe(settled)}});
      if (IsTransient(settled)) break;
    }
    told.push_back(row);
  }
  AMANA_RETURN_IF_ERROR(journal_.TellDone(told));
  AMANA_RETURN_IF_ERROR(Reached("told"));
  return told.size();
}

}  // namespace amana::runtime
