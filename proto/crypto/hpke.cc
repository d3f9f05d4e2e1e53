#include "proto/crypto/hpke.h"

#include <utility>

#include "base/status.h"
#include "proto/crypto/hpke_context.h"

namespace amana::crypto {

absl::StatusOr<HpkeCiphertext> HpkeSeal(const EcPublicKey& recipient, std::string_view info,
                                        std::string_view aad, std::string_view plaintext) {
  AMANA_ASSIGN_OR_RETURN(const EcPrivateKey ephemeral, EcPrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(const HpkeContext context,
                         HpkeContext::ForSender(recipient, ephemeral, info));
  AMANA_ASSIGN_OR_RETURN(std::string ciphertext, context.Seal(0, aad, plaintext));
  return HpkeCiphertext{ephemeral.PublicKey().point(), std::move(ciphertext)};
}

absl::StatusOr<Secret> HpkeOpen(const EcPrivateKey& recipient, std::string_view enc,
                                std::string_view info, std::string_view aad,
                                std::string_view ciphertext) {
  AMANA_ASSIGN_OR_RETURN(const HpkeContext context, HpkeContext::ForReceiver(recipient, enc, info));
  return context.Open(0, aad, ciphertext);
}

}  // namespace amana::crypto
