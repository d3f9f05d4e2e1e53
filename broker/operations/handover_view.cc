#include "broker/operations/handover_view.h"

#include "base/clock.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"

namespace amana::operations {

v1::HandoverRef ToWire(const store::HandoverRecord& handover) {
  v1::HandoverRef ref;
  *ref.mutable_referral() = delivery::ToWire(handover.key.task.referral);
  ref.set_task(handover.key.task.task);
  ref.set_offer_epoch(handover.offer_epoch);
  ref.set_attempt(handover.key.attempt);
  return ref;
}

v1::HandoverSummary Summarise(const store::HandoverRecord& handover, const Digest& header_digest) {
  v1::HandoverSummary out;
  *out.mutable_handover() = ToWire(handover);
  out.set_state(handover.state);
  out.set_reason(handover.reason);
  out.set_service(handover.service);
  *out.mutable_responsible() = delivery::ToWire(handover.responsible);
  *out.mutable_recipient() = delivery::ToWire(handover.recipient);
  out.mutable_window()->set_from_unix_ms(ToUnixMillis(handover.window_from));
  out.mutable_window()->set_until_unix_ms(ToUnixMillis(handover.window_until));
  out.set_last_step(handover.last_step.bytes());
  out.set_changed_unix_ms(ToUnixMillis(handover.changed));
  if (handover.half.has_value()) {
    *out.mutable_signed_by() = delivery::ToWire(handover.half->by);
    out.set_signed_state(handover.half->state);
    out.set_signed_digest(handover.half->matter.bytes());
  }
  out.set_wrong_codes(handover.wrong_codes);
  out.set_overdue(handover.overdue);
  out.set_header_digest(header_digest.bytes());
  out.set_minor(handover.minor);
  return out;
}

absl::StatusOr<store::HandoverKey> FromWire(const v1::HandoverRef& ref) {
  store::HandoverKey key;
  AMANA_ASSIGN_OR_RETURN(key.task.referral,
                         delivery::FromWire(ref.referral(), "handover.referral"));
  key.task.task = ref.task();
  key.attempt = ref.attempt();
  return key;
}

std::optional<referral::Actor> SideOf(const store::HandoverRecord& handover, const Address& unit) {
  if (unit == handover.recipient) return referral::Actor::kRecipient;
  if (unit.agency == handover.responsible.agency) return referral::Actor::kResponsible;
  return std::nullopt;
}

bool IsHandoverParty(const store::HandoverRecord& handover, const identity::Caller& caller) {
  return caller.agency == handover.responsible.agency || caller.ActsFor(handover.recipient) ||
         caller.agency == handover.key.task.referral.sender;
}

}  // namespace amana::operations
