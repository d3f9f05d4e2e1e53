#include "broker/operations/reroute_task.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/offer.pb.h"
#include "broker/delivery/offer_next.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/task_status.h"
#include "broker/referral/task_machine.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

struct Checked {
  delivery::Moment moment;
  Verified<v1::Reroute> statement;
  StatementKey key;
  std::optional<Address> named;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::RerouteTaskRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::Reroute> statement,
      VerifyStatement<v1::Reroute>(moment, caller, request.reroute(), envelope::kRerouteType));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(statement.message.referral(), "referral"));
  if (key.sender != caller.agency) return SenderNotCaller("referral.sender_agency");
  std::optional<Address> named;
  if (statement.message.has_recipient()) {
    AMANA_ASSIGN_OR_RETURN(named, delivery::FromWire(statement.message.recipient(), "recipient"));
  }
  return Checked{moment, std::move(statement), std::move(key), std::move(named)};
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Context& context, const Checked& checked,
                             const OfferTarget& target) {
  AMANA_RETURN_IF_ERROR(CheckEpoch(target, checked.statement.message.offer_epoch()));
  AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(target.task.state, v1::TASK_STATE_REROUTED,
                                                      Actor::kSender, target.task.reason));
  if (target.referral.expires <= checked.moment.now) return ReferralExpired("referral");
  delivery::Cause cause;
  cause.actor = Actor::kSender;
  cause.evidence = checked.statement.evidence;
  cause.reason = target.task.reason;
  cause.named = checked.named;
  cause.may_part = true;
  AMANA_ASSIGN_OR_RETURN(
      const delivery::Reoffered next,
      delivery::Reroute(tx, checked.moment, context.policy, target.referral, target.task, cause));
  if (!next.done)
    return NoCandidate(checked.named.has_value() ? "recipient" : "task", next.missing);
  return next.event;
}

absl::StatusOr<Verdict> Reroute(store::Transaction& tx, const Context& context,
                                const Checked& checked, v1::RerouteTaskResponse& response) {
  const v1::Reroute& message = checked.statement.message;
  AMANA_ASSIGN_OR_RETURN(
      const OfferTarget target,
      FindOffer(std::as_const(tx), checked.key, message.task(), message.header_digest()));
  const Digest& digest = checked.statement.record.digest;
  AMANA_ASSIGN_OR_RETURN(std::optional<uint64_t> event,
                         FindActedOn(std::as_const(tx), checked.key, digest));
  if (!event.has_value()) {
    AMANA_RETURN_IF_ERROR(checked.statement.freshness);
    AMANA_ASSIGN_OR_RETURN(event, Act(tx, context, checked, target));
    AMANA_RETURN_IF_ERROR(
        KeepActedOn(tx, checked.key, checked.statement.signer, checked.statement.record, *event));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(tx, checked.key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return Verdict{.event = *event};
}

}  // namespace

void RerouteTask(const Context& context, const identity::Caller& caller,
                 const v1::RerouteTaskRequest& request, Reply<v1::RerouteTaskResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::RerouteTaskResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::RerouteTaskResponse& response) {
        return Reroute(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
