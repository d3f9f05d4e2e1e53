#include "broker/operations/list_referrals.h"

#include <algorithm>
#include <memory>

#include "broker/operations/errors.h"
#include "broker/operations/task_status.h"

namespace amana::operations {
namespace {

constexpr uint32_t kMaxPage = 200;
constexpr uint32_t kDefaultPage = 50;

bool Wanted(const v1::ListReferralsRequest& request, v1::ReferralState state) {
  return request.states().empty() || std::find(request.states().begin(), request.states().end(),
                                               state) != request.states().end();
}

// Zero: whatever group.
absl::StatusOr<GroupId> GroupOf(const v1::ListReferralsRequest& request) {
  if (request.group_id().empty()) return GroupId();
  AMANA_ASSIGN_OR_RETURN(const GroupId group, GroupId::FromBytes(request.group_id(), "group_id"));
  if (group.is_zero()) return FieldInvalid("group_id", "not all zero");
  return group;
}

}  // namespace

absl::StatusOr<v1::ListReferralsResponse> ListReferrals(const Context& context,
                                                        const identity::Caller& caller,
                                                        const v1::ListReferralsRequest& request) {
  if (request.page_size() > kMaxPage) return FieldInvalid("page_size", "at most 200");
  const store::Page page{.size = request.page_size() == 0 ? kDefaultPage : request.page_size(),
                         .token = request.page_token()};
  AMANA_ASSIGN_OR_RETURN(const GroupId group, GroupOf(request));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const store::Paged<store::ReferralRecord> found,
                         group.is_zero()
                             ? snapshot->referrals().List(caller.agency, page)
                             : snapshot->referrals().ListGroup(caller.agency, group, page));
  v1::ListReferralsResponse response;
  for (const store::ReferralRecord& referral : found.items) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> visible,
                           TaskStatuses(*snapshot, referral.key, caller));
    if (visible.empty()) continue;
    v1::ReferralSummary summary = Summarise(referral, visible);
    if (Wanted(request, summary.state())) *response.add_referrals() = std::move(summary);
  }
  response.set_next_page_token(found.next_token);
  return response;
}

}  // namespace amana::operations
