#include "agency-adapters/runtime/incoming.h"

#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

constexpr char kItems[] = "inbox", kRecalls[] = "recalls";

// One thread for all that is about one offer: the case before its parts, updates and recall.
std::string ThreadOf(const sdk::DeliveryKey& key) {
  return sdk::ToString(key.referral) + "/" + std::to_string(key.task) + "/" +
         std::to_string(key.offer_epoch);
}

}  // namespace

absl::StatusOr<size_t> Incoming::Collect(size_t limit) {
  const absl::Time now = end_.clock.Now();
  AMANA_ASSIGN_OR_RETURN(const size_t items, CollectItems(limit, now));
  AMANA_ASSIGN_OR_RETURN(const size_t recalls, CollectRecalls(limit, now));
  // A notice is about a case that came before it.
  if (items == limit) return items + recalls;
  AMANA_ASSIGN_OR_RETURN(const size_t notices, CollectNotices(limit, now));
  return items + recalls + notices;
}

absl::StatusOr<size_t> Incoming::CollectItems(size_t limit, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const int64_t cursor, journal_.Cursor(kItems));
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::InboxItem> found, end_.inbox.After(cursor, limit));
  if (found.empty()) return 0;
  std::vector<NewDelivery> made;
  made.reserve(found.size());
  for (const sdk::InboxItem& item : found) {
    made.push_back({.key = DeliveryKeyText(item.key),
                    .kind = item.key.update == 0 ? DeliveryKind::kCase : DeliveryKind::kUpdate,
                    .source = item.id,
                    .thread = ThreadOf(item.key),
                    .urgency = item.urgency});
  }
  AMANA_RETURN_IF_ERROR(deliveries_.Intend(made, kItems, found.back().id, now));
  return made.size();
}

absl::StatusOr<size_t> Incoming::CollectRecalls(size_t limit, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const int64_t cursor, journal_.Cursor(kRecalls));
  AMANA_ASSIGN_OR_RETURN(const auto found, end_.inbox.RecalledAfter(cursor, limit));
  if (found.empty()) return 0;
  std::vector<NewDelivery> made;
  for (const sdk::Inbox::RecalledItem& recalled : found) {
    const sdk::InboxItem& item = recalled.item;
    // Kept on a legal basis of this agency's own.
    if (item.state == sdk::InboxState::kRecallRefused) continue;
    // Before everything: somebody's content is where it must no longer be.
    made.push_back({.key = RecallKeyText(item.key),
                    .kind = DeliveryKind::kRecall,
                    .source = item.id,
                    .thread = ThreadOf(item.key)});
  }
  AMANA_RETURN_IF_ERROR(deliveries_.Intend(made, kRecalls, found.back().answer, now));
  return found.size();
}

absl::StatusOr<bool> Incoming::IsOver(const DeliveryRow& row) {
  if (row.kind == DeliveryKind::kNotice || row.kind == DeliveryKind::kRecall) return true;
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::ItemAnswer> answers,
                         end_.inbox.Answers(row.source));
  for (const sdk::ItemAnswer& answer : answers) {
    if (answer.kind != sdk::EntryKind::kAcknowledgement) continue;
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, end_.sender.outbox().Get(answer.entry));
    return entry.state != sdk::EntryState::kPending;
  }
  return true;
}

absl::Status Incoming::Settle(size_t limit) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<DeliveryRow> rows,
                         deliveries_.List(RowState::kWritten, limit));
  std::vector<int64_t> over;
  for (const DeliveryRow& row : rows) {
    AMANA_ASSIGN_OR_RETURN(const bool is_over, IsOver(row));
    if (is_over) over.push_back(row.id);
  }
  return over.empty() ? absl::OkStatus() : deliveries_.Settled(over);
}

absl::StatusOr<size_t> Incoming::AnswerRecalls(size_t limit) {
  AMANA_ASSIGN_OR_RETURN(const auto held, end_.inbox.HeldRecalls(limit));
  size_t released = 0;
  for (const sdk::Inbox::RecalledItem& recalled : held) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<DeliveryRow> row,
                           deliveries_.Find(RecallKeyText(recalled.item.key)));
    const bool obeyed =
        row.has_value() && (row->state == RowState::kWritten || row->state == RowState::kSettled);
    if (!obeyed) continue;
    AMANA_RETURN_IF_ERROR(end_.sender.outbox().Release(recalled.answer));
    ++released;
  }
  return released;
}

}  // namespace amana::runtime
