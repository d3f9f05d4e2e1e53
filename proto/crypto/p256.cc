#include "proto/crypto/p256.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <utility>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

using ParamBldPtr = SslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
// Wiped: the parameters may hold a private scalar.
using ParamPtr = SslPtr<OSSL_PARAM, OSSL_PARAM_free>;
using EcGroupPtr = SslPtr<EC_GROUP, EC_GROUP_free>;
using EcPointPtr = SslPtr<EC_POINT, EC_POINT_free>;

using std::string_view_literals::operator""sv;

constexpr char kGroup[] = "prime256v1";
constexpr size_t kScalarSize = 32;

// All of a SubjectPublicKeyInfo but the point (RFC 5480):
// SEQUENCE { SEQUENCE { ecPublicKey, prime256v1 }, BIT STRING }.
constexpr std::string_view kSpkiPrefix =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00"sv;

// The uncompressed point of a P-256 key by name; empty for any other key (other curves, and curves
// given by explicit parameters, which could be chosen to forge).
std::string PointOf(const EVP_PKEY* key) {
  char group[32] = {};
  size_t size = 0;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
      EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1 ||
      std::string_view(group, size) != kGroup) {
    return {};
  }
  std::string point(P256PublicKey::kPointSize, '\0');
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
      EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1) {
    BN_free(x);
    return {};
  }
  const BignumPtr own_x(x), own_y(y);
  point[0] = 0x04;
  const bool fits = BN_bn2binpad(x, Bytes(point) + 1, kScalarSize) == kScalarSize &&
                    BN_bn2binpad(y, Bytes(point) + 1 + kScalarSize, kScalarSize) == kScalarSize;
  return fits ? point : std::string();
}

absl::StatusOr<std::shared_ptr<const P256Key>> Adopt(PkeyPtr pkey) {
  std::string point = PointOf(pkey.get());
  if (point.empty()) return KeyInvalid("must be on the named curve P-256");
  return std::make_shared<const P256Key>(P256Key{std::move(pkey), std::move(point)});
}

// A key of the curve, whose parameters public keys are made from: seven times as quick as naming
// the curve each time.
const EVP_PKEY* CurveParameters() {
  static const EVP_PKEY* const key = EVP_EC_gen(kGroup);
  return key;
}

// `point` has 65 bytes and starts with 0x04.
absl::StatusOr<std::shared_ptr<const P256Key>> BuildPublic(std::string_view point) {
  const ErrorQueueGuard guard;
  PkeyPtr pkey(EVP_PKEY_new());
  if (pkey == nullptr || EVP_PKEY_copy_parameters(pkey.get(), CurveParameters()) != 1) {
    return CryptoFailed("building a key");
  }
  if (EVP_PKEY_set1_encoded_public_key(pkey.get(), Bytes(point), point.size()) != 1) {
    return KeyInvalid("the point is not on the curve");
  }
  return std::make_shared<const P256Key>(P256Key{std::move(pkey), std::string(point)});
}

absl::StatusOr<std::shared_ptr<const P256Key>> BuildPrivate(std::string_view point,
                                                            const BIGNUM* scalar) {
  const ErrorQueueGuard guard;
  const ParamBldPtr builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kGroup, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1) {
    return CryptoFailed("building a key");
  }
  const ParamPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* raw = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_KEYPAIR, params.get()) != 1) {
    return CryptoFailed("building a key");
  }
  return Adopt(PkeyPtr(raw));
}

// The public point of a scalar in [1, n-1]; empty otherwise.
std::string PointOfScalar(const BIGNUM* scalar) {
  const EcGroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (group == nullptr || BN_is_zero(scalar) ||
      BN_cmp(scalar, EC_GROUP_get0_order(group.get())) >= 0) {
    return {};
  }
  const EcPointPtr point(EC_POINT_new(group.get()));
  std::string encoded(P256PublicKey::kPointSize, '\0');
  if (point == nullptr ||
      EC_POINT_mul(group.get(), point.get(), scalar, nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, Bytes(encoded),
                         encoded.size(), nullptr) != encoded.size()) {
    return {};
  }
  return encoded;
}

}  // namespace

P256PublicKey::P256PublicKey(std::shared_ptr<const P256Key> key) : key_(std::move(key)) {}

absl::StatusOr<P256PublicKey> P256PublicKey::FromSpkiDer(std::string_view der) {
  if (der.substr(0, kSpkiPrefix.size()) != kSpkiPrefix) {
    return KeyInvalid("not the SubjectPublicKeyInfo of an uncompressed point on P-256");
  }
  return FromPoint(der.substr(kSpkiPrefix.size()));
}

absl::StatusOr<P256PublicKey> P256PublicKey::FromPoint(std::string_view point) {
  if (point.size() != kPointSize || point[0] != 0x04) {
    return KeyInvalid("must be an uncompressed point of 65 bytes");
  }
  AMANA_ASSIGN_OR_RETURN(auto key, BuildPublic(point));
  return P256PublicKey(std::move(key));
}

