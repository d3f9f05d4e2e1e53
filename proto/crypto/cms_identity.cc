#include "proto/crypto/cms_identity.h"

#include <openssl/pem.h>

#include <utility>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {

struct CmsCertificate::Impl {
  X509Ptr x509;
  CertId id;
  absl::Time not_before;
  absl::Time not_after;
};

namespace {

constexpr size_t kMaxPem = 1 << 20;
constexpr int kMinRsaBits = 2048;

bool StrongKey(const X509* x509) {
  EVP_PKEY* key = X509_get0_pubkey(x509);
  if (key == nullptr) return false;
  if (EVP_PKEY_is_a(key, "RSA") == 1) return EVP_PKEY_get_bits(key) >= kMinRsaBits;
  if (EVP_PKEY_is_a(key, "EC") != 1) return false;
  char group[32] = {};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group, sizeof(group), &size) != 1) return false;
  const int nid = OBJ_txt2nid(group);
  return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1 || nid == NID_secp521r1;
}

bool ReadTime(const ASN1_TIME* time, absl::Time& out) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
  out = absl::FromTM(parts, absl::UTCTimeZone());
  return true;
}

absl::StatusOr<CmsCertificate> Adopt(X509Ptr x509) {
  auto impl = std::make_shared<CmsCertificate::Impl>();
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  if (size <= 0) return CertificateMalformed("it cannot be written as DER");
  const Digest digest = Sha256({reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
  OPENSSL_free(der);
  std::copy(digest.data(), digest.data() + Digest::kSize, impl->id.data());
  if (!ReadTime(X509_get0_notBefore(x509.get()), impl->not_before) ||
      !ReadTime(X509_get0_notAfter(x509.get()), impl->not_after)) {
    return CertificateMalformed("its validity is no time");
  }
  if (!StrongKey(x509.get())) {
    return CertificateProfileInvalid("the key must be RSA of 2048 bits or more, or P-256 to P-521");
  }
  // Computes what the library caches on first use, so that later reads from any thread write
  // nothing.
  X509_check_purpose(x509.get(), -1, 0);
  impl->x509 = std::move(x509);
  return CmsCertificate(std::move(impl));
}

X509Ptr NextCertificate(BIO* bio) {
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return X509Ptr(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

}  // namespace

absl::StatusOr<CmsCertificate> CmsCertificate::FromPem(std::string_view pem) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<CmsCertificate> bundle, BundleFromPem(pem));
  return bundle.front();
}

absl::StatusOr<std::vector<CmsCertificate>> CmsCertificate::BundleFromPem(std::string_view pem) {
  if (pem.size() > kMaxPem) return CertificateMalformed("the PEM text is too long");
  const ErrorQueueGuard guard;
  const BioPtr bio = ReadOnlyBio(pem);
  if (bio == nullptr) return CryptoFailed("reading PEM");
  std::vector<CmsCertificate> bundle;
  for (X509Ptr x509; (x509 = NextCertificate(bio.get())) != nullptr;) {
    AMANA_ASSIGN_OR_RETURN(CmsCertificate certificate, Adopt(std::move(x509)));
    bundle.push_back(std::move(certificate));
  }
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return CertificateMalformed("a PEM block is broken");
  }
  if (bundle.empty()) return CertificateMalformed("no PEM certificate found");
  return bundle;
}

const CertId& CmsCertificate::id() const { return impl_->id; }
absl::Time CmsCertificate::not_after() const { return impl_->not_after; }
x509_st* CmsCertificate::x509() const { return impl_->x509.get(); }

absl::Status CmsCertificate::CheckTime(absl::Time at) const {
  if (at < impl_->not_before) return CertificateNotYetValid("the mail certificate");
  if (at > impl_->not_after) return CertificateExpired("the mail certificate");
  return absl::OkStatus();
}

absl::Status CmsCertificate::CheckSigning() const {
  const ErrorQueueGuard guard;
  if (X509_check_purpose(impl_->x509.get(), X509_PURPOSE_SMIME_SIGN, 0) == 1) {
    return absl::OkStatus();
  }
  return CertificateUsageInvalid("it may not sign mail");
}

absl::Status CmsCertificate::CheckSealing() const {
  const uint32_t usage = X509_get_key_usage(impl_->x509.get());  // all bits when it says nothing
  const bool rsa = EVP_PKEY_is_a(X509_get0_pubkey(impl_->x509.get()), "RSA") == 1;
  const uint32_t extended = X509_get_extended_key_usage(impl_->x509.get());
  if ((usage & (rsa ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT)) == 0 ||
      (extended & (XKU_SMIME | XKU_ANYEKU)) == 0) {
    return CertificateUsageInvalid("mail may not be encrypted to it");
  }
  return absl::OkStatus();
}

absl::StatusOr<CmsIdentity> CmsIdentity::Create(CmsCertificate certificate, const Secret& key_pem) {
  const ErrorQueueGuard guard;
  PkeyPtr key = PrivateKeyFromPem(key_pem);
  if (key == nullptr) return KeyInvalid("not an unencrypted PEM private key");
  if (X509_check_private_key(certificate.x509(), key.get()) != 1) {
    return KeyInvalid("it is not the key of the certificate");
  }
  return CmsIdentity(std::move(certificate),
                     std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free));
}

}  // namespace amana::crypto
