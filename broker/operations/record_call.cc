#include "broker/operations/record_call.h"

#include <memory>
#include <optional>
#include <utility>

#include "amana/v1/offer.pb.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "proto/codes/names.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  identity::Caller caller;
  Verified<v1::CallRecord> statement;
  StatementKey key;
  Address by;
  Address called;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::RecordCallRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(
      Verified<v1::CallRecord> statement,
      VerifyStatement<v1::CallRecord>(moment, caller, request.call(), envelope::kCallRecordType));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
  const v1::CallRecord& message = statement.message;
  AMANA_ASSIGN_OR_RETURN(StatementKey key, delivery::FromWire(message.referral(), "referral"));
  AMANA_ASSIGN_OR_RETURN(Address by, delivery::FromWire(message.by(), "by"));
  AMANA_ASSIGN_OR_RETURN(Address called, delivery::FromWire(message.called(), "called"));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, by, "by"));
  if (!codes::IsKnown(message.outcome())) return FieldInvalid("outcome", "a known outcome");
  if (message.called_unix_ms() <= 0 ||
      message.called_unix_ms() > message.meta().created_unix_ms()) {
    return FieldInvalid("called_unix_ms", "not after the statement was made");
  }
  if (!message.called_person().empty()) {
    AMANA_RETURN_IF_ERROR(PersonId::Create(message.called_person(), "called_person").status());
  }
  return Checked{moment,         caller,        std::move(statement),
                 std::move(key), std::move(by), std::move(called)};
}

// Who may speak of the offer, and to whom: its two sides to each other, a coordinator to either.
absl::Status CheckSides(const store::Snapshot& snapshot, const Checked& checked,
                        const OfferTarget& target) {
  const Address& sender = target.referral.sender;
  const bool by_sender = checked.by.agency == sender.agency;
  const bool coordinator = IsCoordinator(checked.moment, checked.caller);
  const std::optional<Address>& recipient = target.task.recipient;
  bool by_recipient = recipient.has_value() && checked.by == *recipient;
  if (by_recipient && !by_sender && !coordinator) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::DeliveryRecord> offer,
                           snapshot.deliveries().Find({target.task.key, target.task.offer_epoch,
                                                       v1::DISCLOSURE_STAGE_AT_OFFER}));
    by_recipient = offer.has_value() && offer->disclosed;
  }
  if (!by_sender && !by_recipient && !coordinator) return NotFound("referral");
  AMANA_RETURN_IF_ERROR(CheckEpoch(target, checked.statement.message.offer_epoch()));
  if (!recipient.has_value() || !delivery::WasOffered(target.task)) return NoOffer("task");
  const bool to_recipient = checked.called == *recipient && !by_recipient;
  const bool to_sender = checked.called.agency == sender.agency && !by_sender;
  return to_recipient || to_sender ? absl::OkStatus()
                                   : FieldInvalid("called", "the other side of the offer");
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Checked& checked,
                             const OfferTarget& target) {
  const v1::CallRecord& message = checked.statement.message;
  delivery::Recorder recorder(tx, target.referral, checked.moment.now, checked.statement.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_CALL_RECORDED);
  event.recipient = checked.called;
  event.task = target.task.key.task;
  event.offer_epoch = target.task.offer_epoch;
  event.detail.assign(1, static_cast<char>(message.outcome()));
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  if (message.outcome() == v1::CALL_OUTCOME_NOT_REACHED ||
      target.task.clock.call == store::CallState::kNone) {
    return index;
  }
  AMANA_RETURN_IF_ERROR(recorder.CloseItem(target.task, v1::QUEUE_REASON_NO_CALL));
  store::TaskRecord task = target.task;
  task.clock.call = store::CallState::kNone;
  AMANA_RETURN_IF_ERROR(delivery::KeepClock(tx, std::move(task), target.referral.urgency));
  return index;
}

absl::StatusOr<Verdict> Record(store::Transaction& tx, const Checked& checked) {
  const v1::CallRecord& message = checked.statement.message;
  AMANA_ASSIGN_OR_RETURN(const OfferTarget target,
                         FindOffer(std::as_const(tx), checked.key, message.task(), std::nullopt));
  AMANA_ASSIGN_OR_RETURN(
      std::optional<uint64_t> event,
      FindActedOn(std::as_const(tx), checked.key, checked.statement.record.digest));
  if (event.has_value()) return Verdict{.event = *event};
  AMANA_RETURN_IF_ERROR(CheckSides(std::as_const(tx), checked, target));
  if (message.header_digest() != target.referral.header_digest.view()) {
    return HeaderDigestMismatch("header_digest");
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_ASSIGN_OR_RETURN(event, Act(tx, checked, target));
  AMANA_RETURN_IF_ERROR(
      KeepActedOn(tx, checked.key, checked.statement.signer, checked.statement.record, *event));
  return Verdict{.event = *event};
}

}  // namespace

void RecordCall(const Context& context, const identity::Caller& caller,
                const v1::RecordCallRequest& request, Reply<v1::RecordCallResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::RecordCallResponse>(
      context,
      [shared](store::Transaction& tx, v1::RecordCallResponse&) { return Record(tx, *shared); },
      std::move(reply));
}

}  // namespace amana::operations
