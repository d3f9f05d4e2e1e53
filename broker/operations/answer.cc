#include "broker/operations/answer.h"

#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<AnswerTarget> FindTarget(const store::Transaction& tx,
                                        const identity::Caller& caller, const v1::DeliveryRef& ref,
                                        const v1::Address& recipient,
                                        const std::string& header_digest) {
  AMANA_ASSIGN_OR_RETURN(const store::DeliveryKey key, delivery::FromWire(ref, "delivery"));
  AMANA_ASSIGN_OR_RETURN(const Address unit, delivery::FromWire(recipient, "recipient"));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::DeliveryRecord> delivery,
                         tx.deliveries().Find(key));
  if (!delivery.has_value() || !delivery->disclosed || delivery->recipient != unit ||
      !caller.ActsFor(unit)) {
    return NotFound("delivery");
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key.task.referral));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         tx.referrals().Tasks(key.task.referral));
  if (!referral.has_value() || key.task.task >= tasks.size()) return NotFound("delivery");
  if (referral->header_digest.view() != header_digest) return HeaderDigestMismatch("header_digest");
  return AnswerTarget{*referral, tasks[key.task.task], *delivery};
}

absl::Status CheckNotRecalled(const AnswerTarget& target) {
  switch (target.delivery.state) {
    case v1::DELIVERY_STATE_RECALL_SENT:
    case v1::DELIVERY_STATE_RECALL_UNANSWERED:
    case v1::DELIVERY_STATE_RECALL_CONFIRMED:
    case v1::DELIVERY_STATE_RECALL_REFUSED:
      return DeliveryRecalled("delivery");
    default:
      return absl::OkStatus();
  }
}

absl::Status CheckCurrentOffer(const AnswerTarget& target) {
  return target.task.offer_epoch == target.delivery.key.offer_epoch
             ? absl::OkStatus()
             : OfferEpochOutdated("delivery.offer_epoch");
}

absl::Status CheckIsReferral(const AnswerTarget& target) {
  return target.delivery.key.update == 0 ? absl::OkStatus()
                                         : FieldInvalid("delivery.update", "absent");
}

absl::Status CheckIsOffer(const AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckIsReferral(target));
  return target.delivery.key.stage == v1::DISCLOSURE_STAGE_AT_OFFER
             ? absl::OkStatus()
             : FieldInvalid("delivery.stage", "AT_OFFER");
}

}  // namespace amana::operations
