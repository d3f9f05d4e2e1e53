// How what a referral's rows hold is encrypted: nonce (12, random) || AES-256-GCM ciphertext || tag
// (16), under the referral's own key (body_keys.h). The additional data says which column of which
// row it is, so that nothing can be moved to another place.
#ifndef AMANA_BROKER_STORE_EMBEDDED_BODY_SEAL_H_
#define AMANA_BROKER_STORE_EMBEDDED_BODY_SEAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

namespace amana::store::embedded {

// The place of something in the database: a column, the row of the referral it belongs to, and what
// else tells it from others of the same referral.
struct SealedPlace {
  std::string_view column;  // "referral.body"
  int64_t referral;
  std::string_view within = {};
};

// Seals; used by one thread. Nonces are drawn many at a time.
class BodySealer {
 public:
  // Replaces `out`, whose memory is used again.
  absl::Status Seal(const crypto::Secret& key, const SealedPlace& place, std::string_view plain,
                    std::string& out);

 private:
  std::string nonces_;
  size_t drawn_ = 0;
};

// AEAD_OPEN_FAILED when it is not what was sealed for this place under this key.
absl::StatusOr<std::string> OpenSealed(const crypto::Secret& key, const SealedPlace& place,
                                       std::string_view sealed);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_BODY_SEAL_H_
