#include "broker/store/embedded/body_seal.h"

#include <algorithm>

#include "absl/types/span.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/random.h"

namespace amana::store::embedded {
namespace {

constexpr size_t kNoncesAtOnce = 256;

std::string AdditionalData(const SealedPlace& place) {
  std::string data(place.column);
  data.push_back('\0');
  for (int shift = 56; shift >= 0; shift -= 8) {
    data.push_back(static_cast<char>(static_cast<uint64_t>(place.referral) >> shift));
  }
  data += place.within;
  return data;
}

}  // namespace

absl::Status BodySealer::Seal(const crypto::Secret& key, const SealedPlace& place,
                              std::string_view plain, std::string& out) {
  if (drawn_ >= nonces_.size()) {
    nonces_ = crypto::RandomBytes(kNoncesAtOnce * crypto::kAesGcmNonceSize);
    drawn_ = 0;
  }
  const std::string_view nonce = std::string_view(nonces_).substr(drawn_, crypto::kAesGcmNonceSize);
  drawn_ += crypto::kAesGcmNonceSize;
  out.resize(crypto::kAesGcmNonceSize + plain.size() + crypto::kAesGcmTagSize);
  std::copy(nonce.begin(), nonce.end(), out.begin());
  return crypto::AesGcmSealTo(
      key, nonce, AdditionalData(place), plain,
      absl::MakeSpan(reinterpret_cast<uint8_t*>(out.data()) + crypto::kAesGcmNonceSize,
                     out.size() - crypto::kAesGcmNonceSize));
}

absl::StatusOr<std::string> OpenSealed(const crypto::Secret& key, const SealedPlace& place,
                                       std::string_view sealed) {
  const size_t nonce = std::min(sealed.size(), crypto::kAesGcmNonceSize);
  return crypto::AesGcmOpen(key, sealed.substr(0, crypto::kAesGcmNonceSize), AdditionalData(place),
                            sealed.substr(nonce));
}

}  // namespace amana::store::embedded
