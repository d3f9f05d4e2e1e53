#include "broker/operations/answer_question.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/submission.h"
#include "broker/events/update_detail.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/notes.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/task_status.h"
#include "broker/referral/task_machine.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/update.h"

namespace amana::operations {
namespace {

using envelope::UpdateStatement;
using referral::Actor;

// An update that was checked as far as it can be without the store.
struct Checked {
  delivery::Moment moment;
  UpdateStatement update;
  VerifiedSigner signer;
  std::vector<envelope::GrantStatement> grants;
  v1::UpdateSubmission submission;

  const v1::Update& message() const { return update.message(); }
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              v1::UpdateSubmission submission) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(UpdateStatement update, UpdateStatement::Create(submission.update()));
  if (update.referral().sender != caller.agency) return SenderNotCaller("referral.sender_agency");
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer, VerifySigner(moment, caller, submission.update(),
                                                             update.message().meta()));
  AMANA_ASSIGN_OR_RETURN(std::vector<envelope::GrantStatement> grants,
                         envelope::CheckUpdate(submission, update));
  return Checked{moment, std::move(update), std::move(signer), std::move(grants),
                 std::move(submission)};
}

// Sealed to who asked, and to nobody else; gives the certificate that the delivery is for.
absl::StatusOr<CertId> CheckSealedTo(const store::Snapshot& snapshot, const Checked& checked,
                                     const Address& asked) {
  AMANA_ASSIGN_OR_RETURN(const delivery::Recipients recipients,
                         delivery::Recipients::Of(snapshot, checked.moment));
  const crypto::Certificate* const sealing = recipients.Sealing(asked);
  bool current = false;
  for (const envelope::GrantStatement& grant : checked.grants) {
    if (grant.recipient != asked) return UpdateRecipientMismatch("grants.recipient");
    if (!recipients.Has(asked, grant.recipient_cert)) {
      return WrapRecipientMismatch("grants.recipient_cert_id");
    }
    current |= sealing != nullptr && grant.recipient_cert == sealing->id();
  }
  if (!current) return UpdateRecipientMismatch("grants.recipient_cert_id");
  if (checked.submission.has_note()) {
    AMANA_RETURN_IF_ERROR(
        CheckReaders(snapshot, checked.moment, checked.submission.note(), {asked}));
  }
  return sealing->id();
}

codes::CategorySet Added(const Checked& checked) {
  codes::CategorySet added;
  for (const v1::SlotOpening& opening : checked.submission.openings())
    added.Add(opening.category());
  return added;
}

// What consent says of the referral with what is added to it. Where nothing of the update could go,
// under the code that says why.
absl::StatusOr<consent::Decision> Permit(const store::Snapshot& snapshot, const Checked& checked,
                                         const store::TaskRecord& task) {
  AMANA_ASSIGN_OR_RETURN(const delivery::StoredSubmission stored,
                         delivery::ReadSubmission(snapshot, task.key.referral));
  const codes::CategorySet added = Added(checked);
  consent::Decision decision = delivery::DecideTask(
      snapshot, checked.moment, stored.header, task.key.task, *task.recipient,
      delivery::CategoriesOf(stored.submission) | added, consent::Attempt::kFirst);
  if (!decision.Delivers()) return ConsentDenies("openings.category", decision.PublicCode());
  const bool some = decision.permitted.Intersects(added) || checked.submission.has_note();
  if (!some) return ConsentDenies("openings.category", decision.PublicCode());
  return decision;
}

// The categories of the update that are withheld, for the sender alone.
std::vector<v1::Category> Withheld(const consent::Decision& decision, codes::CategorySet added) {
  std::vector<v1::Category> withheld;
  for (const v1::Category category : added) {
    if (!decision.permitted.Has(category)) withheld.push_back(category);
  }
  return withheld;
}

