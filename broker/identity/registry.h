// The agency registry: which agencies there are, what they may do, which issuing CA speaks for
// each, and the certificates its people and systems sign with. What they offer, and what to seal
// to, is in the directory (routing/directory.h). Read from one TOML file and the PEM files it
// names:
//
//   trust_domain = "amana.example"
//   root_ca = "ca/root.pem"                 # paths are relative to this file
//   revocations = "revoked.txt"             # must exist, may be empty
//   coordinating_agencies = ["secretariat"] # whose coordinators countersign the directory;
//   optional guardian_flags = ["6f2c..."]            # pseudonyms (32 hex digits) of persons whose
//   guardian
//                                           # must not speak for them; optional
//
//   [[agency]]
//   id = "police-ke"
//   name = "National Police Service"        # of the body, never of a person
//   kind = "POLICE"                         # AgencyKind, without its prefix
//   country = "KE"                          # ISO 3166-1 alpha-2
//   issuing_ca = "ca/police-ke.pem"         # one or, while it is being rotated, several
//   certificates = "certificates/police-ke" # every *.pem in it; optional
//   roles = ["system", "person"]            # that its certificates may have; by default system,
//                                           # person and coordinator, for OVERSIGHT auditor only
//   approvers = ["officer-7"]               # persons who may approve and review overrides and sign
//                                           # legal holds; optional
//
// A registry is read whole or not at all: an unknown key, a value of another form, a certificate
// for sealing or one that does not chain to its agency's CA or names another agency, trust domain
// or role is refused, with the file, the line (of the TOML file) and what was expected. That a
// certificate has expired is no reason to refuse a registry: time is judged when it is used.
//
// Which units an agency has is for its own CA to say: whatever unit a certificate names is one.
#ifndef AMANA_BROKER_IDENTITY_REGISTRY_H_
#define AMANA_BROKER_IDENTITY_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "broker/identity/revocation.h"
#include "proto/crypto/x509.h"

namespace amana::identity {

struct Agency {
  AgencyId id;
  std::string name;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  std::string country;
  std::vector<PersonId> approvers;  // ascending
  std::vector<crypto::Role> roles;
  bool MayHave(crypto::Role role) const;
  bool MayApprove(const PersonId& person) const;
  friend bool operator==(const Agency&, const Agency&) = default;
};

struct RegisteredCertificate {
  crypto::Certificate certificate;
  CertId issuer;  // the CA of its agency that signed it
  AgencyId agency;
  crypto::Role role = crypto::Role::kSystem;
  std::optional<UnitId> unit;
  std::optional<PersonId> person;
  crypto::CertUsage usage = crypto::CertUsage::kSigning;
};

// Immutable, thread-safe. Pointers returned live as long as the registry.
class Registry {
 public:
  // `files` and `path` are used during the call only. REGISTRY_INVALID (kInvalidArgument) with
  // every finding; errors of FileSystem::Read when the TOML file itself cannot be read.
  static absl::StatusOr<std::shared_ptr<const Registry>> Load(FileSystem& files,
                                                              const std::string& path);

  // SHA-256 over everything that was read, in an order that does not depend on the file system:
  // the same registry has the same digest on every broker.
  const Digest& digest() const { return digest_; }
  const std::string& trust_domain() const { return trust_domain_; }
  const std::string& revocations_path() const { return revocations_path_; }
  // Files and folders that were read, for whoever watches them.
  const std::vector<std::string>& sources() const { return sources_; }

  const std::vector<Agency>& agencies() const { return agencies_; }  // ascending by id
  const Agency* agency(const AgencyId& id) const;                    // nullptr: unknown
  // Whether its coordinators approve entries of the directory and work the coordinators' queue.
  bool Coordinates(const AgencyId& id) const;
  // Whether the guardian of this person must not speak for him or her.
  bool GuardianFlagged(const Pseudonym& subject) const;
  const std::vector<Pseudonym>& guardian_flags() const { return guardian_flags_; }  // ascending

  // Any registered certificate; nullptr: unknown.
  const RegisteredCertificate* FindCertificate(const CertId& id) const;
  // A signing certificate; nullptr: unknown, or for TLS.
  const RegisteredCertificate* SigningCertificate(const CertId& id) const;
  // Whether an end-entity certificate is what the registry knows: its trust domain, a registered
  // agency, signed by that agency's own CA, with a role that the agency has. Time and revocation
  // are not judged. Its issuing CA, or TRUST_DOMAIN_UNKNOWN, AGENCY_UNKNOWN, CHAIN_UNTRUSTED,
  // ROLE_NOT_REGISTERED. The path is verified once.
  absl::StatusOr<CertId> CheckIdentity(const crypto::Certificate& certificate) const;
  // For a certificate that passed CheckIdentity: CERT_EXPIRED or CERT_NOT_YET_VALID unless it, its
  // CA and the root are all valid at `at`. Under 1 us.
  absl::Status CheckTime(const crypto::Certificate& certificate, absl::Time at) const;
  // Whether a certificate, the CA that issued it or the root is revoked.
  bool IsRevoked(const CertId& certificate, const CertId& issuer,
                 const RevocationList& revoked) const;

  const crypto::Certificate& root_ca() const { return *root_ca_; }

 private:
  friend class RegistryBuilder;
  Registry() = default;

  Digest digest_;
  std::string trust_domain_;
  std::string revocations_path_;
  std::vector<std::string> sources_;
  std::vector<Agency> agencies_;
  std::vector<AgencyId> coordinating_;          // ascending
  std::vector<Pseudonym> guardian_flags_;       // ascending
  std::optional<crypto::Certificate> root_ca_;  // always there once built
  // Root pinned, the agency's issuing CAs known and no other's.
  absl::flat_hash_map<AgencyId, std::shared_ptr<const crypto::ChainVerifier>> verifiers_;
  absl::flat_hash_map<CertId, std::unique_ptr<const RegisteredCertificate>> certificates_;
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REGISTRY_H_
