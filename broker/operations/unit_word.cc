#include "broker/operations/unit_word.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/reconsider.h"
#include "broker/operations/statement.h"
#include "proto/envelope/unit_words.h"

namespace amana::operations {
namespace {

template <class Message>
struct Checked {
  delivery::Moment moment;
  Message message;
  Address unit;
  VerifiedSigner signer;
  absl::Status freshness;
};

template <class Message>
absl::StatusOr<Checked<Message>> Check(const Context& context, const identity::Caller& caller,
                                       const v1::SignedEnvelope& envelope,
                                       absl::StatusOr<Message> message) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  if (!message.ok()) return message.status();
  AMANA_ASSIGN_OR_RETURN(Address unit, delivery::FromWire(message->unit(), "unit"));
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer,
                         VerifySigner(moment, caller, envelope, message->meta()));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(signer.signer, unit, "unit"));
  absl::Status freshness = envelope::CheckFreshness(message->meta(), moment.now);
  return Checked<Message>{moment, *std::move(message), std::move(unit), std::move(signer),
                          std::move(freshness)};
}

// What the unit's last word was, and how this one is kept.
absl::StatusOr<std::optional<store::StatementRecord>> Last(const store::Transaction& tx,
                                                           const Checked<v1::CapacityReport>& it) {
  return tx.directory().FindCapacityReport(it.unit);
}
absl::StatusOr<std::optional<store::StatementRecord>> Last(const store::Transaction& tx,
                                                           const Checked<v1::DutyRoster>& it) {
  return tx.directory().FindDutyRoster(it.unit);
}
absl::Time LastAt(const routing::Unit& unit, const v1::CapacityReport&) {
  return unit.capacity.counted;
}
absl::Time LastAt(const routing::Unit& unit, const v1::DutyRoster&) { return unit.roster.set; }

absl::Status CheckOffered(const routing::Unit& unit, const v1::CapacityReport& report) {
  for (const v1::ServiceCapacity& room : report.services()) {
    if (!unit.services.Has(room.service())) {
      return FieldInvalid("services", "services that the unit offers");
    }
  }
  return absl::OkStatus();
}
absl::Status CheckOffered(const routing::Unit&, const v1::DutyRoster&) { return absl::OkStatus(); }

absl::Status Keep(store::Transaction& tx, const Checked<v1::CapacityReport>& it,
                  const store::StatementRecord& record) {
  AMANA_RETURN_IF_ERROR(tx.directory().SetCapacity(it.unit, record));
  return BeginUnroutedFor(tx, it.unit.agency);
}
absl::Status Keep(store::Transaction& tx, const Checked<v1::DutyRoster>& it,
                  const store::StatementRecord& record) {
  return tx.directory().SetRoster(it.unit, record);
}

template <class Message>
absl::StatusOr<Verdict> Say(store::Transaction& tx, const Checked<Message>& checked,
                            v1::EventKind kind) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> last, Last(read, checked));
  if (last.has_value() && last->digest == checked.signer.record.digest) {
    return Verdict{.event = last->log_index};
  }
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr directory, read.directory().Current());
  const routing::Unit* const unit = directory->unit(checked.unit);
  if (unit == nullptr) return UnitNotListed("unit");
  AMANA_RETURN_IF_ERROR(checked.freshness);
  if (FromUnixMillis(checked.message.meta().created_unix_ms()) <= LastAt(*unit, checked.message)) {
    return WordOutdated("meta.created_unix_ms");
  }
  AMANA_RETURN_IF_ERROR(CheckOffered(*unit, checked.message));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.signer.signer));
  const delivery::Evidence& evidence = checked.signer.evidence;
  events::Event event;
  event.kind = kind;
  event.statement_digest = evidence.statement;
  event.actor_agency = evidence.agency;
  event.actor_unit = checked.unit.unit;
  event.actor_person = evidence.person;
  event.cert_id = evidence.cert_id;
  store::StatementRecord record = checked.signer.record;
  AMANA_ASSIGN_OR_RETURN(record.log_index, tx.log().Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(Keep(tx, checked, record));
  return Verdict{.event = record.log_index};
}

template <class Response, class Message>
void CheckAndSay(const Context& context, absl::StatusOr<Checked<Message>> checked,
                 v1::EventKind kind, Reply<Response> reply) {
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked<Message>>(*std::move(checked));
  CommitAndReply<Response>(
      context, [shared, kind](store::Transaction& tx, Response&) { return Say(tx, *shared, kind); },
      [&context, reply = std::move(reply)](absl::StatusOr<Response> response) mutable {
        if (response.ok()) context.reconsider();
        reply(std::move(response));
      });
}

}  // namespace

void ReportCapacity(const Context& context, const identity::Caller& caller,
                    const v1::ReportCapacityRequest& request,
                    Reply<v1::ReportCapacityResponse> reply) {
  CheckAndSay<v1::ReportCapacityResponse>(
      context,
      Check(context, caller, request.report(), envelope::ParseCapacityReport(request.report())),
      v1::EVENT_KIND_CAPACITY_REPORTED, std::move(reply));
}

void SetDutyRoster(const Context& context, const identity::Caller& caller,
                   const v1::SetDutyRosterRequest& request,
                   Reply<v1::SetDutyRosterResponse> reply) {
  CheckAndSay<v1::SetDutyRosterResponse>(
      context,
      Check(context, caller, request.roster(), envelope::ParseDutyRoster(request.roster())),
      v1::EVENT_KIND_DUTY_ROSTER_SET, std::move(reply));
}

}  // namespace amana::operations
