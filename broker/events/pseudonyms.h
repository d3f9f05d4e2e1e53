// What an auditor is told in the place of agencies and referrals: names of his own agency's alone,
// by which he can follow one of them through the log and compare with nobody.
//
// A pseudonym is the first 16 bytes of HMAC-SHA-256 under the auditor agency's key, over the domain
// ("agency" or "referral"), a zero byte and the id; that key is HMAC-SHA-256 under the broker's
// secret over a label and the agency's id. So without the secret nobody can tell whom one stands
// for, nor which of two auditors' are of the same.
//
// Immutable, thread-safe.
#ifndef AMANA_BROKER_EVENTS_PSEUDONYMS_H_
#define AMANA_BROKER_EVENTS_PSEUDONYMS_H_

#include <string_view>

#include "base/ids.h"
#include "proto/crypto/secret.h"

namespace amana::events {

struct AuditPseudonymTag {
  static constexpr std::string_view kName = "pseudonym";
};
using AuditPseudonym = FixedBytes<AuditPseudonymTag, 16>;

class Pseudonyms {
 public:
  // `secret`: the broker's, of 32 bytes. `auditor`: whose names these are.
  Pseudonyms(const crypto::Secret& secret, const AgencyId& auditor);

  AuditPseudonym Of(const AgencyId& agency) const;
  // The same for all versions. An id is its sender's: another sender's of the same bytes is another
  // referral.
  AuditPseudonym Of(const AgencyId& sender, const ReferralId& referral) const;

 private:
  crypto::Secret key_;
};

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_PSEUDONYMS_H_
