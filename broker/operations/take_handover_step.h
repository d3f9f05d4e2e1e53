#ifndef AMANA_BROKER_OPERATIONS_TAKE_HANDOVER_STEP_H_
#define AMANA_BROKER_OPERATIONS_TAKE_HANDOVER_STEP_H_

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A person's HandoverStep. The same bytes again are answered as they were the first time, a refusal
// that was kept as evidence included. Errors of ParseHandoverStep, VerifySigner, CheckNote and
// CheckHandoverTransition; CLOCK_NOT_TRUSTED; NOT_FOUND to whoever is neither side;
// HEADER_DIGEST_MISMATCH, OFFER_EPOCH_OUTDATED, FIELD_INVALID; those of handover_errors.h.
void TakeHandoverStep(const Context& context, const identity::Caller& caller,
                      const v1::TakeHandoverStepRequest& request,
                      Reply<v1::TakeHandoverStepResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TAKE_HANDOVER_STEP_H_
