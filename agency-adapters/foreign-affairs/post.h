// Sends the ministry's mails, each once whatever crashes in between: in one step it goes to the
// ministry and, as a copy, to our own mailbox, where it can be looked for. Sent again, it is the
// same mail byte for byte, under the same Message-ID. For one thread.
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_POST_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_POST_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/foreign-affairs/ledger.h"
#include "agency-adapters/foreign-affairs/settings.h"
#include "agency-adapters/net/mail_box.h"
#include "agency-adapters/net/mail_send.h"
#include "base/clock.h"

namespace amana::foreign_affairs {

// Where copies, and mails that were dealt with, are kept in our own mailbox.
inline constexpr char kInbox[] = "INBOX";
inline constexpr char kSentFolder[] = "Amana-Sent";
inline constexpr char kDoneFolder[] = "Amana-Done";
inline constexpr char kRefusedFolder[] = "Amana-Refused";
inline constexpr char kReceiptsFolder[] = "Amana-Receipts";

class Post {
 public:
  // All outlive it.
  Post(const Settings& settings, const MailKeys& keys, Ledger& ledger, net::MailSender& sender,
       const Clock& clock)
      : settings_(settings), keys_(keys), ledger_(ledger), sender_(sender), clock_(clock) {}

  // A mail before it is sealed.
  struct Letter {
    std::string key;
    std::string message_id;
    std::string tag;
    std::string content;
    std::optional<CaseRow> about = {};  // to be noted beside it
  };
  // Seals and notes those that are to be sent next, in one step. Errors: of SealMail and the
  // ledger.
  absl::Status Prepare(absl::Span<const Letter> letters);
  // The Message-ID, once the mail server has taken the mail for the ministry. Of the same key: at
  // once, when it was sent. Errors: of MailSender, SealMail and the ledger.
  absl::StatusOr<std::string> Send(const Letter& letter);

  // The Message-ID of what was sent under `key`. Looks for the copy in `box` when only that tells.
  // MAIL_SENT_UNKNOWN until the copy has come or `copy_grace` is over; errors of MailBox. Leaves
  // another folder selected.
  absl::StatusOr<std::optional<std::string>> Find(const std::string& key, net::MailBox& box);

 private:
  absl::StatusOr<bool> HasCopy(const std::string& key, const MailRow& row, net::MailBox& box);

  const Settings& settings_;
  const MailKeys& keys_;
  Ledger& ledger_;
  net::MailSender& sender_;
  const Clock& clock_;
};

// The Message-ID of the delivery `key` about the case of `reference`; `is_case`: of the case
// itself.
std::string MessageIdOf(const Reference& reference, std::string_view key, bool is_case,
                        std::string_view host);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_POST_H_
