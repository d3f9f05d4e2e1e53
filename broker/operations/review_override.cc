#include "broker/operations/review_override.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/override.pb.h"
#include "broker/delivery/signatory.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/consent_effects.h"
#include "broker/operations/errors.h"
#include "broker/operations/override_referral.h"
#include "broker/operations/statement.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  Verified<v1::OverrideReview> statement;
  consent::ReviewFacts facts;
  // Whose writes must have ended before the reply; known once the referral was found.
  std::shared_ptr<Pseudonym> subject = std::make_shared<Pseudonym>();
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::ReviewOverrideRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::OverrideReview> statement,
                         VerifyStatement<v1::OverrideReview>(moment, caller, request.review(),
                                                             envelope::kOverrideReviewType));
  AMANA_RETURN_IF_ERROR(CheckListed(moment, statement.signer));
  const v1::OverrideReview& message = statement.message;
  AMANA_ASSIGN_OR_RETURN(const Address reviewer,
                         delivery::FromWire(message.reviewer(), "reviewer"));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, reviewer, "reviewer"));
  AMANA_ASSIGN_OR_RETURN(const Digest reason,
                         Digest::FromBytes(message.reason_sha256(), "reason_sha256"));
  if (reason.is_zero()) return FieldInvalid("reason_sha256", "the digest of a finding");
  consent::ReviewFacts facts;
  facts.authentic = true;
  AMANA_ASSIGN_OR_RETURN(facts.header, Digest::FromBytes(message.header_digest(), "header_digest"));
  facts.reviewer = delivery::SignatoryOf(statement.signer.certificate, reviewer);
  facts.on_approver_list = true;  // checked above
  facts.upheld = message.upheld();
  facts.reviewed_at = moment.now;
  return Checked{.moment = moment, .statement = std::move(statement), .facts = std::move(facts)};
}

absl::Status CheckReviewer(const OverrideTarget& target, const consent::Signatory& reviewer) {
  if (target.grounds.approvals.empty()) return NoOverride("referral");
  if (SamePersonOrKey(reviewer, target.sender)) return ApproverIsSender("reviewer");
  for (const consent::ApprovalFacts& approval : target.grounds.approvals) {
    if (SamePersonOrKey(reviewer, approval.approver)) return ReviewerIsApprover("reviewer");
  }
  return absl::OkStatus();
}

absl::Status CloseReviews(store::Transaction& tx, const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::ReviewTask> reviews,
                         std::as_const(tx).grounds().OpenReviews(key));
  for (store::ReviewTask& review : reviews) {
    if (review.kind != store::ReviewKind::kOverride) continue;
    review.state = store::ReviewState::kDone;
    AMANA_RETURN_IF_ERROR(tx.grounds().MoveReview(review));
  }
  return absl::OkStatus();
}

absl::StatusOr<Verdict> Review(store::Transaction& tx, const Context& context,
                               const Checked& checked) {
  const v1::OverrideReview& message = checked.statement.message;
  AMANA_ASSIGN_OR_RETURN(const OverrideTarget target,
                         FindOverrideTarget(tx, message.referral(), message.header_digest()));
  *checked.subject = target.referral.subject;  // a repetition waits as the first one does
  const StatementKey& key = target.referral.key;
  const store::PersonRef person{checked.facts.reviewer.address.agency,
                                checked.facts.reviewer.person};
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).grounds().FindReview(key, person));
  if (kept.has_value()) {
    if (kept->digest == checked.statement.record.digest) return Verdict{.event = kept->log_index};
    return AlreadyReviewed("referral");
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(CheckReviewer(target, checked.facts.reviewer));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  delivery::Recorder recorder(tx, target.referral, checked.moment.now, checked.statement.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_OVERRIDE_REVIEWED);
  if (!message.upheld()) event.reason = v1::REASON_OVERRIDE_UNAPPROVED;
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(record.log_index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(tx.grounds().Review(key, checked.facts, record));
  AMANA_RETURN_IF_ERROR(CloseReviews(tx, key));
  AMANA_RETURN_IF_ERROR(
      DecideReferralAgain(tx, context, checked.moment, checked.statement.evidence, key));
  return Verdict{.event = record.log_index};
}

}  // namespace

void ReviewOverride(const Context& context, const identity::Caller& caller,
                    const v1::ReviewOverrideRequest& request,
                    Reply<v1::ReviewOverrideResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::ReviewOverrideResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::ReviewOverrideResponse&) {
        return Review(tx, context, *shared);
      },
      ReplyWhenQuietOf<v1::ReviewOverrideResponse>(context, shared->subject, std::move(reply)));
}

}  // namespace amana::operations
