#include "agency-adapters/cli/bench/bench_receipts.h"

#include "agency-adapters/cli/bench/bench_errors.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/event_view.h"
#include "base/status.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::cli {
namespace {

constexpr size_t kMaxOpened = 64;  // receipts of older checkpoints are no longer under way

}  // namespace

absl::StatusOr<ReceiptChecker::CheckpointPtr> ReceiptChecker::Open(const std::string& note) {
  {
    absl::MutexLock lock(&mu_);
    const auto found = opened_.find(note);
    if (found != opened_.end()) return found->second;
  }
  AMANA_ASSIGN_OR_RETURN(transparency::OpenedCheckpoint opened,
                         transparency::OpenCheckpoint(note, log_));
  auto checkpoint = std::make_shared<const transparency::Checkpoint>(std::move(opened.checkpoint));
  absl::MutexLock lock(&mu_);
  if (opened_.size() >= kMaxOpened) opened_.clear();
  opened_.emplace(note, checkpoint);
  return checkpoint;
}

absl::Status ReceiptChecker::Check(const v1::Receipt& receipt, const ReferralId& referral,
                                   const Digest& statement) {
  AMANA_ASSIGN_OR_RETURN(const sdk::EventView event, sdk::ViewOf(receipt.event()));
  if (event.kind != v1::EVENT_KIND_SUBMISSION_ACCEPTED) return sdk::ReceiptMismatch("kind");
  if (!event.referral.has_value() || event.referral->referral != referral ||
      event.referral->version != 1) {
    return sdk::ReceiptMismatch("referral");
  }
  if (event.statement_digest != statement) return sdk::ReceiptMismatch("statement_digest");
  AMANA_ASSIGN_OR_RETURN(const transparency::TlogProof proof,
                         transparency::ParseTlogProof(receipt.tlog_proof()));
  AMANA_ASSIGN_OR_RETURN(const CheckpointPtr tree, Open(proof.checkpoint));
  return transparency::VerifyInclusion(proof.index, tree->size(), event.leaf_hash, proof.path,
                                       tree->root());
}

absl::Status ReceiptChecker::CheckAnswer(const v1::SubmitResponse& answer,
                                         const ReferralId& referral, const Digest& statement) {
  if (answer.replayed()) return BenchInvalid("a submission was answered as a replay");
  if (answer.tasks_size() != 1) return BenchInvalid("a submission has not one task");
  const v1::TaskStatus& task = answer.tasks(0);
  if (task.state() != v1::TASK_STATE_ROUTED) {
    return BenchInvalid("a submission was not routed but " + v1::TaskState_Name(task.state()) +
                        ", " + v1::Reason_Name(task.reason()));
  }
  return Check(answer.receipt(), referral, statement);
}

}  // namespace amana::cli
