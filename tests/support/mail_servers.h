// Postfix and Dovecot of a test's own, on free ports of 127.0.0.1, with configuration, queue and
// mail below one temporary folder, which their users can enter: TLS with a certificate of the
// test's root, logins, delivery into Maildirs. Started and stopped by pid; gone when the object
// goes or the test's process dies. For one thread, which must outlive it.
#ifndef AMANA_TESTS_SUPPORT_MAIL_SERVERS_H_
#define AMANA_TESTS_SUPPORT_MAIL_SERVERS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace amana::tests {

inline constexpr char kMailPassword[] = "SYNTHETIC-mail-password";
inline constexpr char kBrokerAddress[] = "broker@referral.example.ke";
inline constexpr char kMinistryAddress[] = "desk@mfa.example.ke";

class MailServers {
 public:
  // Why they cannot run here (they drop privileges, so they need root); empty when they can.
  static std::string Missing();

  // Both are listening when it returns.
  static absl::StatusOr<std::unique_ptr<MailServers>> Start();
  ~MailServers();

  // Both addresses above have a mailbox, under kMailPassword.
  std::string Smtp() const { return Url("smtp", smtp_port_); }     // STARTTLS
  std::string Smtps() const { return Url("smtps", smtps_port_); }  // TLS at once
  std::string Imap() const { return Url("imap", imap_port_); }
  std::string Imaps() const { return Url("imaps", imaps_port_); }
  std::string PlainSmtp() const { return Url("smtp", plain_port_); }  // offers no TLS
  const std::string& ca_file() const { return ca_file_; }
  const std::string& folder() const { return folder_; }

  absl::Status StartPostfix();
  absl::Status StartDovecot();
  // Nobody listens when they return.
  void StopPostfix();
  void StopDovecot();
  // What is in the Maildir folder of `address` ("" is the inbox), in any order.
  std::vector<std::string> Mails(const std::string& address, const std::string& folder = "") const;
  // Removes all its mail and folders; UIDVALIDITY is another afterwards.
  absl::Status Empty(const std::string& address);
  // Puts a mail there as a mail program would (a name of its own, moved into place).
  absl::Status Put(const std::string& address, const std::string& mail);
  std::string LogEnd() const;

 private:
  explicit MailServers(std::string folder) : folder_(std::move(folder)) {}
  static std::string Url(const std::string& scheme, int port);
  std::string Maildir(const std::string& address, const std::string& folder) const;
  absl::Status WriteFiles();
  std::string PostfixMain() const;
  std::string PostfixMaster() const;
  std::string DovecotConf() const;

  const std::string folder_;
  std::string ca_file_;
  int smtp_port_ = 0, smtps_port_ = 0, plain_port_ = 0, imap_port_ = 0, imaps_port_ = 0;
  int auth_port_ = 0;  // where Postfix asks Dovecot about logins
  int put_ = 0;
  std::unique_ptr<ChildProcess> postfix_, dovecot_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_MAIL_SERVERS_H_
