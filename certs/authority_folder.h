// A certificate authority as a folder of files, for one operator at a time on one machine:
//   root.key root.crt           the root; the key may be taken away once the agencies are certified
//   agencies/<agency>/ca.key    an agency's issuing CA (absent when the agency holds its own key)
//   agencies/<agency>/ca.crt
//   issued/<fingerprint>.crt    every end-entity certificate ever signed here
//   issuing.pem                 all issuing CAs, as brokers and adapters pin them
//   revoked.txt                 the revocation list (proto/crypto/revocation_list.h)
// Keys are 0400 and never overwritten; everything else is written whole or not at all.
//
// Errors, besides those named: those of base/durable_file.h, proto/crypto/key_file.h and pki.h.
#ifndef AMANA_CERTS_AUTHORITY_FOLDER_H_
#define AMANA_CERTS_AUTHORITY_FOLDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/crypto/pki.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/x509.h"

namespace amana::certs {

struct SignRequest {
  std::string csr_pem;
  crypto::SpiffeId spiffe;  // trust_domain is filled in from the agency's CA
  crypto::CertUsage usage = crypto::CertUsage::kTls;
  int days = 90;
  std::vector<std::string> dns_names;  // brokers' TLS certificates only
  std::vector<std::string> ip_addresses;
};

struct Signed {
  crypto::Certificate certificate;
  crypto::Certificate issuing;
  // What the request asked for, when it asked for one valid id: the signer may want to compare.
  std::optional<crypto::SpiffeId> requested;

  // What goes to the requester: the certificate, followed by its issuing CA for TLS.
  std::string pem() const;
};

struct Rotated {
  crypto::Certificate old;
  Signed replacement;
};

enum class CertState { kValid, kNotYetValid, kExpired, kRevoked, kSuperseded };
std::string_view StateName(CertState state);  // "valid", "superseded", ...

struct Listed {
  crypto::Certificate certificate;
  // kSuperseded: valid, and a later one for the same id and usage is valid as well (being rotated).
  CertState state = CertState::kValid;
  std::optional<crypto::Revocation> revocation;
};

// Thread-compatible. Processes that change one folder at the same time take turns.
class AuthorityFolder {
 public:
  // `clock` must outlive it. Does not touch the disk.
  AuthorityFolder(std::string dir, const Clock& clock) : dir_(std::move(dir)), clock_(clock) {}

  // The root key and certificate. FILE_EXISTS when there is a root already.
  absl::StatusOr<crypto::Certificate> Init(std::string_view trust_domain, int days) const;

  // An issuing CA for `agency`: with `csr_pem` for a key the agency holds itself, else with a key
  // made here. FILE_EXISTS when there is one.
  absl::StatusOr<crypto::Certificate> AddAgency(const AgencyId& agency,
                                                const std::optional<std::string>& csr_pem,
                                                int days) const;

  // AGENCY_UNKNOWN when the agency has no issuing CA here.
  absl::StatusOr<Signed> Sign(const SignRequest& request) const;

  // A replacement for `old` with the same id, usage and host names for the new key in `csr_pem`.
  // The old one stays valid: it is revoked, or expires, when it has drained. KEY_REUSED when the
  // key is the old one's; CHAIN_UNTRUSTED when `old` was not issued here; CERT_REVOKED when it is
  // revoked.
  absl::StatusOr<Rotated> Rotate(const crypto::Certificate& old, const std::string& csr_pem,
                                 int days) const;

  // Appends to the revocation list; the same fingerprint again changes nothing and returns the
  // entry there is. Any fingerprint is taken: one not issued here must be refusable, too.
  absl::StatusOr<crypto::Revocation> Revoke(const CertId& certificate,
                                            std::string_view reason) const;

  // Everything signed here, oldest first, the authorities included.
  absl::StatusOr<std::vector<Listed>> List() const;

  std::string revocation_list_path() const { return dir_ + "/revoked.txt"; }
  std::string root_path() const { return dir_ + "/root.crt"; }
  std::string issuing_path() const { return dir_ + "/issuing.pem"; }
  std::string agency_path(const AgencyId& agency) const;  // of its ca.crt

 private:
  absl::StatusOr<crypto::Authority> Load(const std::string& stem) const;
  absl::StatusOr<Signed> SignFor(const crypto::Csr& csr, const SignRequest& request) const;
  absl::StatusOr<std::vector<crypto::Certificate>> Authorities() const;
  absl::StatusOr<std::vector<crypto::Revocation>> Revocations() const;
  absl::Status WriteIssuingBundle() const;
  crypto::Validity Span(const crypto::Certificate* issuer, int days) const;

  const std::string dir_;
  const Clock& clock_;
};

}  // namespace amana::certs

#endif  // AMANA_CERTS_AUTHORITY_FOLDER_H_
