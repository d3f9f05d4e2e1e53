#include "broker/store/embedded/ground_table.h"

#include <limits>
#include <utility>

#include "broker/store/embedded/consent_rows.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

// Kinds of grounds, as stored. One attachment a referral, and of a person one approval and one
// review.
enum Kind : int { kAttachment = 1, kApproval = 2, kReview = 3 };

#define AMANA_REVIEW_COLUMNS \
  "r.sender, r.id, r.version, v.opened_by, v.kind, v.opened, v.due, v.state, v.digest"

RowDigest GroundDigest(int64_t referral, int kind, std::string_view by, std::string_view facts) {
  return RowHasher("ground").Add(referral).Add(kind).Add(by).Finish({facts});
}

RowDigest DigestOf(const ReviewTask& task) {
  return RowHasher("review")
      .Add(task.referral)
      .Add(task.opened_by)
      .Add(task.kind)
      .Add(task.opened)
      .Add(task.due)
      .Add(task.state)
      .Finish();
}

std::string By(const PersonRef& person) {
  return person.agency.value() + '/' + person.person.value();
}
std::string By(const consent::Signatory& signatory) {
  return By(PersonRef{signatory.address.agency, signatory.person});
}

// NULL in the index of what is due: no longer open.
std::optional<int64_t> DueOf(const ReviewTask& task) {
  if (task.state != ReviewState::kOpen) return std::nullopt;
  return TimeToRow(task.due);
}

}  // namespace

absl::StatusOr<ReferralGrounds> GroundTable::Of(const StatementKey& key) const {
  ReferralGrounds grounds;
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return grounds;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT kind, signer, facts, digest FROM ground WHERE "
                                        "referral = ?1 ORDER BY kind, signer",
                                        *referral));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return grounds;
    const int kind = static_cast<int>(query.Int(0));
    const std::string_view facts = query.Bytes(2);
    if (query.Bytes(3) != GroundDigest(*referral, kind, query.Text(1), facts).view()) {
      return session_.Corrupt("ground");
    }
    std::optional<consent::ApprovalFacts> approval;
    std::optional<consent::ReviewFacts> review;
    if (kind == kAttachment) grounds.attached = PinnedFromRow(facts);
    if (kind == kApproval) approval = ApprovalFromRow(facts);
    if (kind == kReview) review = ReviewFromRow(facts);
    if (approval.has_value()) grounds.approvals.push_back(*std::move(approval));
    if (review.has_value()) grounds.reviews.push_back(*std::move(review));
    if (!approval.has_value() && !review.has_value() &&
        (kind != kAttachment || !grounds.attached.has_value())) {
      return session_.Corrupt("ground");
    }
  }
}

absl::StatusOr<std::optional<StatementRecord>> GroundTable::FindAttachment(const StatementKey& key,
                                                                           const ConsentId& consent,
                                                                           uint32_t version) const {
  return statements_.Find(AttachmentScope(key, consent, version));
}
absl::StatusOr<std::optional<StatementRecord>> GroundTable::FindApproval(
    const StatementKey& key, const PersonRef& approver) const {
  return statements_.Find(ApprovalScope(key, By(approver)));
}
absl::StatusOr<std::optional<StatementRecord>> GroundTable::FindReview(
    const StatementKey& key, const PersonRef& reviewer) const {
  return statements_.Find(ReviewScope(key, By(reviewer)));
}

absl::Status GroundTable::Insert(int64_t row, int kind, std::string_view by,
                                 std::string_view facts) {
  const RowDigest digest = GroundDigest(row, kind, by, facts);
  const absl::Status inserted = session_.Run(
      "INSERT INTO ground (referral, kind, signer, facts, digest) VALUES (?1, ?2, ?3, ?4, ?5)", row,
      kind, by, Blob(facts), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("ground") : inserted;
}

absl::Status GroundTable::Attach(const StatementKey& key, const consent::PinnedConsent& consent,
                                 const StatementRecord& statement) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  const std::string facts = FactsToRow(consent);
  const RowDigest digest = GroundDigest(row, kAttachment, "", facts);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "INSERT INTO ground (referral, kind, signer, facts, digest) VALUES (?1, ?2, '', ?3, ?4) "
      "ON CONFLICT (referral, kind, signer) DO UPDATE SET facts = excluded.facts, "
      "digest = excluded.digest",
      row, static_cast<int>(kAttachment), Blob(facts), digest.blob()));
  return statements_.KeepOnce(AttachmentScope(key, consent.id, consent.version), statement);
}

