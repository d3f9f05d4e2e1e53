#include "broker/operations/report_outcome.h"

#include "amana/v1/offer.pb.h"
#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

absl::StatusOr<uint64_t> Act(store::Transaction&, const Context&, const v1::Outcome& message,
                             delivery::Recorder& recorder, AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckIsOffer(target));
  if (codes::KindOf(message.outcome()) != codes::ReasonKind::kOutcome) {
    return FieldInvalid("outcome", "an OUTCOME code");
  }
  if (!message.completed() && !codes::IsFailure(message.outcome())) {
    return FieldInvalid("outcome", "UNMET, PERSON_LEFT, PERSON_DECLINED or DECEASED");
  }
  return recorder.MoveTask(target.task,
                           message.completed() ? v1::TASK_STATE_COMPLETED : v1::TASK_STATE_FAILED,
                           referral::Actor::kRecipient, message.outcome());
}

}  // namespace

void ReportOutcome(const Context& context, const identity::Caller& caller,
                   const v1::ReportOutcomeRequest& request,
                   Reply<v1::ReportOutcomeResponse> reply) {
  Answer<v1::Outcome, v1::ReportOutcomeResponse>(context, caller, request.outcome(),
                                                 {envelope::kOutcomeType, SignedBy::kSystem, &Act},
                                                 std::move(reply), NoteIn(request));
}

}  // namespace amana::operations