const std::string& P256PublicKey::point() const { return key_->point; }

std::string P256PublicKey::ToSpkiDer() const { return std::string(kSpkiPrefix) + key_->point; }

absl::Status P256PublicKey::Verify(std::string_view message, std::string_view signature) const {
  return VerifyDigest(Sha256(message).view(), signature);
}

absl::Status P256PublicKey::VerifyDigest(std::string_view sha256,
                                         std::string_view signature) const {
  if (sha256.size() != Digest::kSize) {
    return LengthInvalid("digest", Digest::kSize, sha256.size());
  }
  const ErrorQueueGuard guard;
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_->pkey.get(), nullptr));
  if (context == nullptr || EVP_PKEY_verify_init(context.get()) != 1) {
    return CryptoFailed("ECDSA verification");
  }
  // Any answer but 1 (0: wrong; negative: not strict DER) is the same refusal.
  const int result = EVP_PKEY_verify(context.get(), Bytes(signature), signature.size(),
                                     Bytes(sha256), sha256.size());
  return result == 1 ? absl::OkStatus() : SignatureInvalid();
}

P256PrivateKey::P256PrivateKey(std::shared_ptr<const P256Key> key) : key_(std::move(key)) {}

absl::StatusOr<P256PrivateKey> P256PrivateKey::Generate() {
  const ErrorQueueGuard guard;
  PkeyPtr pkey(EVP_EC_gen(kGroup));
  if (pkey == nullptr) return CryptoFailed("key generation");
  AMANA_ASSIGN_OR_RETURN(auto key, Adopt(std::move(pkey)));
  return P256PrivateKey(std::move(key));
}

absl::StatusOr<P256PrivateKey> P256PrivateKey::FromPem(const Secret& pem) {
  const ErrorQueueGuard guard;
  PkeyPtr pkey = PrivateKeyFromPem(pem);
  if (pkey == nullptr) return KeyInvalid("not an unencrypted PEM private key");
  AMANA_ASSIGN_OR_RETURN(auto key, Adopt(std::move(pkey)));
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key->pkey.get(), nullptr));
  if (context == nullptr || EVP_PKEY_pairwise_check(context.get()) != 1) {
    return KeyInvalid("its public part does not belong to its private part");
  }
  return P256PrivateKey(std::move(key));
}

absl::StatusOr<P256PrivateKey> P256PrivateKey::FromScalar(const Secret& scalar) {
  if (scalar.size() != kScalarSize) return LengthInvalid("scalar", kScalarSize, scalar.size());
  const BignumPtr number(BN_secure_new());
  if (number == nullptr ||
      BN_bin2bn(Bytes(scalar.Reveal(RevealSecret())), kScalarSize, number.get()) == nullptr) {
    return CryptoFailed("building a key");
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  const std::string point = PointOfScalar(number.get());
  if (point.empty()) return KeyInvalid("the scalar must be in [1, n-1]");
  AMANA_ASSIGN_OR_RETURN(auto key, BuildPrivate(point, number.get()));
  return P256PrivateKey(std::move(key));
}

absl::StatusOr<Secret> P256PrivateKey::ToPem() const {
  Secret pem = PrivateKeyToPem(key_->pkey.get());
  if (pem.empty()) return CryptoFailed("writing a key");
  return pem;
}

P256PublicKey P256PrivateKey::PublicKey() const { return P256PublicKey(key_); }

absl::StatusOr<std::string> P256PrivateKey::Sign(std::string_view message) const {
  const ErrorQueueGuard guard;
  const Digest digest = Sha256(message);
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_->pkey.get(), nullptr));
  std::string signature(72, '\0');  // the longest DER signature of this curve
  size_t size = signature.size();
  if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), Bytes(signature), &size, digest.data(), Digest::kSize) != 1) {
    return CryptoFailed("ECDSA signing");
  }
  signature.resize(size);
  return signature;
}

absl::StatusOr<Secret> P256PrivateKey::Ecdh(const P256PublicKey& peer) const {
  const ErrorQueueGuard guard;
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_->pkey.get(), nullptr));
  // The peer's point was checked to be on the curve when it was parsed; the curve has no small
  // subgroup, so the second check OpenSSL offers here is not needed.
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer_ex(context.get(), peer.key().pkey.get(), 0) != 1) {
    return CryptoFailed("ECDH");
  }
  std::string shared(kScalarSize, '\0');
  size_t size = shared.size();
  if (EVP_PKEY_derive(context.get(), Bytes(shared), &size) != 1 || size != kScalarSize) {
    return CryptoFailed("ECDH");
  }
  return Secret::TakeFrom(shared);
}

}  // namespace amana::crypto
