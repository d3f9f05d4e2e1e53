#include "broker/store/embedded/custody_table.h"

#include <utility>

#include "broker/store/embedded/handover_rows.h"
#include "broker/store/embedded/record_rows.h"
#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest CustodyDigest(const Pseudonym& subject, std::string_view facts) {
  return RowHasher("custody").Add(subject).Finish({facts});
}

// Of a row of subject, facts and digest.
std::optional<CustodyRecord> ReadCustody(const sqlite::Statement& row) {
  const auto subject = Pseudonym::FromBytes(row.Bytes(0));
  if (!subject.ok() || row.Bytes(2) != CustodyDigest(*subject, row.Bytes(1)).view()) {
    return std::nullopt;
  }
  std::optional<CustodyRecord> custody = CustodyFromRow(row.Bytes(1));
  if (custody.has_value()) custody->subject = *subject;
  return custody;
}

CustodyRecord FirstCustody(const ReferralRecord& referral) {
  return {.subject = referral.subject,
          .responsible = referral.sender,
          .since = referral.accepted,
          .referral = referral.key,
          .log_index = referral.log_index,
          .holder = referral.sender.agency,
          .last_report = referral.header_digest,
          .under_way = std::nullopt};
}

// The next ones in order of acceptance; moves `last` on. What cannot be read is told to health.
absl::StatusOr<std::vector<ReferralRecord>> ReferralsAfter(Session& session, int64_t& last) {
  std::vector<ReferralRecord> referrals;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session.Query("SELECT " AMANA_REFERRAL_COLUMNS ", r.row FROM referral r "
                                       "WHERE r.row > ?1 ORDER BY r.row",
                                       last));
  while (referrals.size() < 1000) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(query));
    if (!found) break;
    last = query.Int(kReferralColumns);
    std::optional<ReferralRow> referral = ReadReferral(query);
    if (referral.has_value()) {
      referrals.push_back(std::move(referral->record));
    } else {
      session.Corrupt("referral").IgnoreError();
    }
  }
  return referrals;
}

}  // namespace

absl::StatusOr<std::optional<CustodyRecord>> CustodyTable::Find(const Pseudonym& subject) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT subject, facts, digest FROM custody WHERE subject = ?1",
                                 Blob(subject.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  std::optional<CustodyRecord> custody = ReadCustody(query);
  if (!custody.has_value()) return session_.Corrupt("custody");
  return custody;
}

absl::StatusOr<std::vector<CustodyRecord>> CustodyTable::Scan(const std::optional<Pseudonym>& after,
                                                              size_t limit) const {
  const std::string from = after.has_value() ? after->bytes() : std::string();
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT subject, facts, digest FROM custody WHERE "
                                        "subject > ?1 ORDER BY subject LIMIT ?2",
                                        Blob(from), limit));
  std::vector<CustodyRecord> all;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return all;
    std::optional<CustodyRecord> custody = ReadCustody(query);
    if (!custody.has_value()) return session_.Corrupt("custody");
    all.push_back(*std::move(custody));
  }
}

absl::Status CustodyTable::Begin(const CustodyRecord& custody) {
  const std::string facts = FactsToRow(custody);
  const RowDigest digest = CustodyDigest(custody.subject, facts);
  const absl::Status inserted =
      session_.Run("INSERT INTO custody (subject, revision, facts, digest) VALUES (?1, ?2, ?3, ?4)",
                   Blob(custody.subject.view()), custody.revision, Blob(facts), digest.blob());
  return absl::IsAlreadyExists(inserted) ? ConflictError("custody") : inserted;
}

absl::Status CustodyTable::Move(const CustodyRecord& custody) {
  const std::string facts = FactsToRow(custody);
  const RowDigest digest = CustodyDigest(custody.subject, facts);
  AMANA_RETURN_IF_ERROR(
      session_.Run("UPDATE custody SET revision = ?2, facts = ?3, digest = ?4 WHERE subject = ?1 "
                   "AND revision = ?2 - 1",
                   Blob(custody.subject.view()), custody.revision, Blob(facts), digest.blob()));
  return session_.db().Changes() == 1 ? absl::OkStatus() : ConflictError("custody");
}

absl::StatusOr<std::optional<StatementRecord>> CustodyTable::FindReport(
    const Pseudonym& subject, const Digest& report) const {
  return statements_.Find(CustodyScope(subject, report));
}

absl::Status CustodyTable::KeepReport(const Pseudonym& subject, const StatementRecord& report) {
  return statements_.KeepOnce(CustodyScope(subject, report.digest), report);
}

absl::Status BeginOlderCustodies(Session& session) {
  {
    AMANA_ASSIGN_OR_RETURN(auto any, session.Query("SELECT 1 FROM custody LIMIT 1"));
    AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(any));
    if (found) return absl::OkStatus();
  }
  CustodyTable table(session);
  int64_t last = 0;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<ReferralRecord> referrals,
                           ReferralsAfter(session, last));
    for (const ReferralRecord& referral : referrals) {
      AMANA_ASSIGN_OR_RETURN(const auto known, table.Find(referral.subject));
      if (!known.has_value()) AMANA_RETURN_IF_ERROR(table.Begin(FirstCustody(referral)));
    }
    if (referrals.empty()) return absl::OkStatus();
  }
}

}  // namespace amana::store::embedded
