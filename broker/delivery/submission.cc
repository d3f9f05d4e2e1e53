#include "broker/delivery/submission.h"

#include <string>
#include <utility>

#include "base/status.h"
#include "broker/delivery/errors.h"
#include "proto/envelope/grant.h"

namespace amana::delivery {

absl::StatusOr<StoredSubmission> ReadSubmission(const store::Snapshot& snapshot,
                                                const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, snapshot.referrals().ReadBody(key));
  StoredSubmission stored;
  if (!stored.submission.ParseFromString(bytes) ||
      !stored.header.ParseFromString(stored.submission.header().payload())) {
    return RecordUnreadable();
  }
  return stored;
}

absl::StatusOr<std::optional<StoredGrant>> FindGrant(const store::Snapshot& snapshot,
                                                     const StatementKey& key,
                                                     const v1::Submission& submission,
                                                     const CertId& recipient) {
  StoredGrant found;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::GrantRecord> later,
                         snapshot.referrals().FindGrant(key, recipient));
  if (later.has_value()) {
    if (!found.grant.ParseFromString(later->grant)) return RecordUnreadable();
    found.signer = later->signer_cert;
    return found;
  }
  for (const v1::Grant& grant : submission.grants()) {
    const absl::StatusOr<envelope::GrantStatement> statement =
        envelope::ParseGrant(grant.envelope());
    if (!statement.ok()) return RecordUnreadable();
    if (statement->recipient_cert != recipient) continue;
    found.grant = grant;
    found.signer = statement->signer;
    return found;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<store::Grantee>> GranteesOf(const store::Snapshot& snapshot,
                                                       const StatementKey& key,
                                                       const v1::Submission& submission) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::Grantee> grantees, snapshot.referrals().Grantees(key));
  for (const v1::Grant& grant : submission.grants()) {
    const absl::StatusOr<envelope::GrantStatement> statement =
        envelope::ParseGrant(grant.envelope());
    if (!statement.ok()) return RecordUnreadable();
    grantees.push_back({statement->recipient, statement->recipient_cert});
  }
  return grantees;
}

absl::StatusOr<std::optional<envelope::CandidateOrderStatement>> FindOrder(
    const store::Snapshot& snapshot, const StatementKey& key, const v1::Submission& submission) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CandidateOrderRecord> later,
                         snapshot.offers().FindOrder(key));
  if (!later.has_value() && !submission.has_candidate_order()) return std::nullopt;
  v1::SignedEnvelope envelope = submission.candidate_order();
  if (later.has_value() && !envelope.ParseFromString(later->envelope)) return RecordUnreadable();
  absl::StatusOr<envelope::CandidateOrderStatement> order = envelope::ParseCandidateOrder(envelope);
  if (!order.ok()) return RecordUnreadable();
  return *std::move(order);
}

}  // namespace amana::delivery
