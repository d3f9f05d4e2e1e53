// Judges an evidence bundle offline, check by check, with no word from whoever made it:
//
//   FORM        it is a bundle in its one form, within its limits
//   SIGNER      who it says signed it, by a certificate that was good when it was made
//   STATEMENT   its words say what its evidence says, no more and no less
//   NOTE        the log's state: syntax, origin, the log's own key
//   WITNESSES   enough witnesses had cosigned that state when the bundle was made
//   INCLUSION   each event is the entry that it says it is
//   QUESTION    each event listed is part of the answer, and each other is none
//   COUNTERS    no event is missing from what is said to be complete; time never runs backwards
//   SIGNATURES  certificates named by events were good, not revoked, and their agency's, then
//   ORDER       each step of a task, delivery or handover may follow the one before, where it can
//   be
//               seen that there is none between
//   TIMESTAMP   RFC 3161 tokens are of that state, and were valid at their own time
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_CHECKS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_CHECKS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/checks.h"
#include "amana/v1/evidence.pb.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/x509.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

// What the reader believes, come to it by another way than the bundle.
struct BundleTrust {
  transparency::NoteVerifier log;
  absl::Time now;
  std::vector<transparency::NoteVerifier> witnesses = {};
  size_t quorum = 1;
  absl::Duration freshness = absl::Hours(24);
  // One of the two; neither: nobody's signature can be judged.
  const crypto::ChainVerifier* authorities = nullptr;
  std::vector<crypto::Certificate> roots = {};  // roots, and issuing CAs if any
  std::optional<std::vector<crypto::Revocation>> revocations = {};
  std::string timestamp_roots = {};
};

struct JudgedBundle {
  std::vector<CheckResult> results;  // in the order above
  // Where it could be read at all; to be shown, and believed only as far as `results` say.
  std::optional<v1::EvidenceBundle> evidence = {};
  std::string signer = {};  // SPIFFE id
  std::string statement = {};
};

// Never fails: what cannot be read is a finding of FORM.
JudgedBundle CheckBundle(std::string_view file, const BundleTrust& trust);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_CHECKS_H_
