// CancelReferral: the sender takes a referral back.
#ifndef AMANA_BROKER_OPERATIONS_CANCEL_REFERRAL_H_
#define AMANA_BROKER_OPERATIONS_CANCEL_REFERRAL_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of VerifyStatement, FIELD_INVALID, SENDER_NOT_CALLER, NOT_FOUND,
// HEADER_DIGEST_MISMATCH, NOT_CANCELLABLE; the store's. The same bytes again, however late, get the
// first receipt.
void CancelReferral(const Context& context, const identity::Caller& caller,
                    const v1::CancelReferralRequest& request,
                    Reply<v1::CancelReferralResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_CANCEL_REFERRAL_H_
