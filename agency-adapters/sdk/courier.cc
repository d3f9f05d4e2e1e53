#include "agency-adapters/sdk/courier.h"

#include <utility>
#include <vector>

#include "agency-adapters/sdk/entry_calls.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

constexpr size_t kFlushAtMost = 10'000;

// What the outbox holds was sealed and signed by this program or an older one.
absl::StatusOr<const EntryCall*> FindCall(EntryKind kind) {
  const EntryCall* call = CallOf(kind);
  if (call == nullptr) return StatementInvalid("kind", "an entry of a newer program");
  return call;
}

absl::StatusOr<v1::Receipt> CallFor(Client& client, const OutboxEntry& entry) {
  AMANA_ASSIGN_OR_RETURN(const EntryCall* call, FindCall(entry.kind));
  AMANA_ASSIGN_OR_RETURN(const std::string response, client.CallBytes(call->method, entry.request));
  return call->receipt(response);
}

absl::Status CheckIsOf(const EventView& event, const OutboxEntry& entry) {
  if (event.statement_digest != entry.digest) return ReceiptMismatch("statement_digest");
  if (entry.referral.has_value() && event.referral != entry.referral) {
    return ReceiptMismatch("referral");
  }
  AMANA_ASSIGN_OR_RETURN(const EntryCall* call, FindCall(entry.kind));
  if (call->event != v1::EVENT_KIND_UNSPECIFIED && event.kind != call->event) {
    return ReceiptMismatch("kind");
  }
  return absl::OkStatus();
}

absl::StatusOr<VerifiedReceipt> Verify(const v1::Receipt& receipt, const OutboxEntry& entry,
                                       const transparency::NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt verified, VerifyReceipt(receipt, log));
  AMANA_RETURN_IF_ERROR(CheckIsOf(verified.event, entry));
  return verified;
}

// Of a recipient, after what it said before.
bool FollowsAnswers(EntryKind kind) {
  switch (kind) {
    case EntryKind::kSeen:
    case EntryKind::kDecision:
    case EntryKind::kQuestion:
    case EntryKind::kStart:
    case EntryKind::kOutcome:
      return true;
    default:
      return false;
  }
}

// Of a sender, about a referral that must be there.
bool FollowsSubmission(EntryKind kind) {
  switch (kind) {
    case EntryKind::kGrants:
    case EntryKind::kCancellation:
    case EntryKind::kAttachment:
    case EntryKind::kReroute:
    case EntryKind::kCandidates:
    case EntryKind::kCall:
    case EntryKind::kUpdate:
      return true;
    default:
      return false;
  }
}

bool IsLinkDown(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return reason == "BROKER_UNREACHABLE" || reason == "BROKER_TIMEOUT";
}

}  // namespace

absl::Status Courier::CheckTurn(const OutboxEntry& entry) {
  if (FollowsAnswers(entry.kind)) {
    AMANA_ASSIGN_OR_RETURN(const bool waits, outbox_.AnswersWait(entry));
    return waits ? SubmissionPending() : absl::OkStatus();
  }
  if (entry.kind == EntryKind::kHandoverStep) {
    AMANA_ASSIGN_OR_RETURN(const bool waits, outbox_.StepsWait(entry));
    return waits ? SubmissionPending() : absl::OkStatus();
  }
  if (entry.kind == EntryKind::kAttachment) {
    AMANA_ASSIGN_OR_RETURN(const bool waits, outbox_.ConsentsWait(entry));
    if (waits) return SubmissionPending();
  }
  const bool follows = FollowsSubmission(entry.kind);
  if (!entry.referral.has_value() || (!follows && entry.kind != EntryKind::kSubmission)) {
    return absl::OkStatus();
  }
  StatementKey before = *entry.referral;
  if (!follows && --before.version == 0) return absl::OkStatus();
  const absl::StatusOr<OutboxEntry> submission = outbox_.FindSubmission(before);
  // One that another mailbox sent is none of our business.
  if (ErrorReason(submission.status()) == "ENTRY_UNKNOWN") return absl::OkStatus();
  if (!submission.ok()) return submission.status();
  return submission->state == EntryState::kPending ? SubmissionPending() : absl::OkStatus();
}

absl::StatusOr<Courier::Attempt> Courier::Try(int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry entry, outbox_.Get(id));
  if (entry.state != EntryState::kPending) return Attempt{entry.state, absl::OkStatus()};
  if (const absl::Status turn = CheckTurn(entry); !turn.ok()) {
    AMANA_RETURN_IF_ERROR(outbox_.Retry(id, turn));
    return Attempt{EntryState::kPending, turn};
  }
  const absl::StatusOr<v1::Receipt> receipt = CallFor(client_, entry);
  if (!receipt.ok()) {
    if (!IsFinalRefusal(receipt.status())) {
      AMANA_RETURN_IF_ERROR(outbox_.Retry(id, receipt.status()));
      return Attempt{EntryState::kPending, receipt.status()};
    }
    AMANA_RETURN_IF_ERROR(outbox_.Refuse(id, receipt.status()));
    return Attempt{EntryState::kRefused, absl::OkStatus()};
  }
  const absl::StatusOr<VerifiedReceipt> verified = Verify(*receipt, entry, log_);
  if (!verified.ok()) {
    // Nothing is proven: to us it has not happened, whatever the broker says.
    AMANA_RETURN_IF_ERROR(outbox_.Retry(id, verified.status()));
    return Attempt{EntryState::kPending, verified.status()};
  }
  AMANA_RETURN_IF_ERROR(outbox_.Accept(id, *receipt, verified->index));
  return Attempt{EntryState::kAccepted, watch_.Hold(*verified)};
}

absl::StatusOr<OutboxEntry> Courier::Send(int64_t id) {
  AMANA_RETURN_IF_ERROR(Try(id).status());
  return outbox_.Get(id);
}

absl::StatusOr<FlushReport> Courier::FlushOnce() {
  AMANA_ASSIGN_OR_RETURN(const std::vector<int64_t> ids, outbox_.Pending(kFlushAtMost));
  FlushReport report;
  for (const int64_t id : ids) {
    AMANA_ASSIGN_OR_RETURN(const Attempt attempt, Try(id));
    report.accepted += attempt.state == EntryState::kAccepted;
    report.refused += attempt.state == EntryState::kRefused;
    report.pending += attempt.state == EntryState::kPending;
    if (report.trouble.ok()) report.trouble = attempt.trouble;
    if (IsLinkDown(attempt.trouble)) break;
  }
  return report;
}

absl::StatusOr<FlushReport> Courier::Flush() {
  AMANA_ASSIGN_OR_RETURN(FlushReport report, FlushOnce());
  // As long as what was accepted makes way for what waited for it.
  while (ErrorReason(report.trouble) == "SUBMISSION_PENDING" && report.accepted > 0) {
    AMANA_ASSIGN_OR_RETURN(const FlushReport more, FlushOnce());
    report.refused += more.refused;
    report.pending = more.pending;
    report.trouble = more.trouble;
    report.accepted += more.accepted;
    if (more.accepted == 0) break;
  }
  if (IsLinkDown(report.trouble)) return report;
  const absl::Status watched = watch_.CatchUp(client_);
  if (report.trouble.ok()) report.trouble = watched;
  return report;
}

}  // namespace amana::sdk
