#include "proto/crypto/x509.h"

#include <openssl/pem.h>

#include <utility>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/x509_impl.h"

namespace amana::crypto {
namespace {

constexpr size_t kMaxPem = 1 << 20;

// The DER of the next certificate of a PEM text; empty at its end.
std::string NextPemBlock(BIO* bio) {
  char* name = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  std::string der;
  if (PEM_bytes_read_bio(&data, &size, &name, PEM_STRING_X509, bio, nullptr, nullptr) == 1) {
    der.assign(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    OPENSSL_free(data);
  }
  OPENSSL_free(name);
  return der;
}

}  // namespace

std::string_view UsageName(CertUsage usage) {
  switch (usage) {
    case CertUsage::kTls:
      return "tls";
    case CertUsage::kSigning:
      return "signing";
    case CertUsage::kSealing:
      return "sealing";
    case CertUsage::kCa:
      return "ca";
  }
  return "unknown";
}

absl::StatusOr<CertUsage> ParseUsage(std::string_view name) {
  for (const CertUsage usage :
       {CertUsage::kTls, CertUsage::kSigning, CertUsage::kSealing, CertUsage::kCa}) {
    if (UsageName(usage) == name) return usage;
  }
  return CertificateUsageInvalid("must be tls, signing or sealing");
}

absl::StatusOr<Certificate> Certificate::FromPem(std::string_view pem) {
  if (pem.size() > kMaxPem) return CertificateMalformed("the PEM text is too long");
  const ErrorQueueGuard guard;
  const BioPtr bio = ReadOnlyBio(pem);
  const std::string der = bio == nullptr ? std::string() : NextPemBlock(bio.get());
  if (der.empty()) return CertificateMalformed("no PEM certificate found");
  return FromDer(der);
}

absl::StatusOr<std::vector<Certificate>> ParsePemBundle(std::string_view pem) {
  if (pem.size() > kMaxPem) return CertificateMalformed("the PEM text is too long");
  const ErrorQueueGuard guard;
  const BioPtr bio = ReadOnlyBio(pem);
  if (bio == nullptr) return CryptoFailed("reading PEM");
  std::vector<Certificate> certificates;
  for (std::string der; !(der = NextPemBlock(bio.get())).empty();) {
    AMANA_ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromDer(der));
    certificates.push_back(std::move(certificate));
  }
  // The end of the text shows as "no start line"; anything else is a broken block.
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return CertificateMalformed("a PEM block is broken");
  }
  if (certificates.empty()) return CertificateMalformed("no PEM certificate found");
  return certificates;
}

const CertId& Certificate::id() const { return impl_->id; }
const std::string& Certificate::der() const { return impl_->der; }
absl::Time Certificate::not_before() const { return impl_->not_before; }
absl::Time Certificate::not_after() const { return impl_->not_after; }
CertUsage Certificate::usage() const { return impl_->usage; }
const SpiffeId& Certificate::spiffe() const { return impl_->spiffe; }
const AgencyId& Certificate::ca_agency() const { return impl_->ca_agency; }
const std::string& Certificate::ca_trust_domain() const { return impl_->ca_trust_domain; }
const EcdsaPublicKey& Certificate::public_key() const { return impl_->public_key; }
const std::string& Certificate::key_id() const { return impl_->key_id; }
const std::string& Certificate::issuer_key_id() const { return impl_->issuer_key_id; }
const std::string& Certificate::serial_hex() const { return impl_->serial_hex; }
const std::vector<std::string>& Certificate::dns_names() const { return impl_->dns_names; }
const std::vector<std::string>& Certificate::ip_addresses() const { return impl_->ip_addresses; }
bool Certificate::self_issued() const { return impl_->self_issued; }
x509_st* Certificate::x509() const { return impl_->x509.get(); }

std::string Certificate::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), impl_->x509.get()) != 1) return {};
  return BioContents(bio.get());
}

std::string Certificate::subject() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), X509_get_subject_name(impl_->x509.get()), 0,
                                           XN_FLAG_RFC2253) < 0) {
    return {};
  }
  return BioContents(bio.get());
}

}  // namespace amana::crypto
