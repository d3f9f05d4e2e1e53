#include "broker/operations/report_mismatch.h"

#include <string>

#include "broker/events/update_detail.h"
#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

absl::Status CheckForm(const v1::Mismatch& message) {
  if (!v1::MismatchKind_IsValid(message.kind()) ||
      message.kind() == v1::MISMATCH_KIND_UNSPECIFIED) {
    return FieldInvalid("kind", "a kind of mismatch");
  }
  if (message.kind() != v1::MISMATCH_KIND_CONTENT) {
    const bool named = message.category() != v1::CATEGORY_UNSPECIFIED ||
                       message.found() != v1::CATEGORY_UNSPECIFIED;
    return named ? FieldInvalid("category", "none, where an assertion is false") : absl::OkStatus();
  }
  if (!codes::kAllCategories.Has(message.category())) {
    return FieldInvalid("category", "the category that the slot says");
  }
  if (!codes::kAllCategories.Has(message.found()) || message.found() == message.category()) {
    return FieldInvalid("found", "the category that the content is of, another than the slot's");
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Context& context,
                             const v1::Mismatch& message, delivery::Recorder& recorder,
                             AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckForm(message));
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_MISMATCH_REPORTED);
  event.recipient = target.delivery.recipient;
  event.task = target.task.key.task;
  event.stage = target.delivery.key.stage;
  event.offer_epoch = target.delivery.key.offer_epoch;
  event.detail = {static_cast<char>(message.kind()), static_cast<char>(message.category()),
                  static_cast<char>(message.found())};
  events::NameUpdate(target.delivery.key.update, event);
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(tx.grounds().OpenReview({.referral = target.referral.key,
                                                 .opened_by = index,
                                                 .kind = store::ReviewKind::kMismatch,
                                                 .opened = context.clock->Now(),
                                                 .due = absl::InfiniteFuture()}));
  return index;
}

}  // namespace

void ReportMismatch(const Context& context, const identity::Caller& caller,
                    const v1::ReportMismatchRequest& request,
                    Reply<v1::ReportMismatchResponse> reply) {
  Answer<v1::Mismatch, v1::ReportMismatchResponse>(
      context, caller, request.mismatch(), {envelope::kMismatchType, SignedBy::kPerson, &Act},
      std::move(reply));
}

}  // namespace amana::operations
