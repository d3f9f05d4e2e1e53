#include "agency-adapters/foreign-affairs/smime.h"

#include "agency-adapters/foreign-affairs/errors.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

bool IsPkcs7(const Part& part) {
  return part.type == "application/pkcs7-mime" || part.type == "application/x-pkcs7-mime";
}

bool IsSignature(const Part& part) {
  return part.type == "application/pkcs7-signature" || part.type == "application/x-pkcs7-signature";
}

// The bytes that a pinned certificate has signed.
absl::StatusOr<std::string> Verified(const MailKeys& keys, std::string_view bytes, absl::Time at) {
  AMANA_ASSIGN_OR_RETURN(const Part inner, ReadPart(bytes));
  if (IsPkcs7(inner)) {
    AMANA_ASSIGN_OR_RETURN(crypto::CmsSignature signature,
                           crypto::CmsVerifyOpaque(inner.body, keys.signers, at));
    return std::move(signature.content);
  }
  if (inner.type != "multipart/signed") return MailNotSigned();
  if (inner.parts.size() != 2 || !IsSignature(inner.parts[1])) {
    return MailMalformed("a signed mail is a content and one signature");
  }
  AMANA_ASSIGN_OR_RETURN(std::string content, SignedBytes(bytes, inner.boundary));
  AMANA_RETURN_IF_ERROR(
      crypto::CmsVerifyDetached(inner.parts[1].body, content, keys.signers, at).status());
  return content;
}

}  // namespace

absl::StatusOr<std::string> SealMail(const MailKeys& keys, const Envelope& envelope,
                                     std::string_view content, absl::Time at) {
  AMANA_ASSIGN_OR_RETURN(const std::string signature,
                         crypto::CmsSignDetached(keys.signing, content, at));
  AMANA_ASSIGN_OR_RETURN(const std::string enveloped,
                         crypto::CmsEncrypt(WriteSigned(content, signature), keys.recipients, at));
  return WriteEnveloped(envelope, enveloped);
}

absl::StatusOr<SignedContent> OpenMail(const MailKeys& keys, const Part& outer, absl::Time at) {
  if (!IsPkcs7(outer) || outer.smime_type == "signed-data") return MailNotEncrypted();
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, crypto::CmsDecrypt(outer.body, keys.sealing));
  AMANA_ASSIGN_OR_RETURN(const std::string content, Verified(keys, bytes, at));
  SignedContent opened;
  AMANA_ASSIGN_OR_RETURN(opened.content, ReadPart(content));
  opened.digest = crypto::Sha256(content).hex().substr(0, 32);
  return opened;
}

}  // namespace amana::foreign_affairs