absl::StatusOr<uint64_t> Record(store::Transaction& tx, const Checked& checked, OfferTarget& target,
                                const consent::Decision& decision, const CertId& sealed_to) {
  const uint32_t number = checked.message().number();
  const StatementKey& key = target.referral.key;
  AMANA_RETURN_IF_ERROR(
      tx.referrals().AddUpdate({key, number, envelope::Serialize(checked.submission)}));
  delivery::Recorder recorder(tx, target.referral, checked.moment.now, checked.signer.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_REFERRAL_UPDATED);
  event.recipient = target.task.recipient;
  event.task = target.task.key.task;
  event.offer_epoch = target.task.offer_epoch;
  event.consent_rules = delivery::PublicRuleNumbers(decision);
  event.withheld = Withheld(decision, Added(checked));
  events::NameUpdate(number, event);
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  target.task.consent_rules = delivery::PublicRuleNumbers(decision);
  target.task.withheld.clear();
  for (const v1::Category category : decision.redacted) target.task.withheld.push_back(category);
  target.task.decide_at = decision.next_change;
  AMANA_RETURN_IF_ERROR(
      recorder.MoveTask(target.task, v1::TASK_STATE_SEEN, Actor::kSender, v1::REASON_UNSPECIFIED)
          .status());
  AMANA_RETURN_IF_ERROR(
      recorder.Queue(target.task, v1::DISCLOSURE_STAGE_AT_OFFER, sealed_to, number));
  // The statement itself is kept with its body, and erased with it.
  store::StatementRecord record = checked.signer.record;
  record.envelope.clear();
  AMANA_RETURN_IF_ERROR(KeepActedOn(tx, key, checked.signer.signer, std::move(record), index));
  return index;
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Checked& checked, OfferTarget& target) {
  const store::Transaction& read = tx;
  AMANA_RETURN_IF_ERROR(CheckEpoch(target, checked.message().offer_epoch()));
  AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(target.task.state, v1::TASK_STATE_SEEN,
                                                      Actor::kSender, v1::REASON_UNSPECIFIED));
  if (!target.task.recipient.has_value()) return NoOffer("task");
  if (target.referral.expires <= checked.moment.now) return ReferralExpired("referral");
  AMANA_RETURN_IF_ERROR(envelope::CheckFreshness(checked.message().meta(), checked.moment.now));
  AMANA_ASSIGN_OR_RETURN(const uint32_t last, read.referrals().LastUpdate(target.referral.key));
  if (checked.message().number() != last + 1) return UpdateOutOfSequence("number");
  AMANA_ASSIGN_OR_RETURN(const CertId sealed_to,
                         CheckSealedTo(read, checked, *target.task.recipient));
  AMANA_ASSIGN_OR_RETURN(const consent::Decision decision, Permit(read, checked, target.task));
  return Record(tx, checked, target, decision, sealed_to);
}

absl::StatusOr<Verdict> Answered(store::Transaction& tx, const Checked& checked,
                                 v1::AnswerQuestionResponse& response) {
  const StatementKey& key = checked.update.referral();
  AMANA_ASSIGN_OR_RETURN(OfferTarget target,
                         FindOffer(std::as_const(tx), key, checked.message().task(),
                                   checked.message().header_digest()));
  AMANA_RETURN_IF_ERROR(
      identity::CheckSignsFor(checked.signer.signer, target.referral.sender, "referral"));
  AMANA_ASSIGN_OR_RETURN(std::optional<uint64_t> event,
                         FindActedOn(std::as_const(tx), key, checked.update.digest()));
  if (!event.has_value()) {
    AMANA_ASSIGN_OR_RETURN(event, Act(tx, checked, target));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(tx, key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return Verdict{.event = *event};
}

}  // namespace

void AnswerQuestion(const Context& context, const identity::Caller& caller,
                    v1::AnswerQuestionRequest request, Reply<v1::AnswerQuestionResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, std::move(*request.mutable_update()));
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::AnswerQuestionResponse>(
      context,
      [shared](store::Transaction& tx, v1::AnswerQuestionResponse& response) {
        return Answered(tx, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
