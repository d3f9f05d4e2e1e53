// Where mail is sent and read, and as whom. TLS always, judged by one pinned authority and the
// server's name; nothing is said before it stands.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_SERVER_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_SERVER_H_

#include <string>

#include "absl/time/time.h"
#include "proto/crypto/secret.h"

namespace amana::net {

struct MailServer {
  // smtps://host[:port] and imaps://host[:port] speak TLS from the first byte; smtp:// and imap://
  // must be taken over by STARTTLS before anything else is said.
  std::string url;
  std::string ca_file;      // PEM: whom the server's certificate must come from
  std::string user;         // empty: no login
  crypto::Secret password;  // of `user`
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration timeout = absl::Seconds(25);  // of one mail, or of one command to a mailbox
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_SERVER_H_
