// What an authority does for a unit or a person as a whole: all keys of one folder certified, and
// all certificates revoked, each in one step that may be taken again when it did not finish.
#ifndef AMANA_CERTS_UNIT_H_
#define AMANA_CERTS_UNIT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "certs/authority_folder.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/x509.h"

namespace amana::certs {

struct UnitName {
  AgencyId agency;
  UnitId unit;
  std::optional<PersonId> person = {};
};

// Revokes what is in force of the unit, its persons' too, or of the one person. `publish`, where
// given, is the list that the broker reads: it is replaced by the authority's. What was revoked
// before is not returned. NOTHING_TO_REVOKE when there was never anything; errors of
// AuthorityFolder.
absl::StatusOr<std::vector<crypto::Revocation>> RevokeUnit(const AuthorityFolder& folder,
                                                           const UnitName& name,
                                                           const std::string& reason,
                                                           const std::string& publish);

struct EnrolRequest {
  UnitName name;         // a person: whose request is person.csr
  std::string keys;      // a folder as sdk/identity.h has it: NAME.csr; NAME.pem is written beside
  std::string registry;  // the broker's certificates/<agency>; empty: not told
  int days = 90;
};

struct Enrolled {
  std::string name;  // "tls", "sealing-2"
  crypto::Certificate certificate;
  bool made = false;  // now; else it was there
};

// Certifies every request that has no certificate: tls*, signing* and sealing* for the unit's
// system, person* for the person. Registers all but those for sealing, which the directory names.
// A .pem that is not for its request's key is not replaced: FILE_EXISTS. NO_REQUESTS;
// REQUEST_NAME_UNKNOWN; errors of AuthorityFolder.
absl::StatusOr<std::vector<Enrolled>> Enrol(const AuthorityFolder& folder,
                                            const EnrolRequest& request);

}  // namespace amana::certs

#endif  // AMANA_CERTS_UNIT_H_
