#include "broker/operations/get_custody.h"

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_view.h"
#include "broker/operations/task_status.h"

namespace amana::operations {
namespace {

void SetPlace(const store::CustodyRecord& custody, v1::GetCustodyResponse& response) {
  if (custody.holder.empty()) {
    response.mutable_physical()->set_none(custody.none);
    response.set_exit(custody.exit);
  } else {
    response.mutable_physical()->set_agency(custody.holder.value());
  }
}

// To a mere recipient of something about the person: that it answers for them itself, that its
// sender does, or nothing.
void ShowRecipient(const store::CustodyRecord& custody, const identity::Caller& caller,
                   const AgencyId& sender, v1::GetCustodyResponse& response) {
  if (custody.responsible.agency == sender) {
    *response.mutable_responsible() = delivery::ToWire(custody.responsible);
  }
  if (custody.holder == caller.agency) SetPlace(custody, response);
}

absl::Status ShowWhole(const store::Snapshot& snapshot, const store::CustodyRecord& custody,
                       v1::GetCustodyResponse& response) {
  *response.mutable_responsible() = delivery::ToWire(custody.responsible);
  response.set_responsible_since_unix_ms(ToUnixMillis(custody.since));
  SetPlace(custody, response);
  if (!custody.under_way.has_value()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::HandoverRecord> handover,
                         snapshot.handovers().Find(*custody.under_way));
  if (handover.has_value()) *response.mutable_open_handover() = ToWire(*handover);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::GetCustodyResponse> GetCustody(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetCustodyRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         delivery::FromWire(request.referral(), "referral"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot->referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral");
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CustodyRecord> custody,
                         snapshot->custodies().Find(referral->subject));
  if (!custody.has_value()) return NotFound("referral");
  v1::GetCustodyResponse response;
  const bool responsible = custody->responsible.agency == caller.agency;
  if (responsible || key.sender == caller.agency) {
    AMANA_RETURN_IF_ERROR(ShowWhole(*snapshot, *custody, response));
  } else {
    AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> visible,
                           TaskStatuses(*snapshot, key, caller));
    if (visible.empty()) return NotFound("referral");
    ShowRecipient(*custody, caller, key.sender, response);
  }
  response.set_subject_pseudonym(custody->subject.bytes());
  if (responsible || custody->holder == caller.agency) {
    response.set_last_report(custody->last_report.bytes());
  }
  return response;
}

}  // namespace amana::operations
