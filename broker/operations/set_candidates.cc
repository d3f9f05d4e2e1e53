#include "broker/operations/set_candidates.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/offer_next.h"
#include "broker/delivery/submission.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/task_status.h"
#include "proto/envelope/candidate_order.h"
#include "proto/envelope/statement.h"

namespace amana::operations {
namespace {

using envelope::CandidateOrderStatement;

struct Checked {
  delivery::Moment moment;
  v1::SignedEnvelope envelope;
  CandidateOrderStatement order;
  VerifiedSigner signer;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::SetCandidatesRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(CandidateOrderStatement order,
                         envelope::ParseCandidateOrder(request.order()));
  if (order.companion) return FieldInvalid("order.signature", "the sender's");
  if (order.referral.sender != caller.agency) return SenderNotCaller("referral.sender_agency");
  v1::StatementMeta meta;
  meta.set_cert_id(order.signer.bytes());
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer,
                         VerifySigner(moment, caller, request.order(), meta));
  return Checked{moment, request.order(), std::move(order), std::move(signer)};
}

absl::Status CheckAgainstHeader(v1::SignedEnvelope header, const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(const envelope::ReferralStatement statement,
                         envelope::ReferralStatement::Create(std::move(header)));
  return envelope::CheckCandidateOrder(checked.envelope, statement).status();
}

// What the new order means for a task of which nobody has been offered anything yet.
absl::Status FollowOrder(store::Transaction& tx, const Checked& checked,
                         const store::ReferralRecord& referral, const store::TaskRecord& task) {
  if (task.state == v1::TASK_STATE_UNROUTABLE) {
    delivery::Cause cause;
    cause.evidence.statement = checked.signer.record.digest;
    return delivery::LookAgain(tx, checked.moment, referral, task, cause).status();
  }
  if (task.state != v1::TASK_STATE_NEEDS_WRAP || !task.recipient.has_value()) {
    return absl::OkStatus();
  }
  const auto own = checked.order.tasks.find(task.key.task);
  if (own == checked.order.tasks.end()) return absl::OkStatus();
  const std::vector<Address>& candidates = own->second;
  const bool still =
      std::find(candidates.begin(), candidates.end(), *task.recipient) != candidates.end();
  return still ? absl::OkStatus() : delivery::GiveUpChoice(tx, checked.moment, referral, task);
}

absl::StatusOr<uint64_t> Act(store::Transaction& tx, const Checked& checked,
                             const store::ReferralRecord& referral) {
  const StatementKey& key = checked.order.referral;
  AMANA_ASSIGN_OR_RETURN(const delivery::StoredSubmission stored,
                         delivery::ReadSubmission(tx, key));
  AMANA_RETURN_IF_ERROR(CheckAgainstHeader(stored.submission.header(), checked));
  v1::StatementMeta meta;
  meta.set_created_unix_ms(ToUnixMillis(checked.order.created));
  AMANA_RETURN_IF_ERROR(envelope::CheckFreshness(meta, checked.moment.now));
  AMANA_ASSIGN_OR_RETURN(const std::optional<CandidateOrderStatement> last,
                         delivery::FindOrder(tx, key, stored.submission));
  const uint32_t number = last.has_value() ? last->number : 0;
  if (checked.order.number != number + 1) return OrderOutOfSequence("order.number");
  AMANA_RETURN_IF_ERROR(
      tx.offers().SetOrder(key, {checked.order.number, envelope::Serialize(checked.envelope)}));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.signer.evidence);
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         recorder.Append(recorder.NewEvent(v1::EVENT_KIND_CANDIDATES_SET)));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         std::as_const(tx).referrals().Tasks(key));
  for (const store::TaskRecord& task : tasks) {
    AMANA_RETURN_IF_ERROR(FollowOrder(tx, checked, referral, task));
  }
  return event;
}

absl::StatusOr<Verdict> Set(store::Transaction& tx, const Checked& checked,
                            v1::SetCandidatesResponse& response) {
  const StatementKey& key = checked.order.referral;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         std::as_const(tx).referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral");
  // An order is erased with the body, so what was acted on is known by the event.
  AMANA_ASSIGN_OR_RETURN(std::optional<uint64_t> event,
                         FindActedOn(std::as_const(tx), key, checked.signer.record.digest));
  if (!event.has_value()) {
    AMANA_ASSIGN_OR_RETURN(event, Act(tx, checked, *referral));
    // Whom else it could have gone to is for the broker alone, and ends with the body: what is kept
    // for good is that there was such a statement.
    store::StatementRecord record = checked.signer.record;
    record.envelope.clear();
    AMANA_RETURN_IF_ERROR(KeepActedOn(tx, key, checked.signer.signer, std::move(record), *event));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(tx, key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return Verdict{.event = *event};
}

}  // namespace

void SetCandidates(const Context& context, const identity::Caller& caller,
                   const v1::SetCandidatesRequest& request,
                   Reply<v1::SetCandidatesResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::SetCandidatesResponse>(
      context,
      [shared](store::Transaction& tx, v1::SetCandidatesResponse& response) {
        return Set(tx, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
