#include "agency-adapters/foreign-affairs/settings.h"

#include "absl/strings/ascii.h"
#include "amana/v1/codes.pb.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::foreign_affairs {
namespace {

using crypto::CmsCertificate;
using crypto::CmsIdentity;
using crypto::Secret;

std::string Address(const ConfigTable& native, std::string_view key) {
  std::string address = native.String(key);
  absl::AsciiStrToLower(&address);
  if (!address.empty() && !IsPlainAddress(address)) {
    native.Refuse(key, "expected a plain mail address");
  }
  return address;
}

absl::StatusOr<CmsIdentity> LoadIdentity(const std::string& certificate_file,
                                         const std::string& key_file) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(certificate_file));
  AMANA_ASSIGN_OR_RETURN(CmsCertificate certificate, CmsCertificate::FromPem(pem));
  AMANA_ASSIGN_OR_RETURN(std::string key, ReadSecretFile(key_file));
  return CmsIdentity::Create(std::move(certificate), Secret::TakeFrom(key));
}

absl::StatusOr<std::vector<CmsCertificate>> LoadBundle(const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(const std::string pem, RealFileSystem().Read(file));
  return CmsCertificate::BundleFromPem(pem);
}

}  // namespace

Settings ReadSettings(const ConfigTable& native) {
  Settings s;
  s.address = Address(native, "address");
  s.ministry = Address(native, "ministry");
  s.smtp.url = native.String("smtp");
  s.imap.url = native.String("imap");
  s.smtp.ca_file = s.imap.ca_file = native.Path("mail_ca");
  s.smtp.user = s.imap.user = native.String("user", s.address);
  s.password_file = native.Path("password_file");
  s.signing_certificate = native.Path("signing_certificate");
  s.signing_key = native.Path("signing_key");
  s.sealing_certificate = native.Path("sealing_certificate");
  s.sealing_key = native.Path("sealing_key");
  s.ministry_sealing = native.Path("ministry_sealing_certificates");
  s.ministry_signing = native.Path("ministry_signing_certificates");
  s.ask_categories = native.StringList("ask_categories", std::vector<std::string>{"TRAVEL_DOC"});
  for (const std::string& name : s.ask_categories) {
    if (!codes::ParseCode<v1::Category>(name).has_value()) {
      native.Refuse("ask_categories", "expected categories, as TRAVEL_DOC");
    }
  }
  s.copy_grace = native.Duration("copy_grace", absl::Seconds(1), absl::Hours(24), absl::Minutes(2));
  return s;
}

absl::StatusOr<MailKeys> LoadKeys(Settings& settings) {
  AMANA_ASSIGN_OR_RETURN(std::string password, ReadSecretFile(settings.password_file));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) {
    password.pop_back();
  }
  settings.smtp.password = settings.imap.password = Secret::TakeFrom(password);
  AMANA_ASSIGN_OR_RETURN(CmsIdentity signing,
                         LoadIdentity(settings.signing_certificate, settings.signing_key));
  AMANA_ASSIGN_OR_RETURN(CmsIdentity sealing,
                         LoadIdentity(settings.sealing_certificate, settings.sealing_key));
  AMANA_ASSIGN_OR_RETURN(std::vector<CmsCertificate> recipients,
                         LoadBundle(settings.ministry_sealing));
  AMANA_ASSIGN_OR_RETURN(std::vector<CmsCertificate> signers,
                         LoadBundle(settings.ministry_signing));
  AMANA_RETURN_IF_ERROR(signing.certificate().CheckSigning());
  AMANA_RETURN_IF_ERROR(sealing.certificate().CheckSealing());
  for (const CmsCertificate& recipient : recipients) {
    AMANA_RETURN_IF_ERROR(recipient.CheckSealing());
  }
  for (const CmsCertificate& signer : signers) AMANA_RETURN_IF_ERROR(signer.CheckSigning());
  return MailKeys{std::move(signing), std::move(sealing), std::move(recipients),
                  std::move(signers)};
}

}  // namespace amana::foreign_affairs
