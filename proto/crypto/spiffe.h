// The identity in a certificate:
// spiffe://<trust-domain>/agency/<agency-id>/<role>[/<unit>[/<person>]] (SPIFFE-ID standard,
// section 2; the path is ours). Ids are opaque tokens, roles a closed list.
#ifndef AMANA_PROTO_CRYPTO_SPIFFE_H_
#define AMANA_PROTO_CRYPTO_SPIFFE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"

namespace amana::crypto {

enum class Role { kSystem, kPerson, kCoordinator, kAuditor, kOperator, kBroker };

std::string_view RoleName(Role role);                   // "system", "person", ...
absl::StatusOr<Role> ParseRole(std::string_view name);  // SPIFFE_ID_INVALID

struct SpiffeId {
  std::string trust_domain;
  AgencyId agency;
  Role role = Role::kSystem;
  std::optional<UnitId> unit;
  std::optional<PersonId> person;  // only with a unit

  friend bool operator==(const SpiffeId&, const SpiffeId&) = default;
};

// Lower-case letters, digits, '.', '-', '_'; 1 to 255 of them. SPIFFE_ID_INVALID otherwise.
absl::Status CheckTrustDomain(std::string_view trust_domain);

// Exactly the form above: no query, fragment, port, user, escape, empty or dot segment.
// SPIFFE_ID_INVALID otherwise.
absl::StatusOr<SpiffeId> ParseSpiffeId(std::string_view uri);

std::string ToUri(const SpiffeId& id);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_SPIFFE_H_
