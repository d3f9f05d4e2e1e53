// Who a program is, and whom it trusts: the agency's own keys and the authorities, broker and log
// pinned on this machine. Nothing here ever comes from the broker.
//
// agency.toml (every path is meant from its folder, and has the default shown):
//
//   agency = "police-a"
//   unit = "desk"                    # none for auditors and operators
//   trust_domain = "amana.example"
//   broker = "broker.example:8443"
//   broker_agency = "amana"          # the agency in the broker's own certificate
//   coordinating_agencies = []       # whose coordinators' word counts for the directory; without
//                                    # one no entry of it is believed
//   root_ca = "trust/root.pem"
//   issuing_cas = "trust/agencies"   # a folder: every *.pem in it, each one or more CAs
//   log_vkey = "trust/log.vkey"      # a file, or the verifier key itself
//   witnesses = []                   # verifier keys of the witnesses believed here, or files, and
//   witness_quorum = 1               # how many of them make evidence WITNESSED
//   keys = "keys"                    # a folder, see below
//   data = "data"                    # outbox and inbox (mailbox.h)
//
//   [wraps]                          # whom the broker may choose without asking a person here
//   agencies = []                    # these agencies, and
//   kinds = []                       # agencies of these kinds: "SHELTER", "HEALTH"...
//
// In `keys`: tls.key and tls.pem (required); signing.key/.pem, the system's or a person's;
// person.key/.pem, a person's beside the system's; any number of sealing*.key/.pem: rotated ones
// stay as long as something sealed to them is kept. A key whose .pem is not there yet is passed
// over, but tls.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_IDENTITY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_IDENTITY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/wrap_policy.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/secret.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/delivery.h"
#include "proto/transparency/note_verifier.h"

namespace amana::sdk {

struct SigningIdentity {
  crypto::Certificate certificate;
  crypto::EcdsaPrivateKey key;
};

struct TlsIdentity {
  crypto::Certificate certificate;
  crypto::Secret key_pem;
};

struct IdentityParts {
  AgencyId agency;
  std::optional<UnitId> unit;
  std::string trust_domain;
  std::string broker;  // host:port
  AgencyId broker_agency;
  std::vector<AgencyId> coordinating = {};
  TlsIdentity tls;
  std::optional<SigningIdentity> signing;
  std::optional<SigningIdentity> person;
  std::vector<envelope::SealingIdentity> sealing;
  std::shared_ptr<const crypto::ChainVerifier> authorities;  // the root, and all issuing CAs
  transparency::NoteVerifier log;
  std::string data = {};
  WrapPolicy wraps = {};
  std::vector<transparency::NoteVerifier> witnesses = {};
  size_t witness_quorum = 1;
};

// Immutable, thread-safe.
class Identity {
 public:
  // IDENTITY_INVALID naming the part: a certificate of another agency, unit, trust domain, usage or
  // key, or from no pinned CA; a person's that names no person. Validity in time is not judged
  // here.
  static absl::StatusOr<Identity> Create(IdentityParts parts);
  // CONFIG_INVALID with every finding of agency.toml; KEY_FILE_PERMISSIONS unless keys are 0400 or
  // 0600; errors of reading and parsing the files, and of Create.
  static absl::StatusOr<Identity> Load(const std::string& agency_toml);

  const AgencyId& agency() const { return parts_.agency; }
  const std::optional<UnitId>& unit() const { return parts_.unit; }
  // IDENTITY_INVALID where there is no unit.
  absl::StatusOr<Address> address() const;
  const std::string& trust_domain() const { return parts_.trust_domain; }
  const std::string& broker() const { return parts_.broker; }
  const AgencyId& broker_agency() const { return parts_.broker_agency; }
  // Whether a coordinator of this agency may approve entries of the directory.
  bool Coordinates(const AgencyId& agency) const;
  const TlsIdentity& tls() const { return parts_.tls; }
  // What this program shows: its TLS certificate and the CA that issued it.
  std::string tls_chain_pem() const;
  const std::vector<envelope::SealingIdentity>& sealing() const { return parts_.sealing; }
  const crypto::ChainVerifier& authorities() const { return *parts_.authorities; }
  const std::shared_ptr<const crypto::ChainVerifier>& shared_authorities() const {
    return parts_.authorities;
  }
  const transparency::NoteVerifier& log() const { return parts_.log; }
  const std::vector<transparency::NoteVerifier>& witnesses() const { return parts_.witnesses; }
  // At least 1.
  size_t witness_quorum() const { return parts_.witness_quorum; }
  const std::string& data() const { return parts_.data; }
  const WrapPolicy& wraps() const { return parts_.wraps; }

  // SIGNING_KEY_MISSING.
  absl::StatusOr<const SigningIdentity*> Signer() const;
  // The person's key, or the signing key where that is a person's. PERSON_KEY_MISSING.
  absl::StatusOr<const SigningIdentity*> PersonSigner() const;

 private:
  explicit Identity(IdentityParts parts) : parts_(std::move(parts)) {}
  IdentityParts parts_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_IDENTITY_H_
