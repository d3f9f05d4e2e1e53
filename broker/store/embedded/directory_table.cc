#include "broker/store/embedded/directory_table.h"

#include <utility>

#include "broker/routing/entry_facts.h"
#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"
#include "proto/envelope/directory_entry.h"
#include "proto/envelope/unit_words.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest RegistryRowDigest(const Digest& registry) {
  return RowHasher("registry").Add(registry).Finish();
}

RowDigest CertificateDigest(const CertId& id, std::string_view der) {
  return RowHasher("certificate").Add(id).Finish({der});
}

// What is none has no payload type either.
v1::SignedEnvelope EnvelopeOf(const StatementRecord& statement) {
  v1::SignedEnvelope envelope;
  if (!envelope.ParseFromString(statement.envelope)) envelope.Clear();
  return envelope;
}

}  // namespace

absl::Duration DirectoryTable::Hour() const {
  const DirectoryCache* const shared = session_.directory_cache();
  return shared == nullptr ? absl::Hours(1) : shared->hour();
}

absl::StatusOr<Digest> DirectoryTable::RegistryDigest() const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT registry, digest FROM registry_load ORDER BY row DESC LIMIT 1"));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return Digest();
  RowReader row(query);
  const Digest registry = row.Fixed<Digest>();
  if (!row.ok() || !row.Matches(RegistryRowDigest(registry))) {
    return session_.Corrupt("registry_load");
  }
  return registry;
}

absl::StatusOr<std::optional<std::string>> DirectoryTable::FindCertificate(const CertId& id) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT der, digest FROM certificate WHERE id = ?1", Blob(id.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  const std::string_view der = query.Bytes(0);
  if (query.Bytes(1) != CertificateDigest(id, der).view()) return session_.Corrupt("certificate");
  return std::string(der);
}

absl::Status DirectoryTable::RecordRegistry(const Digest& digest) {
  const RowDigest row_digest = RegistryRowDigest(digest);
  return session_.Run("INSERT INTO registry_load (registry, digest) VALUES (?1, ?2)",
                      Blob(digest.view()), row_digest.blob());
}

absl::Status DirectoryTable::RememberCertificate(const CertId& id, std::string_view der) {
  // Most calls are for one that is known: do not open a savepoint for them.
  if (known_.Find(id) != nullptr) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(
      auto known, session_.Query("SELECT 1 FROM certificate WHERE id = ?1", Blob(id.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(known));
  if (!found) {
    const RowDigest digest = CertificateDigest(id, der);
    AMANA_RETURN_IF_ERROR(session_.Run(
        "INSERT INTO certificate (id, der, digest) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        Blob(id.view()), Blob(der), digest.blob()));
  }
  known_.Keep(id, true);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<EntryRecord>> DirectoryTable::FindEntry(const AgencyId& agency,
                                                                     uint32_t version) const {
  if (version == 0) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<EntryHead> head, view_.Head(agency));
    if (!head.has_value()) return std::nullopt;
    version = head->version;
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<absl::Time> accepted,
                         view_.AcceptedAt(agency, version));
  if (!accepted.has_value()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(std::optional<StatementRecord> entry,
                         statements_.Find(EntryScope(agency, version)));
  AMANA_ASSIGN_OR_RETURN(std::optional<StatementRecord> approval,
                         statements_.Find(EntryApprovalScope(agency, version)));
  if (!entry.has_value() || !approval.has_value()) return session_.Corrupt("directory_entry");
  return EntryRecord{agency, version, *accepted, *std::move(entry), *std::move(approval)};
}

absl::StatusOr<std::optional<StatementRecord>> DirectoryTable::FindCapacityReport(
    const Address& unit) const {
  return statements_.Find(CapacityScope(unit));
}
absl::StatusOr<std::optional<StatementRecord>> DirectoryTable::FindDutyRoster(
    const Address& unit) const {
  return statements_.Find(RosterScope(unit));
}

absl::Status DirectoryTable::SetEntry(const EntryRecord& record) {
  AMANA_ASSIGN_OR_RETURN(const auto statement,
                         envelope::EntryStatement::Create(EnvelopeOf(record.entry)));
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr current, Current());
  const routing::Agency* const before = current->agency(record.agency);
  if (record.version != (before == nullptr ? 1 : before->version + 1)) {
    return ConflictError("directory_entry");
  }
  routing::Agency facts = routing::FromEntry(statement);
  facts.accepted = record.accepted;
  facts.log_index = record.entry.log_index;
  if (before != nullptr) AMANA_RETURN_IF_ERROR(RemoveWordsOf(*before, facts));
  AMANA_RETURN_IF_ERROR(
      statements_.KeepOnce(EntryScope(record.agency, record.version), record.entry));
  AMANA_RETURN_IF_ERROR(
      statements_.KeepOnce(EntryApprovalScope(record.agency, record.version), record.approval));
  AMANA_RETURN_IF_ERROR(view_.Accepted(record.agency, record.version, record.accepted));
  return view_.Changed(record.agency, record.version, current->With(std::move(facts)));
}

absl::Status DirectoryTable::RemoveWordsOf(const routing::Agency& before,
                                           const routing::Agency& after) {
  for (const routing::Unit& unit : before.units) {
    if (after.unit(unit.address.unit) != nullptr) continue;
    AMANA_RETURN_IF_ERROR(statements_.Remove(CapacityScope(unit.address)));
    AMANA_RETURN_IF_ERROR(statements_.Remove(RosterScope(unit.address)));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> DirectoryTable::KeepEntryEquivocation(const AgencyId& agency, uint32_t version,
                                                           const StatementRecord& other) {
  const std::string scope = EntryEquivocationScope(agency, version, other.digest);
  AMANA_ASSIGN_OR_RETURN(const std::optional<StatementRecord> kept, statements_.Find(scope));
  if (kept.has_value()) return false;
  AMANA_RETURN_IF_ERROR(statements_.KeepOnce(scope, other));
  return true;
}

absl::StatusOr<routing::DirectoryPtr> DirectoryTable::WithUnit(const Address& unit) {
  AMANA_ASSIGN_OR_RETURN(routing::DirectoryPtr current, Current());
  if (current->unit(unit) == nullptr) return NotFoundError("directory_entry");
  return current;
}

absl::Status DirectoryTable::SetCapacity(const Address& unit, const StatementRecord& report) {
  AMANA_ASSIGN_OR_RETURN(const v1::CapacityReport parsed,
                         envelope::ParseCapacityReport(EnvelopeOf(report)));
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr current, WithUnit(unit));
  AMANA_RETURN_IF_ERROR(statements_.Replace(CapacityScope(unit), report));
  return view_.Changed(unit.agency, current->agency(unit.agency)->version,
                       current->With(unit, routing::FromReport(parsed)));
}

absl::Status DirectoryTable::SetRoster(const Address& unit, const StatementRecord& roster) {
  AMANA_ASSIGN_OR_RETURN(const v1::DutyRoster parsed,
                         envelope::ParseDutyRoster(EnvelopeOf(roster)));
  AMANA_ASSIGN_OR_RETURN(const routing::DirectoryPtr current, WithUnit(unit));
  AMANA_RETURN_IF_ERROR(statements_.Replace(RosterScope(unit), roster));
  return view_.Changed(unit.agency, current->agency(unit.agency)->version,
                       current->With(unit, routing::FromRoster(parsed)));
}

}  // namespace amana::store::embedded
