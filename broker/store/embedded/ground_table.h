#ifndef AMANA_BROKER_STORE_EMBEDDED_GROUND_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_GROUND_TABLE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"
#include "broker/store/store.h"

namespace amana::store::embedded {

// Grounds over a session, which must outlive it. Used by the session's thread.
class GroundTable final : public Grounds {
 public:
  explicit GroundTable(Session& session) : session_(session), statements_(session) {}

  absl::StatusOr<ReferralGrounds> Of(const StatementKey& key) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindAttachment(const StatementKey& key,
                                                                const ConsentId& consent,
                                                                uint32_t version) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindApproval(
      const StatementKey& key, const PersonRef& approver) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindReview(
      const StatementKey& key, const PersonRef& reviewer) const override;
  absl::StatusOr<std::vector<ReviewTask>> OpenReviews(const StatementKey& key) const override;
  absl::StatusOr<std::vector<ReviewTask>> DueReviews(absl::Time now, size_t limit) const override;

  absl::Status Attach(const StatementKey& key, const consent::PinnedConsent& consent,
                      const StatementRecord& statement) override;
  absl::Status Approve(const StatementKey& key, const consent::ApprovalFacts& approval,
                       const StatementRecord& statement) override;
  absl::Status Review(const StatementKey& key, const consent::ReviewFacts& review,
                      const StatementRecord& statement) override;
  absl::Status OpenReview(const ReviewTask& task) override;
  absl::Status MoveReview(const ReviewTask& task) override;

 private:
  absl::Status Insert(int64_t row, int kind, std::string_view by, std::string_view facts);
  absl::StatusOr<std::vector<ReviewTask>> ReadReviews(sqlite::Statement query, size_t limit) const;

  Session& session_;
  StatementTable statements_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_GROUND_TABLE_H_
