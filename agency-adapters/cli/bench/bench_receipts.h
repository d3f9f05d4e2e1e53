// Receipts judged as every sender judges them, at the cost of a sender of many: the leaf is rebuilt
// and the inclusion path verified for each, the log's signature once for each checkpoint.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_RECEIPTS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_RECEIPTS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "amana/v1/event.pb.h"
#include "amana/v1/referral_service.pb.h"
#include "base/ids.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note_verifier.h"

namespace amana::cli {

// Thread-safe.
class ReceiptChecker {
 public:
  explicit ReceiptChecker(transparency::NoteVerifier log) : log_(std::move(log)) {}

  // OK when the log proves that it holds a SUBMISSION_ACCEPTED of this referral, version 1, with
  // this statement. RECEIPT_MISMATCH for another event; EVENT_INVALID, PROOF_MALFORMED,
  // PROOF_INVALID and the errors of OpenCheckpoint.
  absl::Status Check(const v1::Receipt& receipt, const ReferralId& referral,
                     const Digest& statement);

  // Check, and BENCH_INVALID unless the answer is to a new submission whose one task is ROUTED.
  absl::Status CheckAnswer(const v1::SubmitResponse& answer, const ReferralId& referral,
                           const Digest& statement);

 private:
  using CheckpointPtr = std::shared_ptr<const transparency::Checkpoint>;
  absl::StatusOr<CheckpointPtr> Open(const std::string& note);

  const transparency::NoteVerifier log_;
  absl::Mutex mu_;
  absl::flat_hash_map<std::string, CheckpointPtr> opened_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_RECEIPTS_H_
