// S/MIME 4.0 (RFC 8551): a content is signed, then encrypted. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SMIME_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SMIME_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/foreign-affairs/message.h"
#include "proto/crypto/cms.h"

namespace amana::foreign_affairs {

struct MailKeys {
  crypto::CmsIdentity signing;                     // ours: what we send is signed with it
  crypto::CmsIdentity sealing;                     // ours: what comes is encrypted to it
  std::vector<crypto::CmsCertificate> recipients;  // the ministry's: what we send is encrypted to
  std::vector<crypto::CmsCertificate> signers;     // the ministry's, pinned: who may answer
};

// The mail as it travels. Errors of CmsSignDetached and CmsEncrypt.
absl::StatusOr<std::string> SealMail(const MailKeys& keys, const Envelope& envelope,
                                     std::string_view content, absl::Time at);

struct SignedContent {
  Part content;
  std::string digest;  // 32 hex digits of SHA-256 of the signed bytes: the same reply, the same
};

// MAIL_NOT_ENCRYPTED, MAIL_NOT_SIGNED, MAIL_MALFORMED; errors of CmsDecrypt and CmsVerify. Nothing
// of a mail that is refused here was said by the ministry.
absl::StatusOr<SignedContent> OpenMail(const MailKeys& keys, const Part& outer, absl::Time at);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SMIME_H_
