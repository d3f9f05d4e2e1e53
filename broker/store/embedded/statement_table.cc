#include "broker/store/embedded/statement_table.h"

#include <utility>
#include <vector>

#include "broker/store/embedded/record_rows.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

std::string Number(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

// The parts before the sender are of fixed length; a token holds no '/'.
std::string KeyBytes(char kind, const StatementKey& key) {
  return kind + key.referral.bytes() + Number(key.version) + key.sender.value() + '/';
}

}  // namespace

std::string EquivocationScope(const StatementKey& key) { return KeyBytes('q', key); }

std::string EquivocationScope(const StatementKey& key, const Digest& digest) {
  return EquivocationScope(key) + digest.bytes();
}

std::string AnswerScope(const DeliveryKey& key, std::string_view payload_type) {
  std::string scope = KeyBytes('a', key.task.referral) + Number(key.task.task) +
                      Number(key.offer_epoch) + static_cast<char>(key.stage);
  // No payload type begins with a zero byte.
  if (key.update != 0) scope += '\0' + Number(key.update);
  scope += payload_type;
  return scope;
}

std::string ConsentScope(const ConsentId& id, uint32_t version) {
  return 'c' + id.bytes() + Number(version);
}
std::string WithdrawalScope(const ConsentId& id) { return 'w' + id.bytes(); }
std::string ExclusionScope(const ConsentId& id) { return 'x' + id.bytes(); }
std::string OfferScope(const StatementKey& key, const Digest& statement) {
  return KeyBytes('o', key) + statement.bytes();
}
std::string CustodyScope(const Pseudonym& subject, const Digest& report) {
  return 'u' + subject.bytes() + report.bytes();
}
std::string HoldScope(const AgencyId& sender, const ReferralId& referral, const Digest& statement) {
  return 'h' + referral.bytes() + sender.value() + '/' + statement.bytes();
}
std::string CaseScope(const AgencyId& sender, const ReferralId& referral, const Digest& statement) {
  return 'k' + referral.bytes() + sender.value() + '/' + statement.bytes();
}
std::string AttachmentScope(const StatementKey& key, const ConsentId& id, uint32_t version) {
  return KeyBytes('t', key) + id.bytes() + Number(version);
}
std::string ApprovalScope(const StatementKey& key, std::string_view by) {
  return KeyBytes('p', key) + std::string(by);
}
std::string ReviewScope(const StatementKey& key, std::string_view by) {
  return KeyBytes('r', key) + std::string(by);
}

std::string EntryScope(const AgencyId& agency, uint32_t version) {
  return "de" + agency.value() + '/' + Number(version);
}
std::string EntryApprovalScope(const AgencyId& agency, uint32_t version) {
  return "da" + agency.value() + '/' + Number(version);
}
std::string EntryEquivocationScope(const AgencyId& agency, uint32_t version, const Digest& digest) {
  return "dq" + agency.value() + '/' + Number(version) + digest.bytes();
}
std::string CapacityScope(const Address& unit) { return "dc" + ToString(unit); }
std::string RosterScope(const Address& unit) { return "dr" + ToString(unit); }

absl::StatusOr<std::optional<StatementRecord>> StatementTable::Find(
    const std::string& scope) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT statement_digest, cert_id, log_index, envelope, digest "
                                 "FROM statement WHERE scope = ?1",
                                 Blob(scope)));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  RowReader row(query);
  StatementRecord statement;
  statement.digest = row.Fixed<Digest>();
  statement.cert_id = row.Fixed<CertId>();
  statement.log_index = row.Int<uint64_t>();
  statement.envelope = std::string(row.Bytes());
  if (!row.ok() || !row.Matches(DigestOf(scope, statement))) return session_.Corrupt("statement");
  return statement;
}

absl::Status StatementTable::KeepOnce(const std::string& scope, const StatementRecord& statement) {
  const RowDigest digest = DigestOf(scope, statement);
  return session_.Run(
      "INSERT INTO statement (scope, statement_digest, cert_id, log_index, envelope, digest) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (scope) DO NOTHING",
      Blob(scope), Blob(statement.digest.view()), Blob(statement.cert_id.view()),
      statement.log_index, Blob(statement.envelope), digest.blob());
}

absl::Status StatementTable::Replace(const std::string& scope, const StatementRecord& statement) {
  const RowDigest digest = DigestOf(scope, statement);
  return session_.Run(
      "INSERT INTO statement (scope, statement_digest, cert_id, log_index, envelope, digest) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (scope) DO UPDATE SET "
      "statement_digest = excluded.statement_digest, cert_id = excluded.cert_id, "
      "log_index = excluded.log_index, envelope = excluded.envelope, digest = excluded.digest",
      Blob(scope), Blob(statement.digest.view()), Blob(statement.cert_id.view()),
      statement.log_index, Blob(statement.envelope), digest.blob());
}

absl::Status StatementTable::Remove(const std::string& scope) {
  return session_.Run("DELETE FROM statement WHERE scope = ?1", Blob(scope));
}

absl::Status StatementTable::ClearEnvelopes(const std::string& prefix) {
  const std::string last = prefix + std::string(Digest::kSize, '\xff');
  std::vector<std::pair<std::string, StatementRecord>> found;
  {
    AMANA_ASSIGN_OR_RETURN(auto query,
                           session_.Query("SELECT scope, statement_digest, cert_id, log_index FROM "
                                          "statement WHERE scope BETWEEN ?1 AND ?2",
                                          Blob(prefix), Blob(last)));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, session_.Next(query));
      if (!more) break;
      RowReader row(query);
      std::string scope(row.Bytes());
      StatementRecord statement;
      statement.digest = row.Fixed<Digest>();
      statement.cert_id = row.Fixed<CertId>();
      statement.log_index = row.Int<uint64_t>();
      found.emplace_back(std::move(scope), std::move(statement));
    }
  }
  for (const auto& [scope, statement] : found) {
    const RowDigest digest = DigestOf(scope, statement);
    AMANA_RETURN_IF_ERROR(
        session_.Run("UPDATE statement SET envelope = x'', digest = ?2 WHERE scope = ?1",
                     Blob(scope), digest.blob()));
  }
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
