#include "agency-adapters/sdk/handover_begun.h"

#include <optional>

#include "agency-adapters/sdk/handover_memory.h"
#include "agency-adapters/sdk/inbox_rows.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

// Custody that has moved never moves back by the same handover.
bool Moved(const HandoverView& view) {
  return view.state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED ||
         view.state == v1::HANDOVER_STATE_CORRECTED || view.state == v1::HANDOVER_STATE_ENDED;
}

}  // namespace

absl::StatusOr<bool> BegunByHandover(Mailbox& mailbox, const Identity& identity,
                                     const InboxItem& item) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::GetHandoverResponse> seen,
                         FindSeen(mailbox, {item.key.referral, item.key.task, 0}));
  if (!seen.has_value()) return false;
  absl::StatusOr<HandoverView> view = CheckHandover(*seen, identity);
  if (!view.ok() || view->offer_epoch != item.key.offer_epoch ||
      view->recipient != item.recipient) {
    return false;
  }
  AMANA_RETURN_IF_ERROR(AddOwnSteps(mailbox, OwnSteps::kTaken, *view));
  return Moved(*view);
}

absl::Status NoteBegun(Mailbox& mailbox, const HandoverView& view) {
  if (!Moved(view)) return absl::OkStatus();
  const DeliveryKey offer{view.name.referral, view.name.task, view.offer_epoch,
                          v1::DISCLOSURE_STAGE_AT_OFFER};
  return mailbox.Write([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const std::optional<InboxItem> item, FindItem(db, offer));
    if (!item.has_value() || item->state != InboxState::kAccepted ||
        item->recipient != view.recipient) {
      return absl::OkStatus();
    }
    return SetItemState(db, item->id, InboxState::kInProgress);
  });
}

}  // namespace amana::sdk
