#include "broker/operations/commit.h"

#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<v1::Receipt> StoredReceipt(const store::Snapshot& snapshot, uint64_t event) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found,
                         snapshot.log().ReadEvents(event, 1));
  if (found.empty()) return NotFound("index");
  v1::Receipt receipt;
  *receipt.mutable_event() = events::ToOpening(found[0].event, found[0].seed);
  AMANA_ASSIGN_OR_RETURN(*receipt.mutable_tlog_proof(), audit::TlogProofFor(snapshot, event));
  return receipt;
}

absl::StatusOr<v1::Receipt> MakeReceipt(const store::Store& store,
                                        const store::CommittedBatch& batch, uint64_t event) {
  absl::StatusOr<store::StoredEvent> fresh = batch.Event(event);
  if (!fresh.ok()) {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
    return StoredReceipt(*snapshot, event);
  }
  v1::Receipt receipt;
  *receipt.mutable_event() = events::ToOpening(fresh->event, fresh->seed);
  AMANA_ASSIGN_OR_RETURN(*receipt.mutable_tlog_proof(), batch.TlogProof(event));
  return receipt;
}

}  // namespace amana::operations
