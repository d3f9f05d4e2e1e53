#include "broker/identity/caller.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "base/status.h"
#include "broker/identity/errors.h"

namespace amana::identity {
namespace {

// DER of a certificate starts with a SEQUENCE; PEM is text.
absl::StatusOr<crypto::Certificate> ParseCertificate(std::string_view bytes) {
  const bool der = !bytes.empty() && bytes[0] == '\x30';
  return der ? crypto::Certificate::FromDer(bytes) : crypto::Certificate::FromPem(bytes);
}

bool IsPermission(const absl::Status& status) {
  return ErrorReason(status) == "ROLE_NOT_REGISTERED";
}

}  // namespace

bool Caller::ActsFor(const Address& address) const {
  return address.agency == agency && (!unit.has_value() || *unit == address.unit);
}

absl::StatusOr<Caller> CallerResolver::Resolve(std::string_view certificate, const Trust& trust,
                                               absl::Time now) {
  const Registry& registry = *trust.registry;
  KnownPtr known = Find(certificate, registry);
  if (known == nullptr) {
    AMANA_ASSIGN_OR_RETURN(known, Judge(certificate, registry));
    Remember(certificate, trust.registry, known);
  }
  if (registry.IsRevoked(known->caller.cert_id, known->issuer, *trust.revocations)) {
    return CertificateRevoked();
  }
  const absl::Status time = registry.CheckTime(known->certificate, now);
  if (!time.ok()) return NotAuthenticated(time);
  return known->caller;
}

absl::StatusOr<CallerResolver::KnownPtr> CallerResolver::Judge(std::string_view certificate,
                                                               const Registry& registry) {
  absl::StatusOr<crypto::Certificate> parsed = ParseCertificate(certificate);
  if (!parsed.ok()) return NotAuthenticated(parsed.status());
  if (parsed->usage() != crypto::CertUsage::kTls) return CertificateNotTls();
  const absl::StatusOr<CertId> issuer = registry.CheckIdentity(*parsed);
  if (!issuer.ok()) {
    return IsPermission(issuer.status()) ? issuer.status() : NotAuthenticated(issuer.status());
  }
  const crypto::SpiffeId& spiffe = parsed->spiffe();
  Caller caller{spiffe.agency, spiffe.role, spiffe.unit, spiffe.person, parsed->id()};
  return std::make_shared<const Known>(Known{std::move(caller), *std::move(parsed), *issuer});
}

CallerResolver::KnownPtr CallerResolver::Find(std::string_view certificate,
                                              const Registry& registry) {
  absl::ReaderMutexLock lock(&mu_);
  if (registry_.get() != &registry) return nullptr;
  const auto found = known_.find(absl::string_view(certificate.data(), certificate.size()));
  return found == known_.end() ? nullptr : found->second;
}

void CallerResolver::Remember(std::string_view certificate,
                              const std::shared_ptr<const Registry>& registry, KnownPtr known) {
  absl::MutexLock lock(&mu_);
  if (registry_ != registry || known_.size() >= kCapacity) {
    known_.clear();
    registry_ = registry;
  }
  known_.insert_or_assign(std::string(certificate), std::move(known));
}

}  // namespace amana::identity
