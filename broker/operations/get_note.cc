#include "broker/operations/get_note.h"

#include <optional>
#include <utility>

#include "broker/delivery/recorder.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/handover_facts.h"
#include "broker/operations/notes.h"

namespace amana::operations {
namespace {

struct Asked {
  delivery::Moment moment;
  identity::Caller caller;
  StatementKey referral;
  Digest note;
};

// The task that a note to a recipient is about, where it is a handover's; others are for senders.
absl::StatusOr<store::HandoverRecord> HandoverOf(const store::Snapshot& snapshot,
                                                 const v1::NotedStatement& noted) {
  AMANA_ASSIGN_OR_RETURN(const envelope::HandoverStatement step,
                         envelope::ParseHandoverStep(noted.statement()));
  const store::HandoverKey key{{step.referral, step.message.handover().task()},
                               step.message.handover().attempt()};
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::HandoverRecord> handover,
                         snapshot.handovers().Find(key));
  if (!handover.has_value()) return NotFound("note_sha256");
  return *handover;
}

// Whether it tells the reader something of the person: it comes from another agency and goes to
// neither the sender nor who is responsible, who know of them already.
absl::StatusOr<bool> Discloses(const store::Snapshot& snapshot, const Asked& asked,
                               const v1::NotedStatement& noted) {
  if (asked.caller.agency == asked.referral.sender ||
      noted.statement().payload_type() != envelope::kHandoverStepType) {
    return false;
  }
  AMANA_ASSIGN_OR_RETURN(const store::HandoverRecord handover, HandoverOf(snapshot, noted));
  if (asked.caller.agency == handover.responsible.agency) return false;
  AMANA_ASSIGN_OR_RETURN(const envelope::HandoverStatement step,
                         envelope::ParseHandoverStep(noted.statement()));
  if (step.actor.agency == asked.caller.agency) return false;
  AMANA_ASSIGN_OR_RETURN(const store::TaskRecord task, FindTask(snapshot, handover.key.task));
  AMANA_RETURN_IF_ERROR(CheckMayShare(snapshot, asked.moment, task, handover.offer_epoch));
  return true;
}

Address ReaderOf(const v1::NotedStatement& noted, const identity::Caller& caller) {
  for (const v1::NoteWrap& wrap : noted.note().wraps()) {
    const auto unit = delivery::FromWire(wrap.recipient(), "recipient");
    if (unit.ok() && caller.ActsFor(*unit)) return *unit;
  }
  return {caller.agency, UnitId()};
}

absl::Status Release(store::Transaction& tx, const Context& context, const Asked& asked,
                     ReleasedNote& released) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         read.referrals().Find(asked.referral));
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::NotedStatement> noted,
                         FindNoteFor(read, asked.referral, asked.note, asked.caller));
  if (!referral.has_value() || !noted.has_value()) return NotFound("note_sha256");
  AMANA_ASSIGN_OR_RETURN(const bool discloses, Discloses(read, asked, *noted));
  delivery::Recorder recorder(tx, *referral, asked.moment.now,
                              {.agency = asked.caller.agency,
                               .unit = asked.caller.unit.value_or(UnitId()),
                               .person = asked.caller.person.value_or(PersonId()),
                               .cert_id = asked.caller.cert_id,
                               .statement = Digest()});
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_NOTE_RELEASED);
  event.recipient = ReaderOf(*noted, asked.caller);
  event.detail = asked.note.bytes();
  AMANA_RETURN_IF_ERROR(recorder.Append(std::move(event)).status());
  *released.response.mutable_note() = *noted;
  // From this transaction on a withdrawal waits for it.
  if (discloses) released.writing = context.dispatcher->BeginWrite(referral->subject);
  return absl::OkStatus();
}

}  // namespace

void GetNote(const Context& context, const identity::Caller& caller,
             const v1::GetNoteRequest& request, Reply<ReleasedNote> reply) {
  Asked asked{context.Now(), caller, {}, {}};
  if (!asked.moment.clock_ok) return reply(ClockNotTrusted());
  absl::StatusOr<StatementKey> referral = delivery::FromWire(request.referral(), "referral");
  if (!referral.ok()) return reply(referral.status());
  const absl::StatusOr<Digest> note = Digest::FromBytes(request.note_sha256(), "note_sha256");
  if (!note.ok()) return reply(note.status());
  asked.referral = *std::move(referral);
  asked.note = *note;
  auto released = std::make_shared<ReleasedNote>();
  context.store->Commit(
      [&context, asked, released](store::Transaction& tx) {
        *released = {};
        return Release(tx, context, asked, *released);
      },
      [released, reply = std::move(reply)](const absl::StatusOr<store::BatchPtr>& batch) mutable {
        if (!batch.ok()) return reply(batch.status());
        reply(std::move(*released));
      });
}

}  // namespace amana::operations
