#include "broker/operations/get_referral.h"

#include <memory>
#include <optional>

#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/operations/task_status.h"

namespace amana::operations {

absl::StatusOr<v1::GetReferralResponse> GetReferral(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetReferralRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         delivery::FromWire(request.referral(), "referral"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot->referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral");
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks,
                         TaskStatuses(*snapshot, key, caller));
  if (tasks.empty()) return NotFound("referral");
  v1::GetReferralResponse response;
  *response.mutable_summary() = Summarise(*referral, tasks);
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return response;
}

}  // namespace amana::operations
