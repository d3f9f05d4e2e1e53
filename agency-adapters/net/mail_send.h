// Hands mail to an SMTP server (RFC 5321) over TLS. libcurl behind it.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_SEND_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_SEND_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/net/mail_server.h"

namespace amana::net {

// For one thread. Keeps its connection between mails.
class MailSender {
 public:
  // MAIL_SERVER_INVALID: no smtp:// or smtps:// URL of a host, or no authority.
  static absl::StatusOr<std::unique_ptr<MailSender>> Create(MailServer server);
  ~MailSender();
  MailSender(const MailSender&) = delete;
  MailSender& operator=(const MailSender&) = delete;

  // OK when the server has taken the mail for all of `to` at once. MAIL_REJECTED (final);
  // MAIL_DEFERRED, MAIL_UNREACHABLE, MAIL_TIMEOUT, MAIL_TLS_FAILED, MAIL_LOGIN_REFUSED: try again.
  // After MAIL_TIMEOUT and MAIL_UNREACHABLE the mail may have been taken all the same.
  // Addresses are the caller's care: plain ones, of which nobody can make a command.
  absl::Status Send(const std::string& from, const std::vector<std::string>& to,
                    std::string_view mail);
  // Whether the server is there, TLS stands and the login holds; sends nothing.
  absl::Status Check();

 private:
  struct Curl;
  explicit MailSender(std::unique_ptr<Curl> curl);
  const std::unique_ptr<Curl> curl_;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_SEND_H_
