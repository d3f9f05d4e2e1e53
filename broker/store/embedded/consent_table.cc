#include "broker/store/embedded/consent_table.h"

#include <string>
#include <utility>

#include "broker/store/embedded/consent_rows.h"
#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest FactsDigest(std::string_view kind, std::string_view facts) {
  return RowHasher(kind).Finish({facts});
}

RowDigest WithdrawalDigest(const ConsentId& id, int64_t at) {
  return RowHasher("withdrawal").Add(id).Add(at).Finish();
}

}  // namespace

absl::StatusOr<std::optional<absl::Time>> ConsentTable::WithdrawnAt(const ConsentId& id) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT at, digest FROM withdrawal WHERE consent_id = ?1", Blob(id.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  const int64_t at = query.Int(0);
  if (query.Bytes(1) != WithdrawalDigest(id, at).view()) return session_.Corrupt("withdrawal");
  return TimeFromRow(at);
}

// Columns facts, digest.
absl::StatusOr<consent::ConsentFacts> ConsentTable::ReadConsent(
    const sqlite::Statement& row) const {
  const std::string_view bytes = row.Bytes(0);
  std::optional<consent::ConsentFacts> facts = ConsentFromRow(bytes);
  if (!facts.has_value() || row.Bytes(1) != FactsDigest("consent", bytes).view()) {
    return session_.Corrupt("consent");
  }
  AMANA_ASSIGN_OR_RETURN(facts->withdrawn_at, WithdrawnAt(facts->id));
  return *std::move(facts);
}

absl::StatusOr<std::shared_ptr<const SubjectRecords>> ConsentTable::OfSubject(
    const Pseudonym& subject) const {
  if (const auto* known = subjects_.Find(subject); known != nullptr) return *known;
  AMANA_ASSIGN_OR_RETURN(SubjectRecords records, ReadSubject(subject));
  auto shared = std::make_shared<const SubjectRecords>(std::move(records));
  subjects_.Keep(subject, shared);
  return shared;
}

absl::StatusOr<SubjectRecords> ConsentTable::ReadSubject(const Pseudonym& subject) const {
  SubjectRecords records;
  AMANA_ASSIGN_OR_RETURN(auto consents,
                         session_.Query("SELECT facts, digest FROM consent WHERE subject = ?1 "
                                        "ORDER BY id, version",
                                        Blob(subject.view())));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(consents));
    if (!row) break;
    AMANA_ASSIGN_OR_RETURN(consent::ConsentFacts facts, ReadConsent(consents));
    if (facts.pseudonym != subject) return session_.Corrupt("consent");
    records.consents.push_back(std::move(facts));
  }
  AMANA_ASSIGN_OR_RETURN(
      auto exclusions,
      session_.Query("SELECT facts, digest FROM exclusion WHERE subject = ?1 ORDER BY id",
                     Blob(subject.view())));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(exclusions));
    if (!row) return records;
    std::optional<consent::ExclusionFacts> facts = ExclusionFromRow(exclusions.Bytes(0));
    if (!facts.has_value() || facts->pseudonym != subject ||
        exclusions.Bytes(1) != FactsDigest("exclusion", exclusions.Bytes(0)).view()) {
      return session_.Corrupt("exclusion");
    }
    records.exclusions.push_back(*std::move(facts));
  }
}

absl::StatusOr<std::optional<consent::ConsentFacts>> ConsentTable::Find(const ConsentId& id,
                                                                        uint32_t version) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT facts, digest FROM consent WHERE id = ?1 AND "
                                        "(version = ?2 OR ?2 = 0) ORDER BY version DESC LIMIT 1",
                                        Blob(id.view()), version));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(consent::ConsentFacts facts, ReadConsent(query));
  if (facts.id != id || (version != 0 && facts.version != version)) {
    return session_.Corrupt("consent");
  }
  return facts;
}

absl::StatusOr<std::optional<StatementRecord>> ConsentTable::FindStatement(const ConsentId& id,
                                                                           uint32_t version) const {
  return statements_.Find(ConsentScope(id, version));
}
absl::StatusOr<std::optional<StatementRecord>> ConsentTable::FindWithdrawal(
    const ConsentId& id) const {
  return statements_.Find(WithdrawalScope(id));
}
absl::StatusOr<std::optional<StatementRecord>> ConsentTable::FindExclusion(
    const ConsentId& id) const {
  return statements_.Find(ExclusionScope(id));
}

absl::Status ConsentTable::Register(const consent::ConsentFacts& facts,
                                    const StatementRecord& statement) {
  subjects_.Drop(facts.pseudonym);
  const std::string bytes = FactsToRow(facts);
  const RowDigest digest = FactsDigest("consent", bytes);
  const absl::Status inserted = session_.Run(
      "INSERT INTO consent (id, version, subject, facts, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
      Blob(facts.id.view()), facts.version, Blob(facts.pseudonym.view()), Blob(bytes),
      digest.blob());
  if (absl::IsAlreadyExists(inserted)) return ConflictError("consent");
  AMANA_RETURN_IF_ERROR(inserted);
  return statements_.KeepOnce(ConsentScope(facts.id, facts.version), statement);
}

absl::Status ConsentTable::RegisterExclusion(const consent::ExclusionFacts& facts,
                                             const StatementRecord& statement) {
  subjects_.Drop(facts.pseudonym);
  const std::string bytes = FactsToRow(facts);
  const RowDigest digest = FactsDigest("exclusion", bytes);
  const absl::Status inserted =
      session_.Run("INSERT INTO exclusion (id, subject, facts, digest) VALUES (?1, ?2, ?3, ?4)",
                   Blob(facts.id.view()), Blob(facts.pseudonym.view()), Blob(bytes), digest.blob());
  if (absl::IsAlreadyExists(inserted)) return ConflictError("exclusion");
  AMANA_RETURN_IF_ERROR(inserted);
  return statements_.KeepOnce(ExclusionScope(facts.id), statement);
}

absl::Status ConsentTable::Withdraw(const ConsentId& id, absl::Time at,
                                    const StatementRecord& statement) {
  subjects_.Clear();
  AMANA_ASSIGN_OR_RETURN(const auto newest, Find(id, 0));
  if (!newest.has_value()) return NotFoundError("consent");
  const int64_t millis = TimeToRow(at);
  const RowDigest digest = WithdrawalDigest(id, millis);
  AMANA_RETURN_IF_ERROR(session_.Run(
      "INSERT INTO withdrawal (consent_id, at, digest) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
      Blob(id.view()), millis, digest.blob()));
  return statements_.KeepOnce(WithdrawalScope(id), statement);
}

}  // namespace amana::store::embedded
