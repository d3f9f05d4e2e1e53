#include "agency-adapters/sdk/broker_check.h"

#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"

namespace amana::sdk {

using crypto::CertUsage;

BrokerCheck::BrokerCheck(const Identity& identity, const Clock& clock)
    : trust_domain_(identity.trust_domain()),
      agency_(identity.broker_agency()),
      authorities_(identity.shared_authorities()),
      clock_(clock) {}

absl::Status BrokerCheck::operator()(std::string_view leaf, std::string_view chain) const {
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate, crypto::Certificate::FromPem(leaf));
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  if (spiffe.role != crypto::Role::kBroker || spiffe.agency != agency_ ||
      spiffe.trust_domain != trust_domain_) {
    return IdentityInvalid("broker", "the certificate is not the pinned broker's");
  }
  return VerifyChain(certificate, chain);
}

absl::Status BrokerCheck::VerifyChain(const crypto::Certificate& leaf,
                                      std::string_view chain) const {
  const absl::Time now = clock_.Now();
  absl::Status pinned = authorities_->Verify(leaf, now, CertUsage::kTls);
  if (ErrorReason(pinned) != "CHAIN_UNTRUSTED" || chain.empty()) return pinned;
  AMANA_ASSIGN_OR_RETURN(const std::vector<crypto::Certificate> shown,
                         crypto::ParsePemBundle(chain));
  for (const crypto::Certificate& ca : shown) {
    if (ca.usage() != CertUsage::kCa || ca.self_issued()) continue;
    const auto verifier = crypto::ChainVerifier::Create({authorities_->authorities().roots, {ca}});
    if (verifier.ok() && (*verifier)->Verify(leaf, now, CertUsage::kTls).ok()) {
      return absl::OkStatus();
    }
  }
  return pinned;
}

}  // namespace amana::sdk
