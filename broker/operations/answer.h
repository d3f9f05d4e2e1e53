// What all signed answers about a delivery have in common: they come from the unit it went to, name
// the header they answer, and the same bytes again are answered with the first event's receipt.
#ifndef AMANA_BROKER_OPERATIONS_ANSWER_H_
#define AMANA_BROKER_OPERATIONS_ANSWER_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "amana/v1/answer.pb.h"
#include "broker/delivery/recorder.h"
#include "broker/operations/commit.h"
#include "broker/operations/notes.h"
#include "broker/operations/statement.h"
#include "broker/store/errors.h"

namespace amana::operations {

struct AnswerTarget {
  store::ReferralRecord referral;
  store::TaskRecord task;
  store::DeliveryRecord delivery;
};

// The delivery an answer is about. NOT_FOUND unless it was disclosed to `recipient`, a unit of the
// caller's; HEADER_DIGEST_MISMATCH.
absl::StatusOr<AnswerTarget> FindTarget(const store::Transaction& tx,
                                        const identity::Caller& caller, const v1::DeliveryRef& ref,
                                        const v1::Address& recipient,
                                        const std::string& header_digest);

// DELIVERY_RECALLED where the broker has asked for it back, answered or not.
absl::Status CheckNotRecalled(const AnswerTarget& target);
// OFFER_EPOCH_OUTDATED unless the answer is for the task's present offer.
absl::Status CheckCurrentOffer(const AnswerTarget& target);

// FIELD_INVALID: what is said of the task names a delivery of the referral, and none of an update;
// that of stage AT_OFFER.
absl::Status CheckIsReferral(const AnswerTarget& target);
absl::Status CheckIsOffer(const AnswerTarget& target);

// What an answer does in the transaction; returns the event whose receipt is the reply. Runs once
// for each different answer.
template <class Message>
using AnswerAct = absl::StatusOr<uint64_t> (*)(store::Transaction& tx, const Context& context,
                                               const Message& message, delivery::Recorder& recorder,
                                               AnswerTarget& target);

enum class SignedBy { kSystem, kPerson };

template <class Message>
struct AnswerKind {
  std::string_view payload_type;
  SignedBy signed_by;
  AnswerAct<Message> act;
  // A delivery may have several of them, so each is kept.
  bool may_repeat = false;
};

// The note that came with a request, if there was one.
template <class Request>
std::optional<v1::SealedNote> NoteIn(const Request& request) {
  return request.has_note() ? std::optional(request.note()) : std::nullopt;
}

// `note`: what came beside an answer of a kind that may name one, for the sender's unit alone.
template <class Message, class Response>
void Answer(const Context& context, const identity::Caller& caller,
            const v1::SignedEnvelope& envelope, AnswerKind<Message> kind, Reply<Response> reply,
            std::optional<v1::SealedNote> note = std::nullopt) {
  const delivery::Moment moment = context.Now();
  absl::StatusOr<Verified<Message>> verified =
      VerifyStatement<Message>(moment, caller, envelope, kind.payload_type);
  if (!verified.ok()) return reply(verified.status());
  if (kind.signed_by == SignedBy::kPerson) {
    if (absl::Status person = identity::CheckIsPerson(verified->signer); !person.ok()) {
      return reply(person);
    }
  }
  if constexpr (requires { verified->message.note_sha256(); }) {
    if (absl::Status noted = CheckNoteOf(note.has_value(), note.value_or(v1::SealedNote()),
                                         verified->message.note_sha256());
        !noted.ok()) {
      return reply(noted);
    }
  }
  auto shared = std::make_shared<const Verified<Message>>(*std::move(verified));
  CommitAndReply<Response>(
      context,
      [&context, caller, moment, kind, shared, envelope, note = std::move(note)](
          store::Transaction& tx, Response&) -> absl::StatusOr<Verdict> {
        const Message& message = shared->message;
        AMANA_ASSIGN_OR_RETURN(AnswerTarget target,
                               FindTarget(tx, caller, message.delivery(), message.recipient(),
                                          message.header_digest()));
        AMANA_RETURN_IF_ERROR(
            identity::CheckSignsFor(shared->signer, target.delivery.recipient, "recipient"));
        AMANA_ASSIGN_OR_RETURN(
            const std::optional<store::StatementRecord> kept,
            std::as_const(tx).deliveries().FindAnswer(target.delivery.key, kind.payload_type));
        if (kept.has_value() && kept->digest == shared->record.digest) {
          return Verdict{.event = kept->log_index};
        }
        if (kind.may_repeat) {
          // One that a later one has replaced is answered the same, and not acted on again.
          AMANA_ASSIGN_OR_RETURN(
              const std::optional<store::StatementRecord> before,
              std::as_const(tx).offers().FindStatement(target.referral.key, shared->record.digest));
          if (before.has_value()) return Verdict{.event = before->log_index};
        }
        AMANA_RETURN_IF_ERROR(shared->freshness);
        if (note.has_value()) {
          AMANA_RETURN_IF_ERROR(CheckReaders(tx, moment, *note, {target.referral.sender}));
        }
        AMANA_RETURN_IF_ERROR(Remember(tx, shared->signer));
        delivery::Recorder recorder(tx, target.referral, moment.now, shared->evidence);
        store::StatementRecord record = shared->record;
        AMANA_ASSIGN_OR_RETURN(record.log_index, kind.act(tx, context, message, recorder, target));
        AMANA_RETURN_IF_ERROR(
            tx.deliveries().KeepAnswer(target.delivery.key, kind.payload_type, record));
        if (note.has_value()) {
          absl::Status noted =
              KeepNote(tx, target.referral.key, envelope, shared->signer.certificate.der(), *note);
          if (!noted.ok() && !store::IsErased(noted)) return noted;
        }
        if (kind.may_repeat) {
          AMANA_RETURN_IF_ERROR(tx.offers().KeepStatement(target.referral.key, record));
        }
        return Verdict{.event = record.log_index};
      },
      std::move(reply));
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ANSWER_H_
