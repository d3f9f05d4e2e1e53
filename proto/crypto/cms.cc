#include "proto/crypto/cms.h"

#include <utility>

#include "base/status.h"
#include "proto/crypto/cms_impl.h"
#include "proto/crypto/errors.h"

namespace amana::crypto {
namespace {

bool UseSha256Kdf(CMS_RecipientInfo* info) {
  EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(info);
  if (context == nullptr) return false;
  if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_AGREE) {
    return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) == 1;
  }
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

bool AllowedCipher(BIO* chain) {
  BIO* bio = BIO_find_type(chain, BIO_TYPE_CIPHER);
  EVP_CIPHER_CTX* context = nullptr;
  if (bio == nullptr || BIO_get_cipher_ctx(bio, &context) != 1 || context == nullptr) return false;
  switch (EVP_CIPHER_CTX_get_nid(context)) {
    case NID_aes_128_gcm:
    case NID_aes_192_gcm:
    case NID_aes_256_gcm:
    case NID_aes_128_cbc:
    case NID_aes_192_cbc:
    case NID_aes_256_cbc:
      return true;
    default:
      return false;
  }
}

// All that comes out of `chain`; false when its last block or its tag is wrong.
bool Drain(BIO* chain, std::string& out) {
  char buffer[4096];
  int got = 0;
  while ((got = BIO_read(chain, buffer, sizeof(buffer))) > 0) {
    out.append(buffer, static_cast<size_t>(got));
  }
  WipeMemory(buffer, sizeof(buffer));
  return got == 0 && BIO_get_cipher_status(BIO_find_type(chain, BIO_TYPE_CIPHER)) > 0;
}

}  // namespace

absl::StatusOr<CmsPtr> ParseCms(std::string_view bytes) {
  if (bytes.size() > kMaxCms) return LengthTooLarge("message", kMaxCms);
  const unsigned char* at = Bytes(bytes);
  CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
  if (cms == nullptr || at != Bytes(bytes) + bytes.size()) {
    return CmsMalformed("it is not one ContentInfo");
  }
  return cms;
}

absl::StatusOr<std::string> CmsToDer(CMS_ContentInfo* cms) {
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms, &der);
  if (size <= 0) return CryptoFailed("writing CMS");
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

absl::StatusOr<std::string> CmsEncrypt(std::string_view content,
                                       const std::vector<CmsCertificate>& recipients,
                                       absl::Time at) {
  if (content.size() > kMaxCms) return LengthTooLarge("content", kMaxCms);
  if (recipients.empty()) return KeyInvalid("a message needs a recipient");
  const ErrorQueueGuard guard;
  const unsigned flags = CMS_BINARY | CMS_PARTIAL;
  const BioPtr data = ReadOnlyBio(content);
  // An AEAD cipher makes this an AuthEnvelopedData.
  const CmsPtr cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_gcm(), flags));
  if (data == nullptr || cms == nullptr) return CryptoFailed("CMS encryption");
  for (const CmsCertificate& recipient : recipients) {
    AMANA_RETURN_IF_ERROR(recipient.CheckTime(at));
    AMANA_RETURN_IF_ERROR(recipient.CheckSealing());
    CMS_RecipientInfo* info =
        CMS_add1_recipient_cert(cms.get(), recipient.x509(), flags | CMS_KEY_PARAM);
    if (info == nullptr || !UseSha256Kdf(info)) return CryptoFailed("CMS encryption");
  }
  if (CMS_final(cms.get(), data.get(), nullptr, flags) != 1) return CryptoFailed("CMS encryption");
  return CmsToDer(cms.get());
}

absl::StatusOr<std::string> CmsDecrypt(std::string_view enveloped, const CmsIdentity& recipient) {
  const ErrorQueueGuard guard;
  AMANA_ASSIGN_OR_RETURN(const CmsPtr cms, ParseCms(enveloped));
  const int type = OBJ_obj2nid(CMS_get0_type(cms.get()));
  if (type != NID_pkcs7_enveloped && type != NID_id_smime_ct_authEnvelopedData) {
    return CmsMalformed("it is not encrypted data");
  }
  if (CMS_decrypt_set1_pkey(cms.get(), recipient.key(), recipient.certificate().x509()) != 1) {
    return CmsOpenFailed();
  }
  const BioPtr chain(CMS_dataInit(cms.get(), nullptr));
  std::string content;
  if (chain != nullptr && AllowedCipher(chain.get()) && Drain(chain.get(), content)) return content;
  WipeMemory(content.data(), content.size());
  return CmsOpenFailed();
}

}  // namespace amana::crypto
