// When the log goes on as another (amana/v1/recovery.proto): whether the statement may be believed,
// and what this agency makes of it. Nothing is taken from the broker on its word.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_
#define AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/verifier.h"
#include "proto/envelope/recovery.h"
#include "proto/transparency/succession.h"

namespace amana::sdk {

struct CheckedSuccession {
  envelope::RecoveryFile file;
  transparency::Succession succession;
  bool accepted = false;  // the new log is the one that is pinned here
};

// Signed by two operators of the pinned broker agency, whose certificates chain to pinned
// authorities and were good when they signed; of the log pinned here; and the new log's own first
// entry says so. SUCCESSION_UNTRUSTED naming what is not so (kPermissionDenied); errors of
// RecoveryFile, Succession::Create, ChainVerifier and VerifyReceipt.
absl::StatusOr<CheckedSuccession> CheckSuccession(std::string_view bytes, const Identity& identity);

// What the broker serves. Errors of the call; NOT_FOUND: its log goes on in no other's place.
absl::StatusOr<std::string> FetchSuccession(Client& client);

// Of this agency's outbox: what the old log took at or beyond the kept size, by its receipts.
// Oldest first.
absl::StatusOr<std::vector<OutboxEntry>> AtRisk(Mailbox& mailbox,
                                                const transparency::Succession& succession);

// The new log has all that the old one had below the kept size, as far as this agency has kept
// checkpoints of it. LOG_FORKED; errors of FetchCheckpoint. The new log's newest checkpoint.
absl::StatusOr<NewCheckpoint> CheckKept(Client& client, Mailbox& mailbox,
                                        const transparency::Succession& succession);

// In one transaction: checkpoints and receipts of the old log are put away as evidence; `newest`
// is held in their place; what was at risk is to be sent again, the same bytes; notices and the
// directory from the kept size on are to be read again. A second time nothing changes. How many
// entries are to be sent again.
absl::StatusOr<size_t> TakeSuccession(Mailbox& mailbox, const Identity& identity,
                                      const CheckedSuccession& checked,
                                      const NewCheckpoint& newest);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_
