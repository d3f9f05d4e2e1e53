// The broker's signature on a recall: its event in the log, proven to a checkpoint that the log
// signed. A recall is obeyed at once, on the broker's word; with the proof the recipient can show
// why it deleted what it had, whoever caused the recall.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_RECALL_PROOF_H_
#define AMANA_AGENCY_ADAPTERS_SDK_RECALL_PROOF_H_

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/verifier.h"
#include "proto/transparency/note_verifier.h"

namespace amana::sdk {

struct RecallProof {
  v1::Receipt receipt;
  VerifiedReceipt verified;
};

// Asks the log of `client`'s broker, and verifies with the key of `log`. Errors: RECALL_NOT_IN_LOG:
// it shows no such event, or another than this item's; those of the calls and of VerifyReceipt.
absl::StatusOr<RecallProof> FetchRecallProof(Client& client, const transparency::NoteVerifier& log,
                                             const InboxItem& item);

// The event is the recall of this item, for this reason.
bool IsRecallOf(const EventView& event, const InboxItem& item);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_RECALL_PROOF_H_
