#include "broker/operations/redrive_delivery.h"

#include <memory>
#include <optional>
#include <utility>

#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/statement.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  Verified<v1::Redrive> statement;
  store::DeliveryKey key;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::RedriveDeliveryRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::Redrive> statement,
      VerifyStatement<v1::Redrive>(moment, caller, request.redrive(), envelope::kRedriveType));
  if (statement.signer.role != crypto::Role::kOperator) return SignerNotOperator();
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
  AMANA_ASSIGN_OR_RETURN(store::DeliveryKey key,
                         delivery::FromWire(statement.message.delivery(), "delivery"));
  if (statement.message.reason() == v1::REASON_UNSPECIFIED) {
    return FieldInvalid("reason", "why it may go now");
  }
  return Checked{moment, std::move(statement), std::move(key)};
}

absl::StatusOr<Verdict> Redrive(store::Transaction& tx, const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> delivery,
                         std::as_const(tx).deliveries().Find(checked.key));
  if (!delivery.has_value()) return NotFound("delivery");
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(checked.key.task.referral));
  if (!referral.has_value()) return NotFound("delivery");
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<store::StatementRecord> kept,
      std::as_const(tx).deliveries().FindAnswer(checked.key, envelope::kRedriveType));
  if (kept.has_value() && kept->digest == checked.statement.record.digest) {
    return Verdict{.event = kept->log_index};
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  delivery::Recorder recorder(tx, *referral, checked.moment.now, checked.statement.evidence);
  // A fresh start: the operator mended what the attempts ran into.
  delivery->attempts = 0;
  delivery->queued = checked.moment.now;
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(
      record.log_index,
      recorder.MoveDelivery(*delivery, v1::DELIVERY_STATE_QUEUED, referral::Actor::kOperator,
                            checked.statement.message.reason(), absl::InfiniteFuture()));
  AMANA_RETURN_IF_ERROR(tx.deliveries().KeepAnswer(checked.key, envelope::kRedriveType, record));
  tx.Wake(delivery->recipient);
  return Verdict{.event = record.log_index};
}

}  // namespace

void RedriveDelivery(const Context& context, const identity::Caller& caller,
                     const v1::RedriveDeliveryRequest& request,
                     Reply<v1::RedriveDeliveryResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::RedriveDeliveryResponse>(
      context,
      [shared](store::Transaction& tx, v1::RedriveDeliveryResponse&) {
        return Redrive(tx, *shared);
      },
      std::move(reply));
}

}  // namespace amana::operations
