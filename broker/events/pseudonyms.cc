#include "broker/events/pseudonyms.h"

#include <string_view>

#include "proto/crypto/hkdf.h"

namespace amana::events {
namespace {

constexpr std::string_view kSeparator("\0", 1);

AuditPseudonym Truncated(const Digest& mac) {
  return *AuditPseudonym::FromBytes(mac.view().substr(0, AuditPseudonym::kSize));
}

}  // namespace

Pseudonyms::Pseudonyms(const crypto::Secret& secret, const AgencyId& auditor)
    : key_(crypto::HmacSha256(secret, {"amana auditor pseudonyms v1", kSeparator, auditor.value()})
               .view()) {}

AuditPseudonym Pseudonyms::Of(const AgencyId& agency) const {
  return Truncated(crypto::HmacSha256(key_, {"agency", kSeparator, agency.value()}));
}

AuditPseudonym Pseudonyms::Of(const AgencyId& sender, const ReferralId& referral) const {
  return Truncated(
      crypto::HmacSha256(key_, {"referral", kSeparator, referral.view(), sender.value()}));
}

}  // namespace amana::events
