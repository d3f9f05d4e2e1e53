// What a unit says of itself: how much room it has, who is on duty. One signature of the unit, a
// system's or a person's: it changes many times a day, and says nothing of who may be sealed to.
#ifndef AMANA_BROKER_OPERATIONS_UNIT_WORD_H_
#define AMANA_BROKER_OPERATIONS_UNIT_WORD_H_

#include "amana/v1/directory_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors of both: CLOCK_NOT_TRUSTED; form (proto/envelope/unit_words.h); the signer (ResolveSigner,
// SIGNATURE_INVALID, SIGNER_WRONG_UNIT); UNIT_UNKNOWN when it is in no entry; CREATED_IN_FUTURE,
// STATEMENT_TOO_OLD; WORD_OUTDATED unless it is newer than the last.

// And FIELD_INVALID for a service that the unit does not offer.
void ReportCapacity(const Context& context, const identity::Caller& caller,
                    const v1::ReportCapacityRequest& request,
                    Reply<v1::ReportCapacityResponse> reply);
void SetDutyRoster(const Context& context, const identity::Caller& caller,
                   const v1::SetDutyRosterRequest& request, Reply<v1::SetDutyRosterResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_UNIT_WORD_H_
