#include "broker/operations/ask_question.h"

#include <string>
#include <utility>

#include "amana/v1/offer.pb.h"
#include "broker/operations/answer.h"
#include "broker/operations/errors.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

// What is wanted, one byte a category, as the event says it.
absl::StatusOr<std::string> Wanted(const v1::Question& message) {
  std::string wanted;
  for (const int number : message.categories()) {
    const auto category = static_cast<v1::Category>(number);
    const bool ascends = wanted.empty() || wanted.back() < static_cast<char>(category);
    if (!codes::kAllCategories.Has(category) || !ascends) {
      return FieldInvalid("categories", "known ones, ascending");
    }
    wanted.push_back(static_cast<char>(category));
  }
  if (wanted.empty()) return FieldInvalid("categories", "at least one");
  return wanted;
}

absl::StatusOr<uint64_t> Act(store::Transaction&, const Context&, const v1::Question& message,
                             delivery::Recorder& recorder, AnswerTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckCurrentOffer(target));
  AMANA_RETURN_IF_ERROR(CheckIsOffer(target));
  AMANA_RETURN_IF_ERROR(CheckNotRecalled(target));
  AMANA_ASSIGN_OR_RETURN(std::string wanted, Wanted(message));
  return recorder.MoveTask(target.task, v1::TASK_STATE_INFO_REQUESTED, referral::Actor::kRecipient,
                           v1::REASON_UNSPECIFIED, std::move(wanted));
}

}  // namespace

void AskQuestion(const Context& context, const identity::Caller& caller,
                 const v1::AskQuestionRequest& request, Reply<v1::AskQuestionResponse> reply) {
  Answer<v1::Question, v1::AskQuestionResponse>(
      context, caller, request.question(),
      {envelope::kQuestionType, SignedBy::kPerson, &Act, /*may_repeat=*/true}, std::move(reply),
      NoteIn(request));
}

}  // namespace amana::operations
