#include <optional>
#include <utility>

#include "broker/delivery/submission.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/handover_facts.h"
#include "broker/operations/notes.h"

namespace amana::operations {
namespace {

using referral::Actor;

// The person is a minor, or may be; what cannot be read may be.
absl::StatusOr<bool> MayBeMinor(const store::Snapshot& snapshot, const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const delivery::StoredSubmission stored,
                         delivery::ReadSubmission(snapshot, key));
  return stored.header.subject_class() != v1::SUBJECT_CLASS_ADULT;
}

// An attempt is the next of its task, and names what came last.
absl::Status CheckChain(const store::Snapshot& snapshot, const CheckedStep& checked,
                        const store::HandoverKey& key, const Digest& header_digest) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::HandoverRecord> latest,
                         snapshot.handovers().Latest(key.task));
  const uint32_t last = latest.has_value() ? latest->key.attempt : 0;
  if (key.attempt != last + 1) return AttemptOutOfOrder();
  const Digest& expected = latest.has_value() ? latest->last_step : header_digest;
  return checked.step.previous == expected ? absl::OkStatus() : HandoverStepOutdated();
}

absl::StatusOr<store::HandoverRecord> NewHandover(const store::Snapshot& snapshot,
                                                  const CheckedStep& checked,
                                                  const store::ReferralRecord& referral,
                                                  const store::TaskRecord& task,
                                                  const store::HandoverKey& key) {
  store::HandoverRecord handover;
  handover.key = key;
  handover.offer_epoch = task.offer_epoch;
  handover.subject = referral.subject;
  handover.service = task.service;
  handover.responsible = checked.step.actor;
  handover.recipient = *task.recipient;
  AMANA_ASSIGN_OR_RETURN(handover.minor, MayBeMinor(snapshot, referral.key));
  return handover;
}

}  // namespace

absl::StatusOr<Offered> OfferHandover(store::Transaction& tx, const Context& context,
                                      const CheckedStep& checked,
                                      const store::ReferralRecord& referral) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CustodyRecord> custody,
                         read.custodies().Find(referral.subject));
  if (!custody.has_value() || custody->responsible.agency != checked.caller.agency) {
    return NotFound("handover");
  }
  const v1::HandoverStep& message = checked.step.message;
  if (referral.header_digest.view() != message.header_digest()) {
    return HeaderDigestMismatch("header_digest");
  }
  const store::HandoverKey key{{referral.key, message.handover().task()},
                               message.handover().attempt()};
  AMANA_ASSIGN_OR_RETURN(const store::TaskRecord task, FindTask(read, key.task));
  if (task.offer_epoch != message.handover().offer_epoch()) {
    return OfferEpochOutdated("handover.offer_epoch");
  }
  AMANA_RETURN_IF_ERROR(checked.freshness);
  if (custody->under_way.has_value()) return HandoverUnderWay();
  AMANA_RETURN_IF_ERROR(CheckChain(read, checked, key, referral.header_digest));
  referral::HandoverGuard guard = GuardOf(checked.step, /*minor=*/true);
  guard.task = task.state;
  guard.service = task.service;
  const delivery::HandoverMove move = MoveOf(checked.step, Actor::kResponsible);
  AMANA_RETURN_IF_ERROR(referral::CheckHandoverTransition(v1::HANDOVER_STATE_UNSPECIFIED, move.to,
                                                          move.actor, move.reason, guard));
  if (*task.recipient == custody->responsible) return AlreadyResponsible();
  AMANA_RETURN_IF_ERROR(CheckMayShare(read, checked.moment, task, task.offer_epoch));
  AMANA_RETURN_IF_ERROR(
      CheckReaders(read, checked.moment, checked.note, {checked.step.actor, *task.recipient}));

  AMANA_ASSIGN_OR_RETURN(store::HandoverRecord handover,
                         NewHandover(read, checked, referral, task, key));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.signer.evidence);
  delivery::HandoverRecorder handovers(tx, recorder, context.policy, checked.moment.now);
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, handovers.Offer(handover, guard, move));
  AMANA_RETURN_IF_ERROR(KeepTaken(tx, checked, key, event));
  return Offered{std::move(handover), event};
}

}  // namespace amana::operations