absl::Status GroundTable::Approve(const StatementKey& key, const consent::ApprovalFacts& approval,
                                  const StatementRecord& statement) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  const std::string by = By(approval.approver);
  AMANA_RETURN_IF_ERROR(Insert(row, kApproval, by, FactsToRow(approval)));
  return statements_.KeepOnce(ApprovalScope(key, by), statement);
}

absl::Status GroundTable::Review(const StatementKey& key, const consent::ReviewFacts& review,
                                 const StatementRecord& statement) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  const std::string by = By(review.reviewer);
  AMANA_RETURN_IF_ERROR(Insert(row, kReview, by, FactsToRow(review)));
  return statements_.KeepOnce(ReviewScope(key, by), statement);
}

// What cannot be read is told to health and left out: neither other reviews nor the end of this
// override must wait for it.
absl::StatusOr<std::vector<ReviewTask>> GroundTable::ReadReviews(sqlite::Statement query,
                                                                 size_t limit) const {
  std::vector<ReviewTask> tasks;
  while (tasks.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) break;
    RowReader row(query);
    ReviewTask task;
    task.referral.sender = row.Token<AgencyId>();
    task.referral.referral = row.Fixed<ReferralId>();
    task.referral.version = row.Int<uint32_t>();
    task.opened_by = row.Int<uint64_t>();
    task.kind = row.Int<ReviewKind>();
    task.opened = row.Time();
    task.due = row.Time();
    task.state = row.Int<ReviewState>();
    if (row.ok() && row.Matches(DigestOf(task))) {
      tasks.push_back(std::move(task));
    } else {
      session_.Corrupt("review").IgnoreError();
    }
  }
  return tasks;
}

absl::StatusOr<std::vector<ReviewTask>> GroundTable::OpenReviews(const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> referral, session_.FindReferralRow(key));
  if (!referral.has_value()) return std::vector<ReviewTask>();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_REVIEW_COLUMNS " FROM review v CROSS JOIN referral r ON "
                     "r.row = v.referral WHERE v.referral = ?1 AND v.state <> 2 ORDER BY "
                     "v.opened_by",
                     *referral));
  return ReadReviews(std::move(query), std::numeric_limits<size_t>::max());
}

absl::StatusOr<std::vector<ReviewTask>> GroundTable::DueReviews(absl::Time now,
                                                                size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_REVIEW_COLUMNS " FROM review v CROSS JOIN referral r ON "
                     "r.row = v.referral WHERE v.due_open IS NOT NULL AND v.due_open <= ?1 "
                     "ORDER BY v.due_open, v.opened_by",
                     TimeToRow(now)));
  return ReadReviews(std::move(query), limit);
}

absl::Status GroundTable::OpenReview(const ReviewTask& task) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(task.referral));
  const RowDigest digest = DigestOf(task);
  const absl::Status inserted = session_.Run(
      "INSERT INTO review (opened_by, referral, kind, opened, due, state, due_open, digest) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      task.opened_by, row, task.kind, TimeToRow(task.opened), TimeToRow(task.due), task.state,
      DueOf(task), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("review") : inserted;
}

absl::Status GroundTable::MoveReview(const ReviewTask& task) {
  const RowDigest digest = DigestOf(task);
  AMANA_RETURN_IF_ERROR(
      session_.Run("UPDATE review SET state = ?2, due_open = ?3, digest = ?4 WHERE opened_by = ?1 "
                   "AND state <> 2",
                   task.opened_by, task.state, DueOf(task), digest.blob()));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("review");
}

}  // namespace amana::store::embedded
