#include "agency-adapters/sdk/service_answers.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/handover_begun.h"
#include "agency-adapters/sdk/inbox_rows.h"
#include "agency-adapters/sdk/keys.h"
#include "amana/v1/coordination_service.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using sqlite::Database;

absl::Status CheckOffer(const InboxItem& item) {
  if (item.state == InboxState::kRecalled) return ContentErased();
  if (item.key.stage != v1::DISCLOSURE_STAGE_AT_OFFER) {
    return StatementInvalid("stage", "say it of the offer, not of what came after");
  }
  if (item.key.update != 0) return StatementInvalid("item", "say it of the referral's own item");
  return absl::OkStatus();
}

absl::StatusOr<v1::SealedNote> Seal(const InboxItem& item, const SigningIdentity& signer,
                                    std::string_view payload_type, const Words& words) {
  const Address sender{item.key.referral.sender, item.sender_unit};
  const envelope::GrantRecipient to{sender, words.sender};
  return envelope::SealNote(
      {item.key.referral, item.key.task, payload_type, signer.certificate.id()}, words.text,
      {&to, 1});
}

// One statement on its way into the outbox: signed once, whatever is in it.
template <class Message, class Request>
class Answer {
 public:
  Answer(const SigningIdentity& signer, absl::Time now, EntryKind kind,
         std::string_view payload_type, v1::SignedEnvelope* (Request::*slot)())
      : signer_(signer), now_(now), kind_(kind), payload_type_(payload_type), slot_(slot) {}

  absl::StatusOr<NewEntry> Make(const InboxItem& item, Message message,
                                const std::optional<Words>& words) {
    Request request;
    *message.mutable_meta() = envelope::MakeMeta(signer_.certificate, now_);
    NameItem(item, message);
    if constexpr (requires { request.mutable_note(); }) {
      if (words.has_value()) {
        AMANA_ASSIGN_OR_RETURN(*request.mutable_note(), Seal(item, signer_, payload_type_, *words));
        message.set_note_sha256(envelope::NoteDigest(request.note()).bytes());
      }
    }
    AMANA_ASSIGN_OR_RETURN(v1::SignedEnvelope envelope,
                           envelope::SignMessage(payload_type_, message, signer_.key));
    NewEntry entry;
    entry.kind = kind_;
    entry.queued = now_;
    entry.referral = item.key.referral;
    entry.digest = envelope::PayloadDigest(envelope);
    *(request.*slot_)() = std::move(envelope);
    entry.request = request.SerializeAsString();
    return entry;
  }

 private:
  const SigningIdentity& signer_;
  const absl::Time now_;
  const EntryKind kind_;
  const std::string_view payload_type_;
  v1::SignedEnvelope* (Request::*const slot_)();
};

bool MayAsk(InboxState state) {
  return state == InboxState::kReceived || state == InboxState::kSeen ||
         state == InboxState::kAsked;
}

// One whose report was refused has the state that it told of.
bool MayReport(InboxState state) {
  return state == InboxState::kInProgress || state == InboxState::kCompleted ||
         state == InboxState::kFailed;
}

}  // namespace

absl::StatusOr<bool> ServiceAnswers::Begun(int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const InboxItem item, Inbox(mailbox_).Get(id));
  return BegunByHandover(mailbox_, identity_, item);
}

absl::StatusOr<int64_t> ServiceAnswers::Ask(int64_t id, const std::vector<v1::Category>& wanted,
                                            const std::optional<Words>& words,
                                            std::string made_for) {
  int64_t result = 0;
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_RETURN_IF_ERROR(CheckOffer(item));
    if (!MayAsk(item.state)) return StatementInvalid("item", "it is decided");
    v1::Question question;
    for (const v1::Category category : wanted) question.add_categories(category);
    Answer<v1::Question, v1::AskQuestionRequest> answer(*signer, clock_.Now(), EntryKind::kQuestion,
                                                        envelope::kQuestionType,
                                                        &v1::AskQuestionRequest::mutable_question);
    AMANA_ASSIGN_OR_RETURN(NewEntry entry, answer.Make(item, std::move(question), words));
    entry.made_for = std::move(made_for);
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetItemState(db, id, InboxState::kAsked);
  }));
  return result;
}

