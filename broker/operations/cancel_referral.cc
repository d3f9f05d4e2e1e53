#include "broker/operations/cancel_referral.h"

#include <memory>
#include <optional>
#include <utility>

#include "broker/delivery/wire.h"
#include "broker/operations/cancel_tasks.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/replay.h"
#include "broker/operations/statement.h"
#include "broker/operations/task_status.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  Verified<v1::Cancellation> statement;
  StatementKey key;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::CancelReferralRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::Cancellation> statement,
                         VerifyStatement<v1::Cancellation>(moment, caller, request.cancellation(),
                                                           envelope::kCancellationType));
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(statement.message.referral(), "referral"));
  if (key.sender != caller.agency) return SenderNotCaller("referral.sender_agency");
  if (codes::KindOf(statement.message.reason()) != codes::ReasonKind::kCancel) {
    return FieldInvalid("reason", "a CANCEL code");
  }
  return Checked{moment, std::move(statement), std::move(key)};
}

absl::Status ShowTasks(const store::Transaction& tx, const StatementKey& key,
                       v1::CancelReferralResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(tx, key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return absl::OkStatus();
}

absl::StatusOr<Verdict> Cancel(store::Transaction& tx, const Context& context,
                               const Checked& checked, v1::CancelReferralResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(checked.key));
  if (!referral.has_value()) return NotFound("referral");
  if (checked.statement.message.header_digest() != referral->header_digest.view()) {
    return HeaderDigestMismatch("header_digest");
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint64_t> before,
                         FindEventOf(tx, checked.key.referral, v1::EVENT_KIND_TASK_CANCELLED,
                                     checked.statement.record.digest));
  if (before.has_value()) {
    AMANA_RETURN_IF_ERROR(ShowTasks(tx, checked.key, response));
    return Verdict{.event = *before};
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  AMANA_ASSIGN_OR_RETURN(
      const Cancelled cancelled,
      CancelTasks(tx, *referral, checked.moment.now, context.policy, checked.statement.evidence,
                  checked.statement.message.reason(), checked.statement.record));
  if (cancelled.tasks == 0) return NotCancellable("referral");
  AMANA_RETURN_IF_ERROR(ShowTasks(tx, checked.key, response));
  return Verdict{.event = cancelled.last_event};
}

}  // namespace

void CancelReferral(const Context& context, const identity::Caller& caller,
                    const v1::CancelReferralRequest& request,
                    Reply<v1::CancelReferralResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::CancelReferralResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::CancelReferralResponse& response) {
        return Cancel(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
