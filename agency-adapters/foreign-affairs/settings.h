// The table [native] of amana-foreign-affairs:
//
//   address = "broker@referral.example.ke"       # ours: sends, and is read
//   ministry = "consular-desk@mfa.example.ke"    # whom it writes to, and who alone may answer
//   smtp = "smtps://mail.example.ke:465"         # or smtp:// with STARTTLS
//   imap = "imaps://mail.example.ke:993"
//   mail_ca = "mail-ca.pem"                      # whom both servers' certificates come from
//   user = "broker@referral.example.ke"          # default: address
//   password_file = "mail.password"              # 0400 or 0600
//   signing_certificate, signing_key             # ours, as the ministry knows it
//   sealing_certificate, sealing_key             # ours: the ministry encrypts to it
//   ministry_sealing_certificates = "seal.pem"   # PEM, one or more: all can read what we send
//   ministry_signing_certificates = "sign.pem"   # PEM, one or more: whose answers count
//   ask_categories = ["TRAVEL_DOC"]              # what an ASK that names none asks for
//   copy_grace = "2m"                            # after it, a mail without a copy was not sent
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SETTINGS_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/foreign-affairs/smime.h"
#include "agency-adapters/net/mail_server.h"
#include "base/config.h"

namespace amana::foreign_affairs {

struct Settings {
  net::MailServer smtp, imap;
  std::string password_file;
  std::string address, ministry;
  std::string signing_certificate, signing_key, sealing_certificate, sealing_key;
  std::string ministry_sealing, ministry_signing;
  std::vector<std::string> ask_categories;
  absl::Duration copy_grace;

  std::string Host() const { return address.substr(address.find('@') + 1); }
};

// What is wrong is the table's finding.
Settings ReadSettings(const ConfigTable& native);

// Reads the files that `settings` name: keys and certificates; the password goes into `settings`.
// KEY_FILE_PERMISSIONS, FILE_NOT_FOUND, KEY_INVALID, CERT_MALFORMED, CERT_PROFILE_INVALID,
// CERT_USAGE_INVALID. Time is not judged here: an expired certificate shows in health, and in what
// is tried.
absl::StatusOr<MailKeys> LoadKeys(Settings& settings);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_SETTINGS_H_