absl::StatusOr<int64_t> ServiceAnswers::DeclineInWords(int64_t id, v1::Reason reason,
                                                       const Words& words) {
  if (codes::KindOf(reason) != codes::ReasonKind::kDecline) {
    return StatementInvalid("reason", "must be a DECLINE code");
  }
  int64_t result = 0;
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_RETURN_IF_ERROR(CheckOffer(item));
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingAnswer(db, id, EntryKind::kDecision));
    if (standing.has_value()) {
      if (item.state != InboxState::kRejected) {
        return StatementInvalid("decision", "another was made and signed");
      }
      result = *standing;
      return absl::OkStatus();
    }
    v1::Decision decision;
    decision.set_reason(reason);
    Answer<v1::Decision, v1::DecideRequest> answer(*signer, clock_.Now(), EntryKind::kDecision,
                                                   envelope::kDecisionType,
                                                   &v1::DecideRequest::mutable_decision);
    AMANA_ASSIGN_OR_RETURN(const NewEntry entry, answer.Make(item, std::move(decision), words));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetItemState(db, id, InboxState::kRejected);
  }));
  return result;
}

absl::StatusOr<int64_t> ServiceAnswers::Start(int64_t id) {
  int64_t result = 0;
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const bool begun, Begun(id));
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_RETURN_IF_ERROR(CheckOffer(item));
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingAnswer(db, id, EntryKind::kStart));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    if (begun) return StatementInvalid("item", "it began when the person was handed over");
    // Where the last one was refused, it stands as started.
    if (item.state != InboxState::kAccepted && item.state != InboxState::kInProgress) {
      return StatementInvalid("item", "accept it first");
    }
    Answer<v1::Start, v1::StartServiceRequest> answer(*signer, clock_.Now(), EntryKind::kStart,
                                                      envelope::kStartType,
                                                      &v1::StartServiceRequest::mutable_start);
    AMANA_ASSIGN_OR_RETURN(const NewEntry entry, answer.Make(item, v1::Start(), std::nullopt));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetItemState(db, id, InboxState::kInProgress);
  }));
  return result;
}

absl::StatusOr<int64_t> ServiceAnswers::Report(int64_t id, bool completed, v1::Reason outcome,
                                               const std::optional<Words>& words) {
  if (codes::KindOf(outcome) != codes::ReasonKind::kOutcome) {
    return StatementInvalid("outcome", "must be an OUTCOME code");
  }
  if (!completed && !codes::IsFailure(outcome)) {
    return StatementInvalid("outcome", "must say why it failed");
  }
  int64_t result = 0;
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const bool begun, Begun(id));
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_RETURN_IF_ERROR(CheckOffer(item));
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingAnswer(db, id, EntryKind::kOutcome));
    if (standing.has_value()) {
      const InboxState said = completed ? InboxState::kCompleted : InboxState::kFailed;
      if (item.state != said) return StatementInvalid("outcome", "another was reported");
      result = *standing;
      return absl::OkStatus();
    }
    const bool handed_over = begun && item.state == InboxState::kAccepted;
    if (!MayReport(item.state) && !handed_over) return StatementInvalid("item", "start it first");
    v1::Outcome message;
    message.set_completed(completed);
    message.set_outcome(outcome);
    Answer<v1::Outcome, v1::ReportOutcomeRequest> answer(
        *signer, clock_.Now(), EntryKind::kOutcome, envelope::kOutcomeType,
        &v1::ReportOutcomeRequest::mutable_outcome);
    AMANA_ASSIGN_OR_RETURN(const NewEntry entry, answer.Make(item, std::move(message), words));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetItemState(db, id, completed ? InboxState::kCompleted : InboxState::kFailed);
  }));
  return result;
}

}  // namespace amana::sdk
