#include "broker/operations/commit.h"

#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<v1::Receipt> MakeReceipt(const store::Store& store,
                                        const store::CommittedBatch& batch, uint64_t event) {
  v1::Receipt receipt;
  absl::StatusOr<store::StoredEvent> fresh = batch.Event(event);
  if (fresh.ok()) {
    *receipt.mutable_event() = events::ToOpening(fresh->event, fresh->seed);
    AMANA_ASSIGN_OR_RETURN(*receipt.mutable_tlog_proof(), batch.TlogProof(event));
    return receipt;
  }
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> old,
                         snapshot->log().ReadEvents(event, 1));
  if (old.empty()) return NotFound("index");
  *receipt.mutable_event() = events::ToOpening(old[0].event, old[0].seed);
  AMANA_ASSIGN_OR_RETURN(*receipt.mutable_tlog_proof(), audit::TlogProofFor(*snapshot, event));
  return receipt;
}

}  // namespace amana::operations
