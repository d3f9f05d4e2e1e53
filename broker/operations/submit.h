// Submit: from a signed, sealed referral to durable deliveries and a receipt.
#ifndef AMANA_BROKER_OPERATIONS_SUBMIT_H_
#define AMANA_BROKER_OPERATIONS_SUBMIT_H_

#include <string_view>

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of ReferralStatement::Create, CheckSubmission, CheckFreshness, CheckExpiry,
// VerifySigner; SENDER_NOT_CALLER, RECIPIENT_UNKNOWN, WRAP_RECIPIENT_MISMATCH,
// VERSION_OUT_OF_ORDER, EQUIVOCATION; FIELD_INVALID for what is no Submission; the store's. The
// same bytes again, however late, are answered with the original event's receipt.
//
// `submission` is a serialised v1::Submission, which is kept as it is; it must live until the
// reply.
void Submit(const Context& context, const identity::Caller& caller, std::string_view submission,
            Reply<v1::SubmitResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_SUBMIT_H_
