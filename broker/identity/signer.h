// Who signed a statement, from the fingerprint inside its signed bytes. The signature itself is
// verified by the caller, with the key given here. Pure; any thread; about 1 us.
#ifndef AMANA_BROKER_IDENTITY_SIGNER_H_
#define AMANA_BROKER_IDENTITY_SIGNER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "broker/identity/registry.h"
#include "broker/identity/revocation.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/spiffe.h"

namespace amana::identity {

struct Signer {
  CertId cert_id;
  AgencyId agency;
  crypto::Role role = crypto::Role::kSystem;
  std::optional<UnitId> unit;
  std::optional<PersonId> person;
  crypto::EcdsaPublicKey public_key;  // parsed once, when the registry was read
  crypto::Certificate certificate;
};

// The holder of a registered signing certificate of `expected_agency` (the caller's), good at
// `now`. Refusals (kPermissionDenied, field "meta.cert_id"): SIGNER_UNKNOWN, SIGNER_WRONG_USAGE
// (registered for TLS), SENDER_NOT_CALLER (another agency's), SIGNER_REVOKED (it, its
// issuing CA or the root), SIGNER_EXPIRED, SIGNER_NOT_YET_VALID, SIGNER_UNTRUSTED.
absl::StatusOr<Signer> ResolveSigner(const CertId& cert_id, const Registry& registry,
                                     const RevocationList& revocations, absl::Time now,
                                     const AgencyId& expected_agency);

// OK when the signer may speak for `address`: SENDER_NOT_CALLER for another agency's,
// SIGNER_WRONG_UNIT when its certificate names another unit. `field`: where the address stands in
// the statement.
absl::Status CheckSignsFor(const Signer& signer, const Address& address, std::string_view field);

// SIGNER_NOT_PERSON unless a person's key signed (roles person, coordinator, operator; all with a
// person id): seen, decisions and the like are nobody's but a person's.
absl::Status CheckIsPerson(const Signer& signer);

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_SIGNER_H_
