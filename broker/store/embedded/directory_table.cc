#include "broker/store/embedded/directory_table.h"

#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest RegistryRowDigest(const Digest& registry) {
  return RowHasher("registry").Add(registry).Finish();
}

RowDigest CertificateDigest(const CertId& id, std::string_view der) {
  return RowHasher("certificate").Add(id).Finish({der});
}

}  // namespace

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

}  // namespace amana::store::embedded
