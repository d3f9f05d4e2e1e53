#include "broker/identity/errors.h"

#include <string>

#include "base/status.h"

namespace amana::identity {
namespace {

using absl::StatusCode;

constexpr std::string_view kCertId = "meta.cert_id";

absl::Status NotAuthentic(std::string_view reason, std::string_view message) {
  return MakeError(StatusCode::kUnauthenticated, reason, "", message);
}

absl::Status Denied(std::string_view reason, std::string_view field, std::string_view message) {
  return MakeError(StatusCode::kPermissionDenied, reason, field, message);
}

}  // namespace

absl::Status RegistryInvalid(std::string_view findings) {
  return MakeError(StatusCode::kInvalidArgument, "REGISTRY_INVALID", "", findings);
}

absl::Status RevocationListShrank() {
  return MakeError(StatusCode::kInvalidArgument, "REVOCATION_LIST_SHRANK", "",
                   "the revocation list lacks an entry it had: a revocation is for ever");
}

absl::Status CertificateNotTls() {
  return NotAuthentic("CERTIFICATE_NOT_TLS", "the certificate is not one for TLS");
}

absl::Status TrustDomainUnknown() {
  return NotAuthentic("TRUST_DOMAIN_UNKNOWN", "the certificate names another trust domain");
}

absl::Status AgencyUnknown() {
  return NotAuthentic("AGENCY_UNKNOWN", "the certificate names an agency that is not registered");
}

absl::Status CertificateRevoked() {
  return NotAuthentic("CERTIFICATE_REVOKED", "the certificate, or its authority, is revoked");
}

absl::Status CertificateExpired() {
  return NotAuthentic("CERTIFICATE_EXPIRED", "the certificate, or its authority, has expired");
}

absl::Status CertificateNotYetValid() {
  return NotAuthentic("CERTIFICATE_NOT_YET_VALID",
                      "the certificate, or its authority, is not valid yet");
}

absl::Status NotAuthenticated(const absl::Status& cause) {
  const std::string reason = ErrorReason(cause);
  if (reason == "CERT_EXPIRED") return CertificateExpired();
  if (reason == "CERT_NOT_YET_VALID") return CertificateNotYetValid();
  return NotAuthentic(reason, std::string(cause.message()));
}

absl::Status RoleNotRegistered() {
  return Denied("ROLE_NOT_REGISTERED", "", "the agency is not registered for this role");
}

absl::Status NotFound() { return MakeError(StatusCode::kNotFound, "NOT_FOUND", "", "not found"); }

absl::Status RoleNotPermitted(std::string_view role, std::string_view rpc) {
  return Denied("ROLE_NOT_PERMITTED", "",
                "role " + std::string(role) + " may not call " + std::string(rpc));
}

absl::Status RelationNotPermitted(std::string_view rpc) {
  return Denied("RELATION_NOT_PERMITTED", "",
                std::string(rpc) + " is not for this party to the referral");
}

absl::Status SignerUnknown() {
  return Denied("SIGNER_UNKNOWN", kCertId, "the signing certificate is not registered");
}

absl::Status SignerWrongUsage() {
  return Denied("SIGNER_WRONG_USAGE", kCertId, "the certificate is not one for signing");
}

absl::Status SignerRevoked() {
  return Denied("SIGNER_REVOKED", kCertId, "the signing certificate, or its authority, is revoked");
}

absl::Status SignerExpired() {
  return Denied("SIGNER_EXPIRED", kCertId,
                "the signing certificate, or its authority, has expired");
}

absl::Status SignerNotYetValid() {
  return Denied("SIGNER_NOT_YET_VALID", kCertId,
                "the signing certificate, or its authority, is not valid yet");
}

absl::Status SignerUntrusted() {
  return Denied("SIGNER_UNTRUSTED", kCertId, "the signing certificate does not chain to its CA");
}

absl::Status SignerNotPerson() {
  return Denied("SIGNER_NOT_PERSON", kCertId, "this must be signed with a person's key");
}

absl::Status SenderNotCaller(std::string_view field) {
  return Denied("SENDER_NOT_CALLER", field, "must be the caller's own agency");
}

absl::Status SignerWrongUnit(std::string_view field) {
  return Denied("SIGNER_WRONG_UNIT", field, "the signing certificate is of another unit");
}

}  // namespace amana::identity
