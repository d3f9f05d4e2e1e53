// Who is at the other end of a connection, from its TLS certificate.
#ifndef AMANA_BROKER_IDENTITY_CALLER_H_
#define AMANA_BROKER_IDENTITY_CALLER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "broker/identity/trust.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/x509.h"

namespace amana::identity {

struct Caller {
  AgencyId agency;
  crypto::Role role = crypto::Role::kSystem;
  std::optional<UnitId> unit;  // none: the whole agency
  std::optional<PersonId> person;
  CertId cert_id;

  // Whether it may act for a unit: its own, or any of its agency when its certificate names none.
  bool ActsFor(const Address& address) const;
  friend bool operator==(const Caller&, const Caller&) = default;
};

// Thread-safe. What does not change with time is remembered per certificate, for one registry, so
// that a call costs about 1 us; expiry and revocation are judged on every call.
class CallerResolver {
 public:
  static constexpr size_t kCapacity = 4096;  // certificates remembered; full: all are forgotten

  // `certificate`: PEM (as gRPC gives it) or DER. Refusals:
  //   kUnauthenticated  CERT_MALFORMED, CERT_PROFILE_INVALID, SPIFFE_ID_INVALID,
  //                     CERTIFICATE_NOT_TLS, TRUST_DOMAIN_UNKNOWN, AGENCY_UNKNOWN,
  //                     CHAIN_UNTRUSTED, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID,
  //                     CERTIFICATE_REVOKED (it, its issuing CA or the root)
  //   kPermissionDenied ROLE_NOT_REGISTERED: the registry does not know its agency to have such a
  //                     role
  absl::StatusOr<Caller> Resolve(std::string_view certificate, const Trust& trust, absl::Time now);

 private:
  struct Known {
    Caller caller;
    crypto::Certificate certificate;
    CertId issuer;
  };
  using KnownPtr = std::shared_ptr<const Known>;
  // What time and revocation do not change.
  static absl::StatusOr<KnownPtr> Judge(std::string_view certificate, const Registry& registry);
  KnownPtr Find(std::string_view certificate, const Registry& registry);
  void Remember(std::string_view certificate, const std::shared_ptr<const Registry>& registry,
                KnownPtr known);

  absl::Mutex mu_;
  std::shared_ptr<const Registry> registry_ ABSL_GUARDED_BY(mu_);  // what `known_` was judged by
  absl::flat_hash_map<std::string, KnownPtr> known_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_CALLER_H_
