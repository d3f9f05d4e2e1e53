// Cases that are open to auditors.
#ifndef AMANA_BROKER_STORE_EMBEDDED_CASE_TABLE_H_
#define AMANA_BROKER_STORE_EMBEDDED_CASE_TABLE_H_

#include <optional>
#include <vector>

#include "broker/store/cases.h"
#include "broker/store/embedded/session.h"
#include "broker/store/embedded/statement_table.h"

namespace amana::store::embedded {

// Whether a row of kCaseRow's columns is as it was written.
inline constexpr char kCaseRow[] = "SELECT sender, id, auditor, log_index, digest FROM opened_case";
bool IsCaseRow(const sqlite::Statement& row);

// Over a session, which must outlive it. Used by the session's thread.
class CaseTable final : public Cases {
 public:
  explicit CaseTable(Session& session) : session_(session), statements_(session) {}

  absl::StatusOr<std::optional<CaseRecord>> Find(const AgencyId& sender, const ReferralId& referral,
                                                 const AgencyId& auditor) const override;
  absl::StatusOr<std::optional<StatementRecord>> FindStatement(
      const AgencyId& sender, const ReferralId& referral, const Digest& statement) const override;

  absl::Status Open(const CaseRecord& opened,
                    const std::vector<StatementRecord>& statements) override;

 private:
  Session& session_;
  StatementTable statements_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_CASE_TABLE_H_
