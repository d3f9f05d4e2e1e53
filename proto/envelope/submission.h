// A whole referral on its way to the broker: how a sender makes one and what the broker checks.
// Thread-safe and pure but for random bytes.
#ifndef AMANA_PROTO_ENVELOPE_SUBMISSION_H_
#define AMANA_PROTO_ENVELOPE_SUBMISSION_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/referral.pb.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/candidate_order.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/sealing.h"

namespace amana::envelope {

struct SubmissionLimits {
  size_t max_bytes = 256 * 1024;  // of the whole Submission, serialised
  int max_grants = 8;
};

struct SubmissionDraft {
  // All but meta, section_slots and companion_slots, which are made here.
  v1::ReferralHeader header;
  absl::Time created;
  std::vector<SectionDraft> sections;      // at most 16; slots are drawn at random
  std::vector<RecipientDraft> recipients;  // the candidates, in any order
  // Whom to ask first to last, by task; empty: the broker's order. With it there is room for 7
  // recipients, else for 8.
  Candidates order;
};

struct SealedSubmission {
  v1::Submission submission;
  // Ascending by slot: what MakeGrant needs for further recipients. Keep them safe or drop them.
  std::vector<SectionKey> keys;
};

// Seals, wraps and signs with `key`, which `signer` certifies (CERTIFICATE_MISMATCH when it does
// not, is not for signing or is not the sender's agency's). What it returns passes
// ReferralStatement::Create and CheckSubmission; errors are theirs, SealSection's and
// MakeCompanion's.
absl::StatusOr<SealedSubmission> SealSubmission(const SubmissionDraft& draft,
                                                const crypto::EcdsaPrivateKey& key,
                                                const crypto::Certificate& signer);

// Everything a broker can check of a submission but signatures and certificates: size
// (SUBMISSION_TOO_LARGE), sections (CheckSections), at most 8 grants (TOO_MANY_GRANTS), each right
// (CheckGrant) and a companion (COMPANION_UNKNOWN), none twice for one certificate (GRANT_MISMATCH)
// and no wrap without a section (WRAP_MISMATCH), a candidate order, if there is one, that is a
// companion (CheckCandidateOrder), no UNKNOWN_FIELD outside the signed bytes. `referral` is what
// ReferralStatement::Create made of submission.header(), which is not looked at here.
// Returns the grants in order.
absl::StatusOr<std::vector<GrantStatement>> CheckSubmission(const v1::Submission& submission,
                                                            const ReferralStatement& referral,
                                                            const SubmissionLimits& limits = {});

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SUBMISSION_H_
