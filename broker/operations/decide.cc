#include "broker/operations/decide.h"

#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/offer_next.h"
#include "broker/delivery/submission.h"
#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

absl::StatusOr<bool> HasSectionsAtAccept(const store::Transaction& tx, const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const delivery::StoredSubmission stored,
                         delivery::ReadSubmission(tx, key));
  for (const v1::SlotOpening& opening : stored.submission.openings()) {
    if (opening.stage() == v1::DISCLOSURE_STAGE_AT_ACCEPT) return true;
  }
  return false;
}

// Who declines after all is not given what the acceptance released, and gives back what it has.
absl::Status TakeBackRest(store::Transaction& tx, const Context& context, v1::Reason reason,
                          delivery::Recorder& recorder, const AnswerTarget& target) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::DeliveryRecord> all,
                         std::as_const(tx).deliveries().OfTask(target.task.key));
  delivery::TakenBack taken;
  for (store::DeliveryRecord& each : all) {
    if (each.key.stage != v1::DISCLOSURE_STAGE_AT_ACCEPT) continue;
    AMANA_RETURN_IF_ERROR(recorder.TakeBackOne(each, v1::DELIVERY_STATE_RECALLED, reason,
                                               std::nullopt, context.policy, taken));
  }
  return absl::OkStatus();
}

// The answer's receipt is of REJECTED; whom it is offered to next is none of the decliner's
// business.
absl::StatusOr<uint64_t> Reject(store::Transaction& tx, const Context& context, v1::Reason reason,
                                delivery::Recorder& recorder, AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(TakeBackRest(tx, context, reason, recorder, target));
  AMANA_ASSIGN_OR_RETURN(
      const uint64_t event,
      recorder.MoveTask(target.task, v1::TASK_STATE_REJECTED, Actor::kRecipient, reason));
  const delivery::Moment moment = context.Now();
  // While the clock is in doubt nothing is offered to anybody; the task's clock sees to it after.
  if (moment.clock_ok) {
    AMANA_RETURN_IF_ERROR(
        delivery::AfterRejection(tx, moment, context.policy, target.referral, target.task));
  }
  return event;
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Context& context,
                             const v1::Decision& message, delivery::Recorder& recorder,
                             AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckIsReferral(target));
  AMANA_RETURN_IF_ERROR(CheckNotRecalled(target));
  if (!message.accepted()) {
    if (codes::KindOf(message.reason()) != codes::ReasonKind::kDecline) {
      return FieldInvalid("reason", "a DECLINE code");
    }
    if (message.reason() == v1::REASON_OTHER && message.note_sha256().empty()) {
      return FieldInvalid("note_sha256", "words, with OTHER");
    }
    return Reject(tx, context, message.reason(), recorder, target);
  }
  if (message.reason() != v1::REASON_UNSPECIFIED) return FieldInvalid("reason", "absent");
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         recorder.MoveTask(target.task, v1::TASK_STATE_ACCEPTED, Actor::kRecipient,
                                           v1::REASON_UNSPECIFIED));
  AMANA_ASSIGN_OR_RETURN(const bool more, HasSectionsAtAccept(tx, target.referral.key));
  if (more) {
    AMANA_RETURN_IF_ERROR(recorder.Queue(target.task, v1::DISCLOSURE_STAGE_AT_ACCEPT,
                                         target.delivery.recipient_cert));
  }
  return event;
}

}  // namespace

void Decide(const Context& context, const identity::Caller& caller,
            const v1::DecideRequest& request, Reply<v1::DecideResponse> reply) {
  Answer<v1::Decision, v1::DecideResponse>(context, caller, request.decision(),
                                           {envelope::kDecisionType, SignedBy::kPerson, &Act},
                                           std::move(reply), NoteIn(request));
}

}  // namespace amana::operations
