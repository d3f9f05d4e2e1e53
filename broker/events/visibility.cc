#include "broker/events/visibility.h"

#include <initializer_list>

namespace amana::events {
namespace {

FieldSet Fields(std::initializer_list<Field> fields) {
  FieldSet set;
  for (const Field field : fields) set.set(field);
  return set;
}

// Events that take place at the recipient, or that it is told of by the broker: after the first
// lease, which is the disclosure. A reminder names a recipient only where it is the one that owes
// and something was disclosed to it.
bool HappensAtRecipient(v1::EventKind kind) {
  switch (kind) {
    case v1::EVENT_KIND_TASK_RECEIVED:
    case v1::EVENT_KIND_TASK_SEEN:
    case v1::EVENT_KIND_TASK_ACCEPTED:
    case v1::EVENT_KIND_TASK_REJECTED:
    case v1::EVENT_KIND_TASK_INFO_REQUESTED:
    case v1::EVENT_KIND_TASK_IN_PROGRESS:
    case v1::EVENT_KIND_TASK_COMPLETED:
    case v1::EVENT_KIND_TASK_FAILED:
    case v1::EVENT_KIND_TASK_REMINDED:
    case v1::EVENT_KIND_DELIVERY_LEASED:
    case v1::EVENT_KIND_DELIVERY_RETRY_WAIT:
    case v1::EVENT_KIND_DELIVERY_SENT:
    case v1::EVENT_KIND_DELIVERY_NATIVE_ACKED:
    case v1::EVENT_KIND_DELIVERY_NATIVE_NACKED:
    case v1::EVENT_KIND_DELIVERY_READ:
    case v1::EVENT_KIND_DELIVERY_DEAD_LETTER:
    case v1::EVENT_KIND_DELIVERY_RECALL_SENT:
    case v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED:
    case v1::EVENT_KIND_DELIVERY_RECALL_REFUSED:
    case v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED:
    // Of a handover, `recipient` is the other side: whoever did not act.
    case v1::EVENT_KIND_HANDOVER_OFFERED:
    case v1::EVENT_KIND_HANDOVER_AGREED:
    case v1::EVENT_KIND_HANDOVER_DECLINED:
    case v1::EVENT_KIND_HANDOVER_WITHDRAWN:
    case v1::EVENT_KIND_HANDOVER_IN_TRANSIT:
    case v1::EVENT_KIND_HANDOVER_ARRIVED:
    case v1::EVENT_KIND_HANDOVER_NO_SHOW:
    case v1::EVENT_KIND_HANDOVER_ABORTED:
    case v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED:
    case v1::EVENT_KIND_HANDOVER_RETURNED:
    case v1::EVENT_KIND_HANDOVER_CORRECTED:
    case v1::EVENT_KIND_HANDOVER_ENDED:
    case v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE:
    case v1::EVENT_KIND_HANDOVER_OVERDUE:
    case v1::EVENT_KIND_HANDOVER_CODE_REFUSED:
    case v1::EVENT_KIND_CUSTODY_EXITED:
    case v1::EVENT_KIND_CUSTODY_TAKEN:
      return true;
    default:
      return false;
  }
}

// What an agency offers is everybody's business, and everybody must see all that was ever said of
// it.
bool IsPublic(v1::EventKind kind) { return kind == v1::EVENT_KIND_DIRECTORY_CHANGED; }

bool IsSenderOrActor(const Event& event, const AgencyId& agency) {
  return event.actor_agency == agency ||
         (event.referral.has_value() && event.referral->sender == agency);
}

}  // namespace

const FieldSet& AuditorFields() {
  static const FieldSet kFields = Fields(
      {kKind, kTime, kStage, kUrgency, kReason, kConsentRules, kDelivered, kWithheld, kAttempt});
  return kFields;
}

const FieldSet& CaseFields() {
  static const FieldSet kFields =
      Fields({kReferral, kStatementDigest, kActorAgency, kActorUnit, kActorPerson, kCertId,
              kRecipient, kTask, kOfferEpoch, kLeaseEpoch, kConsentId, kConsentVersion});
  return kFields;
}

FieldSet VisibleFields(const Event& event, const AgencyId& agency) {
  static const FieldSet kRecipientFields = ~Fields({kWithheld, kConsentRules, kSenderCounter});
  if (agency.empty()) return {};
  if (IsPublic(event.kind)) return FieldSet().set();
  if (IsSenderOrActor(event, agency)) return FieldSet().set();
  const bool recipient = event.recipient.has_value() && event.recipient->agency == agency;
  return recipient && HappensAtRecipient(event.kind) ? kRecipientFields : FieldSet();
}

bool IsParty(const Event& event, const AgencyId& agency) {
  return VisibleFields(event, agency).any();
}

}  // namespace amana::events
