// Whether a service has begun because its person was handed over: with both signatures the broker
// moves the recipient's task to IN_PROGRESS, and from then on takes an outcome and no start.
// Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_BEGUN_H_
#define AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_BEGUN_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/handover_view.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/mailbox.h"

namespace amana::sdk {

// From the handover of the item's offer as this mailbox holds it, verified, and what the broker has
// taken of this side's steps since. One that does not verify begins nothing. Errors: Mailbox's.
absl::StatusOr<bool> BegunByHandover(Mailbox& mailbox, const Identity& identity,
                                     const InboxItem& item);

// The accepted item of a handover that `view` shows as done is IN_PROGRESS. Errors: Mailbox's.
absl::Status NoteBegun(Mailbox& mailbox, const HandoverView& view);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_BEGUN_H_
