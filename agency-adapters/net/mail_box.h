// Reads a mailbox over IMAP (RFC 9051, and RFC 3501 with UIDPLUS and MOVE) with TLS. libcurl makes
// the connection and logs in; the commands are ours, so that nothing is marked as read by being
// read.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_BOX_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_BOX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/net/mail_server.h"

namespace amana::net {

struct MailEntry {
  uint32_t uid = 0;
  uint32_t size = 0;  // bytes
};

// One connection, for one thread. After MAIL_UNREACHABLE, MAIL_TIMEOUT, MAILBOX_MALFORMED and
// MAIL_TOO_LARGE it is of no more use: open another.
class MailBox {
 public:
  // `max_mail`: what is read of a mail at most. MAIL_SERVER_INVALID, MAIL_TLS_FAILED,
  // MAIL_LOGIN_REFUSED, MAIL_UNREACHABLE, MAIL_TIMEOUT.
  static absl::StatusOr<std::unique_ptr<MailBox>> Open(const MailServer& server, size_t max_mail);
  ~MailBox();
  MailBox(const MailBox&) = delete;
  MailBox& operator=(const MailBox&) = delete;

  // Folder names here are plain ASCII without quotes. OK when it is there already.
  absl::Status CreateFolder(std::string_view folder);
  // Makes `folder` the one that the calls below are about. Its UIDVALIDITY: when that is another
  // than before, UIDs that were known mean nothing any more.
  absl::StatusOr<uint32_t> Select(std::string_view folder);

  // Everything in the folder, by UID.
  absl::StatusOr<std::vector<MailEntry>> List();
  // UIDs of the mails with this Message-ID (without <>).
  absl::StatusOr<std::vector<uint32_t>> WithMessageId(std::string_view message_id);
  // The whole mail, which stays unread. MAIL_GONE, MAIL_TOO_LARGE.
  absl::StatusOr<std::string> Fetch(uint32_t uid);
  // Marks it read and moves it; where it is no longer there, nothing happens.
  absl::Status Move(uint32_t uid, std::string_view folder);
  absl::Status Noop();

 private:
  struct Session;
  explicit MailBox(std::unique_ptr<Session> session);
  const std::unique_ptr<Session> session_;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_BOX_H_
