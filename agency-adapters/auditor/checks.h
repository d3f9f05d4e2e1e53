// The twelve checks: everything that can be judged offline of a log and of what somebody holds of
// it, each by its name, with no word from the broker. A check that has nothing to look at says so
// and passes nothing.
//
//   NOTE          the folder's checkpoint: syntax, origin, the log's own key
//   WITNESSES     enough witnesses have cosigned it, and not too long ago
//   CONSISTENCY   every checkpoint held is of this very log
//   REPLAY        the signed root and every hash tile follow from the entries
//   INCLUSION     every receipt, and every event shown, is the entry that it says it is
//   EQUIVOCATION  no two signed checkpoints, of whomever, are of different logs
//   COUNTERS      no event is missing from what was shown, nor what this reader is to see of one;
//                 time never runs backwards
//   SIGNATURES    statements held are signed as the log says, by certificates valid and not revoked
//                 when it logged them
//   SECTIONS      what was disclosed opens its commitment; what was withheld has its digest
//   ORDER         tasks, deliveries and handovers went only where the protocol's tables let them
//   TIMESTAMP     RFC 3161 tokens are of a checkpoint held, and were valid at their own time,
//   before
//                 which all that it holds happened
//   ERASURES      what was erased was there, and went to nobody afterwards
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "amana/v1/envelope.pb.h"
#include "amana/v1/event.pb.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/x509.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

// What can be said of a check that fails. From the gravest to the lightest.
enum class Verdict {
  kTampered,      // evidence contradicts itself or what was signed before
  kUntrusted,     // signed by nobody whose word counts here
  kUnverifiable,  // not enough is known here, or not in a form that can be read
  kIncomplete,    // something is missing
  kFine
};
std::string_view VerdictName(Verdict verdict);  // "TAMPERED", ..., "VERIFIED"
// Of a failure, by its reason.
Verdict VerdictOf(const absl::Status& failure);

struct CheckResult {
  std::string_view name;
  enum class Outcome { kPassed, kFailed, kNotApplicable } outcome = Outcome::kNotApplicable;
  uint64_t looked_at = 0;  // how many of what the check looks at
  // kFailed: the first failure found, with reason and what it is about; others were counted.
  absl::Status failure;
  uint64_t failures = 0;
  // kNotApplicable: what was not there to look at; else what the check could not take into account.
  std::string why;
};

// A statement that this side holds as it was signed.
struct HeldStatement {
  v1::SignedEnvelope envelope;
  Digest digest;
};
// Something held whose sections must follow from its signed header; looked at when it is its turn.
struct HeldContent {
  std::string what;  // for messages: a referral, a delivery
  std::function<absl::Status()> open;
};
struct HeldToken {
  std::string file;     // for messages
  std::string token;    // DER: a TimeStampResp, or its token
  std::string of = {};  // the checkpoint that it should be of; empty: any that is held
};

struct Evidence {
  FileSystem& files;
  std::string folder;  // empty: there is none
  transparency::NoteVerifier log;
  absl::Time now;
  std::vector<transparency::NoteVerifier> witnesses = {};
  size_t quorum = 1;
  absl::Duration freshness = absl::Hours(24);  // how old the quorum's cosignatures may be
  std::vector<std::string> held = {};          // checkpoints of this side's own
  std::vector<std::string> others = {};        // ... and of others
  std::vector<v1::Receipt> receipts = {};
  MirrorBook* book = nullptr;
  AgencyId agency = {};     // whose mailbox this is; empty: nobody's
  bool all_events = false;  // the reader is shown something of every entry (an auditor)
  std::vector<HeldStatement> statements = {};
  std::vector<HeldContent> contents = {};
  const crypto::ChainVerifier* authorities = nullptr;
  std::map<CertId, crypto::Certificate> certificates = {};  // besides those in `book`
  std::optional<std::vector<crypto::Revocation>> revocations = {};
  std::vector<HeldToken> tokens = {};
  std::string timestamp_roots = {};  // PEM: the authorities believed for tokens
};

// All twelve, in the order above. `progress`, where set, is told entries done and how many there
// are. Fails only where nothing can be said: errors of reading.
absl::StatusOr<std::vector<CheckResult>> RunChecks(
    const Evidence& evidence, const std::function<void(uint64_t, uint64_t)>& progress = {});

// The gravest of all, kFine when none has failed.
Verdict Overall(const std::vector<CheckResult>& results);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_CHECKS_H_
