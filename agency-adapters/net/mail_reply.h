// An IMAP server's answers (RFC 9051 section 7) as lines, with their literals apart. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_NET_MAIL_REPLY_H_
#define AMANA_AGENCY_ADAPTERS_NET_MAIL_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace amana::net {

// One answer, without its end: "* 3 FETCH (UID 7 BODY[] {})" and the literals that stood at {}.
struct MailReply {
  std::string text;
  std::vector<std::string> literals;

  // "a1" for the answer that ends a command, "*" for others, "+" for a continuation.
  std::string_view Tag() const;
  // The word after it: "OK", "SEARCH", "FLAGS"; the number of "* 3 FETCH" is passed over.
  std::string_view Word() const;
  // The number after `key`, as of "UIDVALIDITY 12]" or "UID 7 "; none where there is none.
  std::optional<uint32_t> NumberAfter(std::string_view key) const;
  // All numbers of a "* SEARCH 4 7".
  std::vector<uint32_t> Numbers() const;
};

// Takes bytes as they come and gives answers. Lines of 64 KiB and literals of `max_literal` bytes
// at most. For one thread.
class MailReplyReader {
 public:
  explicit MailReplyReader(size_t max_literal) : max_literal_(max_literal) {}

  void Feed(std::string_view bytes) { unread_.append(bytes); }
  // None: more bytes are needed. MAILBOX_MALFORMED, MAIL_TOO_LARGE: the connection is of no more
  // use.
  absl::StatusOr<std::optional<MailReply>> Next();

 private:
  const size_t max_literal_;
  std::string unread_;
  MailReply partial_;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_MAIL_REPLY_H_
