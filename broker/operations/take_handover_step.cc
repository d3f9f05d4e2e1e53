#include "broker/operations/take_handover_step.h"

#include <memory>
#include <optional>
#include <utility>

#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/handover_steps.h"
#include "broker/operations/handover_view.h"
#include "broker/operations/notes.h"

namespace amana::operations {
namespace {

using referral::Actor;

absl::StatusOr<CheckedStep> Check(const Context& context, const identity::Caller& caller,
                                  const v1::TakeHandoverStepRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(envelope::HandoverStatement step,
                         envelope::ParseHandoverStep(request.step()));
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer,
                         VerifySigner(moment, caller, request.step(), step.message.meta()));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(signer.signer));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(signer.signer, step.actor, "actor"));
  AMANA_RETURN_IF_ERROR(
      CheckNoteOf(request.has_note(), request.note(), step.message.note_sha256()));
  absl::Status freshness = envelope::CheckFreshness(step.message.meta(), moment.now);
  return CheckedStep{moment,         caller,         std::move(step),     std::move(signer),
                     request.step(), request.note(), std::move(freshness)};
}

// What was said before is answered as it was then.
absl::StatusOr<std::optional<Verdict>> AnswerAgain(const store::Snapshot& snapshot,
                                                   const CheckedStep& checked,
                                                   const store::HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         snapshot.handovers().FindStep(handover.key, checked.step.digest));
  if (!kept.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const bool refused,
                         snapshot.handovers().WasRefused(handover.key, checked.step.digest));
  Verdict verdict{.event = kept->log_index};
  if (refused) {
    verdict.refusal = checked.step.message.state() == v1::HANDOVER_STATE_ARRIVED
                          ? HandoverCodeWrong(CodesLeft(handover))
                          : HandoverDigestMismatch();
  }
  return verdict;
}

// The referral, to whoever is a side of this attempt or offers it; to others there is none.
absl::StatusOr<store::ReferralRecord> FindReferral(const store::Snapshot& snapshot,
                                                   const CheckedStep& checked) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot.referrals().Find(checked.step.referral));
  if (!referral.has_value()) return NotFound("handover");
  return *referral;
}

absl::StatusOr<Verdict> Take(store::Transaction& tx, const Context& context,
                             const CheckedStep& checked, v1::TakeHandoverStepResponse& response) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const store::ReferralRecord referral, FindReferral(read, checked));
  AMANA_ASSIGN_OR_RETURN(const store::HandoverKey key, FromWire(checked.step.message.handover()));
  AMANA_ASSIGN_OR_RETURN(std::optional<store::HandoverRecord> handover, read.handovers().Find(key));
  if (!handover.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const Offered offered, OfferHandover(tx, context, checked, referral));
    *response.mutable_handover() = Summarise(offered.handover, referral.header_digest);
    return Verdict{.event = offered.event};
  }
  const std::optional<Actor> side = SideOf(*handover, checked.step.actor);
  if (!side.has_value()) return NotFound("handover");
  AMANA_ASSIGN_OR_RETURN(const std::optional<Verdict> before,
                         AnswerAgain(read, checked, *handover));
  absl::StatusOr<Verdict> verdict =
      before.has_value() ? *before : MoveHandover(tx, context, checked, referral, *side, *handover);
  *response.mutable_handover() = Summarise(*handover, referral.header_digest);
  return verdict;
}

}  // namespace

void TakeHandoverStep(const Context& context, const identity::Caller& caller,
                      const v1::TakeHandoverStepRequest& request,
                      Reply<v1::TakeHandoverStepResponse> reply) {
  absl::StatusOr<CheckedStep> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const CheckedStep>(*std::move(checked));
  CommitAndReply<v1::TakeHandoverStepResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::TakeHandoverStepResponse& response) {
        return Take(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
