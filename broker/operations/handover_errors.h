// The errors of handovers and custody. Field names are those of the statement.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_ERRORS_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace amana::operations {

// kFailedPrecondition HANDOVER_UNDER_WAY: the person is being handed over in another attempt.
absl::Status HandoverUnderWay();
// kFailedPrecondition ATTEMPT_OUT_OF_ORDER: an attempt's number is one more than the last one's.
absl::Status AttemptOutOfOrder();
// kAborted HANDOVER_STEP_OUTDATED: `previous` is not the last step that was taken.
absl::Status HandoverStepOutdated();
// kFailedPrecondition HANDOVER_TASK_OVER: the task is not accepted any more, or by another offer;
// only what ends the attempt, or tells where the person is, is taken.
absl::Status HandoverTaskOver();
// kFailedPrecondition HANDOVER_CONSENT_DENIES: nothing may be shared about the person now.
absl::Status HandoverConsentDenies();
// kFailedPrecondition ALREADY_RESPONSIBLE: the recipient answers for the person already.
absl::Status AlreadyResponsible();
// kPermissionDenied HANDOVER_CODE_WRONG: `left` more are taken.
absl::Status HandoverCodeWrong(uint32_t left);
// kFailedPrecondition HANDOVER_CODE_LOCKED: too many wrong codes since the person is on the way.
absl::Status HandoverCodeLocked();
// kFailedPrecondition HANDOVER_DIGEST_MISMATCH: not what the other side, or the broker, has.
absl::Status HandoverDigestMismatch();
// kAlreadyExists HANDOVER_ALREADY_SIGNED: this side has; the other has not.
absl::Status HandoverAlreadySigned();
// kFailedPrecondition NOT_IN_CARE: the person is not in the care that this handover gave; MOVED_ON
// alone can be said of it, and that only then.
absl::Status NotInCare(std::string_view field);
// kAborted CUSTODY_OUTDATED: something newer says where the person is.
absl::Status CustodyOutdated();
// kFailedPrecondition CUSTODY_IN_HANDOVER: while a person is being handed over, its steps say it.
absl::Status CustodyInHandover();

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_ERRORS_H_
