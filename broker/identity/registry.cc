#include "broker/identity/registry.h"

#include <algorithm>

#include "base/status.h"
#include "broker/identity/errors.h"
#include "broker/identity/registry_builder.h"

namespace amana::identity {

bool Agency::MayHave(crypto::Role role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool Agency::MayApprove(const PersonId& person) const {
  return std::binary_search(approvers.begin(), approvers.end(), person);
}

absl::StatusOr<std::shared_ptr<const Registry>> Registry::Load(FileSystem& files,
                                                               const std::string& path) {
  return RegistryBuilder(files, path).Build();
}

const Agency* Registry::agency(const AgencyId& id) const {
  const auto found =
      std::lower_bound(agencies_.begin(), agencies_.end(), id,
                       [](const Agency& agency, const AgencyId& key) { return agency.id < key; });
  return found == agencies_.end() || found->id != id ? nullptr : &*found;
}

bool Registry::Coordinates(const AgencyId& id) const {
  return std::binary_search(coordinating_.begin(), coordinating_.end(), id);
}

bool Registry::GuardianFlagged(const Pseudonym& subject) const {
  return std::binary_search(guardian_flags_.begin(), guardian_flags_.end(), subject);
}

const RegisteredCertificate* Registry::FindCertificate(const CertId& id) const {
  const auto found = certificates_.find(id);
  return found == certificates_.end() ? nullptr : found->second.get();
}

const RegisteredCertificate* Registry::SigningCertificate(const CertId& id) const {
  const RegisteredCertificate* const found = FindCertificate(id);
  return found != nullptr && found->usage == crypto::CertUsage::kSigning ? found : nullptr;
}

absl::StatusOr<CertId> Registry::CheckIdentity(const crypto::Certificate& certificate) const {
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  if (spiffe.trust_domain != trust_domain_) return TrustDomainUnknown();
  const Agency* const owner = agency(spiffe.agency);
  if (owner == nullptr) return AgencyUnknown();
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate issuer,
                         verifiers_.at(spiffe.agency)->IssuerOf(certificate));
  if (!owner->MayHave(spiffe.role)) return RoleNotRegistered();
  return issuer.id();
}

absl::Status Registry::CheckTime(const crypto::Certificate& certificate, absl::Time at) const {
  const auto verifier = verifiers_.find(certificate.spiffe().agency);
  if (verifier == verifiers_.end()) return AgencyUnknown();
  return verifier->second->Verify(certificate, at);
}

bool Registry::IsRevoked(const CertId& certificate, const CertId& issuer,
                         const RevocationList& revoked) const {
  return revoked.Contains(certificate) || revoked.Contains(issuer) ||
         revoked.Contains(root_ca_->id());
}

}  // namespace amana::identity
