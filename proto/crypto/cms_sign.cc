#include <openssl/stack.h>

#include <utility>

#include "base/status.h"
#include "proto/crypto/cms.h"
#include "proto/crypto/cms_impl.h"
#include "proto/crypto/errors.h"

namespace amana::crypto {
namespace {

using Asn1TimePtr = SslPtr<ASN1_TIME, ASN1_TIME_free>;
using X509Stack = SslPtr<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;

absl::StatusOr<std::string> Sign(const CmsIdentity& signer, std::string_view content, absl::Time at,
                                 unsigned flags) {
  if (content.size() > kMaxCms) return LengthTooLarge("content", kMaxCms);
  AMANA_RETURN_IF_ERROR(signer.certificate().CheckTime(at));
  AMANA_RETURN_IF_ERROR(signer.certificate().CheckSigning());
  const ErrorQueueGuard guard;
  flags |= CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
  const BioPtr data = ReadOnlyBio(content);
  const CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, data.get(), flags));
  CMS_SignerInfo* info = cms == nullptr ? nullptr
                                        : CMS_add1_signer(cms.get(), signer.certificate().x509(),
                                                          signer.key(), EVP_sha256(), flags);
  const Asn1TimePtr time(ASN1_TIME_set(nullptr, absl::ToTimeT(at)));
  if (info == nullptr || time == nullptr ||
      CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, time->type, time.get(), -1) != 1 ||
      CMS_final(cms.get(), data.get(), nullptr, flags) != 1) {
    return CryptoFailed("CMS signing");
  }
  return CmsToDer(cms.get());
}

bool StrongDigest(CMS_SignerInfo* info) {
  X509_ALGOR* digest = nullptr;
  CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest, nullptr);
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, digest);
  const int nid = OBJ_obj2nid(oid);
  return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

std::optional<absl::Time> SigningTime(const CMS_SignerInfo* info) {
  const int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
  if (at < 0) return std::nullopt;
  ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(info, at), 0);
  if (value == nullptr ||
      (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) {
    return std::nullopt;
  }
  tm parts{};
  if (ASN1_TIME_to_tm(value->value.asn1_string, &parts) != 1) return std::nullopt;
  return absl::FromTM(parts, absl::UTCTimeZone());
}

// The one signer of a SignedData that says what it must.
absl::StatusOr<CMS_SignerInfo*> OnlySigner(CMS_ContentInfo* cms) {
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
    return CmsMalformed("it is not signed data");
  }
  STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(cms);
  if (sk_CMS_SignerInfo_num(infos) != 1) return CmsMalformed("it must have exactly one signer");
  CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, 0);
  // Without them, a signature over attributes could be passed off as one over content.
  if (CMS_signed_get_attr_count(info) <= 0) return CmsMalformed("it has no signed attributes");
  if (!StrongDigest(info)) return CmsAlgorithmRefused("the digest must be SHA-256 or longer");
  return info;
}

// Verifies with `certificate` alone. The content it covers, when `detached` is null.
absl::StatusOr<std::string> VerifyWith(CMS_ContentInfo* cms, const CmsCertificate& certificate,
                                       BIO* detached) {
  const X509Stack only(sk_X509_new_null());
  const BioPtr out(detached == nullptr ? BIO_new(BIO_s_mem()) : BIO_new(BIO_s_null()));
  if (only == nullptr || out == nullptr || sk_X509_push(only.get(), certificate.x509()) <= 0) {
    return CryptoFailed("CMS verification");
  }
  // The certificate is trusted because it is pinned; its time and usage have been judged.
  const unsigned flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
  if (CMS_verify(cms, only.get(), nullptr, detached, out.get(), flags) != 1) {
    return SignatureInvalid();
  }
  return detached == nullptr ? BioContents(out.get()) : std::string();
}

absl::StatusOr<CmsSignature> Verify(CMS_ContentInfo* cms, BIO* detached,
                                    const std::vector<CmsCertificate>& pinned, absl::Time at) {
  AMANA_ASSIGN_OR_RETURN(CMS_SignerInfo * info, OnlySigner(cms));
  if ((CMS_is_detached(cms) == 1) != (detached != nullptr)) {
    return CmsMalformed(detached != nullptr ? "a detached signature has no content of its own"
                                            : "it has no content");
  }
  for (const CmsCertificate& certificate : pinned) {
    if (CMS_SignerInfo_cert_cmp(info, certificate.x509()) != 0) continue;
    AMANA_RETURN_IF_ERROR(certificate.CheckTime(at));
    AMANA_RETURN_IF_ERROR(certificate.CheckSigning());
    AMANA_ASSIGN_OR_RETURN(std::string content, VerifyWith(cms, certificate, detached));
    return CmsSignature{certificate.id(), SigningTime(info), std::move(content)};
  }
  return ChainUntrusted("the signer of the message is not pinned");
}

}  // namespace

absl::StatusOr<std::string> CmsSignDetached(const CmsIdentity& signer, std::string_view content,
                                            absl::Time at) {
  return Sign(signer, content, at, CMS_DETACHED);
}

absl::StatusOr<std::string> CmsSignOpaque(const CmsIdentity& signer, std::string_view content,
                                          absl::Time at) {
  return Sign(signer, content, at, 0);
}

absl::StatusOr<CmsSignature> CmsVerifyDetached(std::string_view signature, std::string_view content,
                                               const std::vector<CmsCertificate>& pinned,
                                               absl::Time at) {
  if (content.size() > kMaxCms) return LengthTooLarge("content", kMaxCms);
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(const CmsPtr cms, ParseCms(signature));
  const BioPtr data = ReadOnlyBio(content);
  if (data == nullptr) return CryptoFailed("CMS verification");
  return Verify(cms.get(), data.get(), pinned, at);
}

absl::StatusOr<CmsSignature> CmsVerifyOpaque(std::string_view signed_data,
                                             const std::vector<CmsCertificate>& pinned,
                                             absl::Time at) {
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(const CmsPtr cms, ParseCms(signed_data));
  return Verify(cms.get(), nullptr, pinned, at);
}

}  // namespace amana::crypto
