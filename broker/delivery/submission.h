// What a referral was submitted with, read back from the store.
#ifndef AMANA_BROKER_DELIVERY_SUBMISSION_H_
#define AMANA_BROKER_DELIVERY_SUBMISSION_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "broker/store/store.h"
#include "proto/envelope/candidate_order.h"

namespace amana::delivery {

struct StoredSubmission {
  v1::Submission submission;
  v1::ReferralHeader header;  // the payload of submission.header()
};

// The errors of ReadBody; RECORD_UNREADABLE.
absl::StatusOr<StoredSubmission> ReadSubmission(const store::Snapshot& snapshot,
                                                const StatementKey& key);

struct StoredGrant {
  v1::Grant grant;
  CertId signer;  // of the certificate that signed it, or the header that names it
};

// The wraps for a certificate: those of a grant added later come before those of `submission`.
// RECORD_UNREADABLE.
absl::StatusOr<std::optional<StoredGrant>> FindGrant(const store::Snapshot& snapshot,
                                                     const StatementKey& key,
                                                     const v1::Submission& submission,
                                                     const CertId& recipient);

// Whom it is sealed to: grants that were added later, then those of `submission`.
// RECORD_UNREADABLE.
absl::StatusOr<std::vector<store::Grantee>> GranteesOf(const store::Snapshot& snapshot,
                                                       const StatementKey& key,
                                                       const v1::Submission& submission);

// The sender's order of candidates: one that was set later stands instead of that of `submission`.
// RECORD_UNREADABLE.
absl::StatusOr<std::optional<envelope::CandidateOrderStatement>> FindOrder(
    const store::Snapshot& snapshot, const StatementKey& key, const v1::Submission& submission);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_SUBMISSION_H_
