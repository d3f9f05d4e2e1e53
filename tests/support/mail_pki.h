// Mail certificates as an agency with a public-key infrastructure of its own has them: made by the
// openssl program, so that nothing of ours has made what ours is to read. A failure here aborts the
// test program. For one thread.
#ifndef AMANA_TESTS_SUPPORT_MAIL_PKI_H_
#define AMANA_TESTS_SUPPORT_MAIL_PKI_H_

#include <string>
#include <vector>

#include "proto/crypto/cms_identity.h"

namespace amana::tests {

enum class MailKey { kP256, kRsa2048, kRsa1024 };

struct MailParty {
  std::string cert_file, key_file;  // PEM, in the folder it was made in
  std::string cert_pem, key_pem;

  crypto::CmsIdentity Identity() const;
  crypto::CmsCertificate Certificate() const;
};

// Self-signed for `name`@example.ke, valid from now for 30 days, to sign and to encrypt;
// `extensions` (as openssl req -addext) in place of the usages.
MailParty MakeMailParty(const std::string& folder, const std::string& name, MailKey key,
                        const std::vector<std::string>& extensions = {});

// Runs /usr/bin/openssl with these arguments in `folder`; its exit code.
int RunOpenssl(const std::string& folder, std::vector<std::string> arguments);

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_MAIL_PKI_H_
