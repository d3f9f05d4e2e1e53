#include "broker/operations/start_service.h"

#include "amana/v1/offer.pb.h"
#include "broker/operations/answer.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

absl::StatusOr<uint64_t> Act(store::Transaction&, const Context&, const v1::Start&,
                             delivery::Recorder& recorder, AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckIsOffer(target));
  return recorder.MoveTask(target.task, v1::TASK_STATE_IN_PROGRESS, referral::Actor::kRecipient,
                           v1::REASON_UNSPECIFIED);
}

}  // namespace

void StartService(const Context& context, const identity::Caller& caller,
                  const v1::StartServiceRequest& request, Reply<v1::StartServiceResponse> reply) {
  Answer<v1::Start, v1::StartServiceResponse>(context, caller, request.start(),
                                              {envelope::kStartType, SignedBy::kSystem, &Act},
                                              std::move(reply));
}

}  // namespace amana::operations
