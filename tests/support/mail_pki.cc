#include "tests/support/mail_pki.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "tests/support/child_process.h"

namespace amana::tests {
namespace {

void Must(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "mail_pki: %s\n", what.c_str());
  std::abort();
}

std::vector<std::string> KeyArguments(MailKey key) {
  switch (key) {
    case MailKey::kP256:
      return {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"};
    case MailKey::kRsa2048:
      return {"-newkey", "rsa:2048"};
    case MailKey::kRsa1024:
      return {"-newkey", "rsa:1024"};
  }
  return {};
}

std::string ReadWhole(const std::string& path) {
  const auto text = RealFileSystem().Read(path);
  Must(text.ok(), "cannot read " + path);
  return *text;
}

}  // namespace

crypto::CmsCertificate MailParty::Certificate() const {
  auto certificate = crypto::CmsCertificate::FromPem(cert_pem);
  Must(certificate.ok(), std::string(certificate.status().message()));
  return *std::move(certificate);
}

crypto::CmsIdentity MailParty::Identity() const {
  auto identity = crypto::CmsIdentity::Create(Certificate(), crypto::Secret(key_pem));
  Must(identity.ok(), std::string(identity.status().message()));
  return *std::move(identity);
}

int RunOpenssl(const std::string& folder, std::vector<std::string> arguments) {
  ChildOptions options;
  options.command = {"/usr/bin/env", "-C", folder, "/usr/bin/openssl"};
  for (std::string& argument : arguments) options.command.push_back(std::move(argument));
  options.stderr_file = folder + "/openssl.log";
  const auto child = ChildProcess::Start(options);
  Must(child.ok(), "cannot start openssl");
  const std::optional<int> status = (*child)->Wait(absl::Seconds(30));
  Must(status.has_value(), "openssl does not end");
  return WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
}

MailParty MakeMailParty(const std::string& folder, const std::string& name, MailKey key,
                        const std::vector<std::string>& extensions) {
  MailParty party;
  party.cert_file = absl::StrCat(folder, "/", name, ".pem");
  party.key_file = absl::StrCat(folder, "/", name, ".key");
  std::vector<std::string> arguments = {"req", "-x509", "-nodes", "-sha256", "-days", "30"};
  for (std::string& argument : KeyArguments(key)) arguments.push_back(std::move(argument));
  const std::vector<std::string> usual = {
      absl::StrCat("subjectAltName=email:", name, "@example.ke"),
      "extendedKeyUsage=emailProtection",
      absl::StrCat("keyUsage=critical,digitalSignature,",
                   key == MailKey::kP256 ? "keyAgreement" : "keyEncipherment")};
  for (const std::string& extension : extensions.empty() ? usual : extensions) {
    arguments.insert(arguments.end(), {"-addext", extension});
  }
  arguments.insert(arguments.end(), {"-subj", "/CN=SYNTHETIC " + name, "-keyout", party.key_file,
                                     "-out", party.cert_file});
  Must(RunOpenssl(folder, arguments) == 0, "openssl req failed for " + name);
  party.cert_pem = ReadWhole(party.cert_file);
  party.key_pem = ReadWhole(party.key_file);
  return party;
}

}  // namespace amana::tests
