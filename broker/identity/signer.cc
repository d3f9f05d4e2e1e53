#include "broker/identity/signer.h"

#include "base/status.h"
#include "broker/identity/errors.h"

namespace amana::identity {
namespace {

absl::Status CheckTime(const Registry& registry, const crypto::Certificate& certificate,
                       absl::Time now) {
  absl::Status status = registry.CheckTime(certificate, now);
  if (status.ok()) return status;
  const std::string reason = ErrorReason(status);
  if (reason == "CERT_EXPIRED") return SignerExpired();
  if (reason == "CERT_NOT_YET_VALID") return SignerNotYetValid();
  return SignerUntrusted();
}

}  // namespace

absl::StatusOr<Signer> ResolveSigner(const CertId& cert_id, const Registry& registry,
                                     const RevocationList& revocations, absl::Time now,
                                     const AgencyId& expected_agency) {
  const RegisteredCertificate* const found = registry.FindCertificate(cert_id);
  if (found == nullptr) return SignerUnknown();
  if (found->usage != crypto::CertUsage::kSigning) return SignerWrongUsage();
  if (found->agency != expected_agency) return SenderNotCaller("meta.cert_id");
  if (registry.IsRevoked(cert_id, found->issuer, revocations)) return SignerRevoked();
  AMANA_RETURN_IF_ERROR(CheckTime(registry, found->certificate, now));
  return Signer{cert_id,           found->agency, found->role,
                found->unit,       found->person, found->certificate.public_key(),
                found->certificate};
}

absl::Status CheckSignsFor(const Signer& signer, const Address& address, std::string_view field) {
  if (address.agency != signer.agency) return SenderNotCaller(field);
  if (signer.unit.has_value() && *signer.unit != address.unit) return SignerWrongUnit(field);
  return absl::OkStatus();
}

absl::Status CheckIsPerson(const Signer& signer) {
  const bool role = signer.role == crypto::Role::kPerson ||
                    signer.role == crypto::Role::kCoordinator ||
                    signer.role == crypto::Role::kOperator;
  return role && signer.person.has_value() ? absl::OkStatus() : SignerNotPerson();
}

}  // namespace amana::identity
