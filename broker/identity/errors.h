// The error catalogue of the identity room. None is retryable. Messages name files, keys and
// fields, never a person or a content.
#ifndef AMANA_BROKER_IDENTITY_ERRORS_H_
#define AMANA_BROKER_IDENTITY_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::identity {

// --- the registry and the revocation list (kInvalidArgument)
absl::Status RegistryInvalid(std::string_view findings);  // REGISTRY_INVALID
absl::Status RevocationListShrank();                      // REVOCATION_LIST_SHRANK

// --- the caller: kUnauthenticated
absl::Status CertificateNotTls();       // CERTIFICATE_NOT_TLS
absl::Status TrustDomainUnknown();      // TRUST_DOMAIN_UNKNOWN
absl::Status AgencyUnknown();           // AGENCY_UNKNOWN
absl::Status CertificateRevoked();      // CERTIFICATE_REVOKED
absl::Status CertificateExpired();      // CERTIFICATE_EXPIRED
absl::Status CertificateNotYetValid();  // CERTIFICATE_NOT_YET_VALID
// What proto/crypto found, under its own reason, as a refusal to talk; the two above for its
// CERT_EXPIRED and CERT_NOT_YET_VALID.
absl::Status NotAuthenticated(const absl::Status& cause);

// --- the caller: kPermissionDenied
absl::Status RoleNotRegistered();  // ROLE_NOT_REGISTERED

// --- access
absl::Status NotFound();  // kNotFound NOT_FOUND
// ROLE_NOT_PERMITTED and RELATION_NOT_PERMITTED, both kPermissionDenied
absl::Status RoleNotPermitted(std::string_view role, std::string_view rpc);
absl::Status RelationNotPermitted(std::string_view rpc);

// --- the signer (kPermissionDenied)
absl::Status SignerUnknown();                          // SIGNER_UNKNOWN
absl::Status SignerWrongUsage();                       // SIGNER_WRONG_USAGE
absl::Status SignerRevoked();                          // SIGNER_REVOKED
absl::Status SignerExpired();                          // SIGNER_EXPIRED
absl::Status SignerNotYetValid();                      // SIGNER_NOT_YET_VALID
absl::Status SignerUntrusted();                        // SIGNER_UNTRUSTED: chain
absl::Status SignerNotPerson();                        // SIGNER_NOT_PERSON
absl::Status SenderNotCaller(std::string_view field);  // SENDER_NOT_CALLER
absl::Status SignerWrongUnit(std::string_view field);  // SIGNER_WRONG_UNIT

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_ERRORS_H_
