// Whether the certificate a server shows makes it the pinned broker. Immutable; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_BROKER_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_SDK_BROKER_CHECK_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "agency-adapters/sdk/identity.h"
#include "base/clock.h"
#include "proto/crypto/x509.h"

namespace amana::sdk {

class BrokerCheck {
 public:
  // `clock` must outlive it.
  BrokerCheck(const Identity& identity, const Clock& clock);

  // `leaf` and `chain` are PEM; the chain may hold the issuing CA, which is used where it is not
  // pinned here but chains to the pinned root. IDENTITY_INVALID for field "broker" when it is
  // another role, agency or trust domain; errors of Certificate and ChainVerifier.
  absl::Status operator()(std::string_view leaf, std::string_view chain) const;

 private:
  absl::Status VerifyChain(const crypto::Certificate& leaf, std::string_view chain) const;

  const std::string trust_domain_;
  const AgencyId agency_;
  const std::shared_ptr<const crypto::ChainVerifier> authorities_;
  const Clock& clock_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_BROKER_CHECK_H_
