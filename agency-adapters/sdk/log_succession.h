// When the log goes on as another (amana/v1/recovery.proto): whether the statement may be believed,
// and what this agency makes of it. Nothing is taken from the broker on its word.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_
#define AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_

#include <cstdint>
#include <optional>
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
#include "proto/crypto/revocation_list.h"
#include "proto/envelope/recovery.h"
#include "proto/transparency/succession.h"

namespace amana::sdk {

struct CheckedSuccession {
  envelope::RecoveryFile file;
  transparency::Succession succession;
  VerifiedReceipt opened;  // the new log's own first entry
  bool accepted = false;   // the new log is the one that is trusted
};

struct SuccessionTrust {
  // The old or the new log must be this one; null: the one that is pinned.
  const transparency::NoteVerifier* log = nullptr;
  // Whom the authority has revoked; nullopt: it is not known here.
  std::optional<std::vector<crypto::Revocation>> revocations = {};
};

// Signed by two operators of the pinned broker agency, whose certificates chain to pinned
// authorities, were good when they signed and not revoked when the new log was opened (a time of
// signing is only what a signer says); of the log trusted here; and the new log's own first entry
// says so. SUCCESSION_UNTRUSTED naming what is not so (kPermissionDenied), CERT_REVOKED; errors of
// RecoveryFile, Succession::Create, ChainVerifier and VerifyReceipt.
absl::StatusOr<CheckedSuccession> CheckSuccession(std::string_view bytes, const Identity& identity,
                                                  const SuccessionTrust& trust = {});

// Several, oldest first, each of the log that the one before has opened: whoever missed one when it
// happened goes on by all of them. The log that is trusted must be one of theirs. `trust.log` is
// not used. Errors of CheckSuccession.
absl::StatusOr<std::vector<CheckedSuccession>> CheckSuccessions(
    const std::vector<std::string>& statements, const Identity& identity,
    const SuccessionTrust& trust = {});

// Those that this mailbox has gone on by, as they were signed, in no order.
absl::StatusOr<std::vector<std::string>> AcceptedSuccessions(Mailbox& mailbox);

// What was put away of logs that have ended: evidence still.
struct EndedEvidence {
  std::vector<std::string> checkpoints;
  std::vector<v1::Receipt> receipts;
};
absl::StatusOr<EndedEvidence> ReadEnded(Mailbox& mailbox);

// What the broker serves. Errors of the call; NOT_FOUND: its log goes on in no other's place.
absl::StatusOr<std::string> FetchSuccession(Client& client);

// Of this agency's outbox: what the old log took at or beyond the kept size, by its receipts.
// Oldest first.
absl::StatusOr<std::vector<OutboxEntry>> AtRisk(Mailbox& mailbox,
                                                const transparency::Succession& succession);

// The broker's log, which the last of `steps` has opened, has all that each log had below the kept
// size, as far as this agency has kept checkpoints of it. LOG_FORKED; SUCCESSION_UNTRUSTED where
// one of another log is kept, so that a step is missing; errors of FetchCheckpoint. The broker's
// newest checkpoint.
absl::StatusOr<NewCheckpoint> CheckKept(Client& client, Mailbox& mailbox,
                                        const std::vector<CheckedSuccession>& steps);

// For each step in one transaction: checkpoints and receipts of the old log are put away as
// evidence; the newest that is known of the new one, in the end `newest`, is held in their place;
// what was at risk is to be sent again, the same bytes; notices and the directory from the kept
// size on are to be read again, and NoticeBox::Ended has what they were. A second time nothing
// changes. How many entries are to be sent again.
absl::StatusOr<size_t> TakeSuccessions(Mailbox& mailbox, const Identity& identity,
                                       const std::vector<CheckedSuccession>& steps,
                                       const NewCheckpoint& newest);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_LOG_SUCCESSION_H_
