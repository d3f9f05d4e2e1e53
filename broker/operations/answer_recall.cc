#include "broker/operations/answer_recall.h"

#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/codes/names.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

absl::StatusOr<uint64_t> Act(store::Transaction&, const Context&, const v1::RecallAnswer& message,
                             delivery::Recorder& recorder, AnswerTarget& target) {
  const absl::Time never = absl::InfiniteFuture();
  if (message.confirmed()) {
    if (message.legal_basis() != v1::LEGAL_BASIS_UNSPECIFIED) {
      return FieldInvalid("legal_basis", "absent where the recall is confirmed");
    }
    return recorder.MoveDelivery(target.delivery, v1::DELIVERY_STATE_RECALL_CONFIRMED,
                                 Actor::kRecipient, v1::REASON_UNSPECIFIED, never);
  }
  // Consent is what was withdrawn; it cannot be the basis for keeping.
  if (!codes::IsKnown(message.legal_basis()) || message.legal_basis() == v1::LEGAL_BASIS_CONSENT) {
    return FieldInvalid("legal_basis", "the recipient's own basis for keeping");
  }
  delivery::Disclosure kept;
  kept.legal_basis = message.legal_basis();
  return recorder.MoveDelivery(target.delivery, v1::DELIVERY_STATE_RECALL_REFUSED,
                               Actor::kRecipient, v1::REASON_UNSPECIFIED, never, kept);
}

}  // namespace

void AnswerRecall(const Context& context, const identity::Caller& caller,
                  const v1::AnswerRecallRequest& request, Reply<v1::AnswerRecallResponse> reply) {
  Answer<v1::RecallAnswer, v1::AnswerRecallResponse>(
      context, caller, request.answer(), {envelope::kRecallAnswerType, SignedBy::kSystem, &Act},
      std::move(reply));
}

}  // namespace amana::operations
