// What an agency keeps of handovers in its mailbox: as the broker showed them last, and the codes
// that it gave to escorts. Thread-safe. Errors besides those named: Mailbox's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_MEMORY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_MEMORY_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/handover_view.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/handover_service.pb.h"

namespace amana::sdk {

// The attempt as it was seen last; `attempt` 0: the newest one that was seen.
absl::StatusOr<std::optional<v1::GetHandoverResponse>> FindSeen(Mailbox& mailbox,
                                                                const HandoverName& name);
absl::Status KeepSeen(Mailbox& mailbox, const HandoverName& name,
                      const v1::GetHandoverResponse& response);

// Which of this side's steps: all but what was refused, or those alone that the broker has taken.
enum class OwnSteps { kSigned, kTaken };
// Applies those that come after what `view` shows: it may be older than they are. Errors also of
// Apply.
absl::Status AddOwnSteps(Mailbox& mailbox, OwnSteps which, HandoverView& view);

// The code behind the commitment that a step in this mailbox makes. KeepCode is for a transaction
// of the caller's.
absl::StatusOr<std::optional<std::string>> FindCode(Mailbox& mailbox, std::string_view commitment);
absl::Status KeepCode(sqlite::Database& db, std::string_view commitment, std::string_view code);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_HANDOVER_MEMORY_H_
