#include "broker/store/embedded/case_table.h"

#include <utility>

#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest CaseDigest(const CaseRecord& opened) {
  RowHasher hasher("opened_case");
  hasher.Add(opened.sender).Add(opened.referral).Add(opened.auditor);
  return hasher.Add(opened.log_index).Finish();
}

std::optional<CaseRecord> ReadCase(const sqlite::Statement& statement) {
  RowReader row(statement);
  CaseRecord opened;
  opened.sender = row.Token<AgencyId>();
  opened.referral = row.Fixed<ReferralId>();
  opened.auditor = row.Token<AgencyId>();
  opened.log_index = row.Int<uint64_t>();
  if (!row.ok() || !row.Matches(CaseDigest(opened))) return std::nullopt;
  return opened;
}

}  // namespace

bool IsCaseRow(const sqlite::Statement& row) { return ReadCase(row).has_value(); }

absl::StatusOr<std::optional<CaseRecord>> CaseTable::Find(const AgencyId& sender,
                                                          const ReferralId& referral,
                                                          const AgencyId& auditor) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT sender, id, auditor, log_index, digest FROM opened_case "
                                 "WHERE id = ?1 AND sender = ?2 AND auditor = ?3",
                                 Blob(referral.view()), sender.value(), auditor.value()));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  std::optional<CaseRecord> opened = ReadCase(query);
  if (!opened.has_value()) return session_.Corrupt("opened_case");
  return opened;
}

absl::StatusOr<std::optional<StatementRecord>> CaseTable::FindStatement(
    const AgencyId& sender, const ReferralId& referral, const Digest& statement) const {
  return statements_.Find(CaseScope(sender, referral, statement));
}

absl::Status CaseTable::Open(const CaseRecord& opened,
                             const std::vector<StatementRecord>& statements) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> any, session_.FindFirstRow(opened.referral));
  if (!any.has_value()) return NotFoundError("referral");
  const RowDigest digest = CaseDigest(opened);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "INSERT INTO opened_case (id, sender, auditor, log_index, digest) VALUES (?1, ?2, ?3, ?4, "
      "?5) ON CONFLICT (id, sender, auditor) DO NOTHING",
      Blob(opened.referral.view()), opened.sender.value(), opened.auditor.value(), opened.log_index,
      digest.blob()));
  for (const StatementRecord& each : statements) {
    AMANA_RETURN_IF_ERROR(
        statements_.KeepOnce(CaseScope(opened.sender, opened.referral, each.digest), each));
  }
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
