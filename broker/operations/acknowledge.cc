#include "broker/operations/acknowledge.h"

#include "amana/v1/referral.pb.h"
#include "broker/delivery/carried.h"
#include "broker/delivery/wire.h"
#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

absl::Status SectionMismatch() {
  return MakeError(absl::StatusCode::kInvalidArgument, "SECTION_MISMATCH", "opened",
                   "opened: names a section that was not sent, or another commitment");
}

// Every opened section is one of this stage, with the commitment the sender signed.
absl::Status CheckOpened(const store::Transaction& tx, const v1::Acknowledgement& message,
                         const AnswerTarget& target) {
  AMANA_ASSIGN_OR_RETURN(const v1::Submission sections,
                         delivery::ReadSections(tx, target.delivery.key));
  int64_t previous = -1;
  for (const v1::OpenedSection& opened : message.opened()) {
    bool found = false;
    for (const v1::SlotOpening& opening : sections.openings()) {
      found |= opening.slot() == opened.slot() && opening.stage() == target.delivery.key.stage &&
               opening.plaintext_commitment() == opened.plaintext_commitment();
    }
    if (!found || opened.slot() <= previous) return SectionMismatch();
    previous = opened.slot();
  }
  return absl::OkStatus();
}

absl::Status CheckLeased(const store::DeliveryRecord& delivery) {
  switch (delivery.state) {
    case v1::DELIVERY_STATE_LEASED:
    case v1::DELIVERY_STATE_SENT:
      return absl::OkStatus();
    case v1::DELIVERY_STATE_NATIVE_ACKED:
    case v1::DELIVERY_STATE_READ:
      return AlreadyAcknowledged("delivery");
    default:
      return DeliveryNotLeased("delivery");
  }
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Context&,
                             const v1::Acknowledgement& message, delivery::Recorder& recorder,
                             AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckNotRecalled(target));
  AMANA_RETURN_IF_ERROR(CheckLeased(target.delivery));
  AMANA_RETURN_IF_ERROR(CheckOpened(tx, message, target));
  const absl::Time never = absl::InfiniteFuture();
  if (target.delivery.state == v1::DELIVERY_STATE_LEASED) {
    AMANA_RETURN_IF_ERROR(recorder
                              .MoveDelivery(target.delivery, v1::DELIVERY_STATE_SENT,
                                            Actor::kAdapter, v1::REASON_UNSPECIFIED, never)
                              .status());
  }
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         recorder.MoveDelivery(target.delivery, v1::DELIVERY_STATE_NATIVE_ACKED,
                                               Actor::kAdapter, v1::REASON_UNSPECIFIED, never));
  if (target.task.state == v1::TASK_STATE_ROUTED) {
    AMANA_RETURN_IF_ERROR(recorder
                              .MoveTask(target.task, v1::TASK_STATE_RECEIVED, Actor::kRecipient,
                                        v1::REASON_UNSPECIFIED)
                              .status());
  }
  return event;
}

}  // namespace

void Acknowledge(const Context& context, const identity::Caller& caller,
                 const v1::AcknowledgeRequest& request, Reply<v1::AcknowledgeResponse> reply) {
  const absl::StatusOr<Address> unit = [&]() -> absl::StatusOr<Address> {
    v1::Acknowledgement message;
    if (!message.ParseFromString(request.acknowledgement().payload())) return Address();
    return delivery::FromWire(message.recipient(), "recipient");
  }();
  Answer<v1::Acknowledgement, v1::AcknowledgeResponse>(
      context, caller, request.acknowledgement(),
      {envelope::kAcknowledgementType, SignedBy::kSystem, &Act},
      [&context, unit,
       reply = std::move(reply)](absl::StatusOr<v1::AcknowledgeResponse> response) mutable {
        if (response.ok() && unit.ok()) context.dispatcher->Settled(*unit);
        reply(std::move(response));
      });
}

}  // namespace amana::operations
