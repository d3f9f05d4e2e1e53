#ifndef AMANA_BROKER_OPERATIONS_ANSWER_QUESTION_H_
#define AMANA_BROKER_OPERATIONS_ANSWER_QUESTION_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The sender answers a recipient's question: the update is kept under the referral's key, the task
// is SEEN again and its decision's clock goes on, and what was added goes to who asked as a
// delivery of its own, which is leased, withheld and recalled as any other. Consent is decided on
// what the referral holds and the update adds: a category that it denies is withheld, and where
// nothing of the update could go the update is refused under the code of consent and nothing is
// stored. The same bytes again get the first receipt. Errors: of envelope::CheckUpdate and
// VerifySigner; NOT_FOUND, SENDER_NOT_CALLER, HEADER_DIGEST_MISMATCH; OFFER_EPOCH_OUTDATED for an
// older offer; UPDATE_RECIPIENT_MISMATCH for somebody else; TRANSITION_NOT_ALLOWED where no
// question is open; UPDATE_OUT_OF_SEQUENCE, REFERRAL_EXPIRED, ERASED, WRAP_RECIPIENT_MISMATCH.
void AnswerQuestion(const Context& context, const identity::Caller& caller,
                    v1::AnswerQuestionRequest request, Reply<v1::AnswerQuestionResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ANSWER_QUESTION_H_
