#include "broker/operations/mark_seen.h"

#include "broker/operations/answer.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

absl::StatusOr<uint64_t> Act(store::Transaction&, const Context&, const v1::Seen&,
                             delivery::Recorder& recorder, AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckNotRecalled(target));
  AMANA_ASSIGN_OR_RETURN(
      uint64_t event,
      recorder.MoveDelivery(target.delivery, v1::DELIVERY_STATE_READ, Actor::kRecipient,
                            v1::REASON_UNSPECIFIED, absl::InfiniteFuture()));
  if (target.task.state == v1::TASK_STATE_RECEIVED) {
    AMANA_ASSIGN_OR_RETURN(event, recorder.MoveTask(target.task, v1::TASK_STATE_SEEN,
                                                    Actor::kRecipient, v1::REASON_UNSPECIFIED));
  }
  return event;
}

}  // namespace

void MarkSeen(const Context& context, const identity::Caller& caller,
              const v1::MarkSeenRequest& request, Reply<v1::MarkSeenResponse> reply) {
  Answer<v1::Seen, v1::MarkSeenResponse>(context, caller, request.seen(),
                                         {envelope::kSeenType, SignedBy::kPerson, &Act},
                                         std::move(reply));
}

}  // namespace amana::operations
