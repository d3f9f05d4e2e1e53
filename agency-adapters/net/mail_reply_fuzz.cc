// An IMAP server's answers: the same however they are cut, bounded, or refused by name.
#include "agency-adapters/net/mail_reply.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

struct Read {
  std::vector<net::MailReply> replies;
  std::string refused;
};

Read ReadIn(std::string_view bytes, size_t piece) {
  Read read;
  net::MailReplyReader reader(/*max_literal=*/10000);
  while (!bytes.empty() && read.refused.empty()) {
    reader.Feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (true) {
      auto reply = reader.Next();
      RequireHidden(reply.status(), "SYNTHETIC");
      if (!reply.ok()) read.refused = ErrorReason(reply.status());
      if (!reply.ok() || !reply->has_value()) break;
      read.replies.push_back(**std::move(reply));
    }
  }
  return read;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      "* 3 EXISTS\r\n* OK [UIDVALIDITY 1930000000] UIDs valid\r\nm1 OK [READ-WRITE] done.\r\n",
      "* 1 FETCH (UID 9 RFC822.SIZE 12)\r\n* 1 FETCH (UID 9 BODY[] {5}\r\nab\r\nc)\r\nm2 OK\r\n",
      "* 1 FETCH (UID 9 BODY[] {9}\r\nSYNTHETIC)\r\n* SYNTHETIC {99999}\r\n",
      "* SEARCH 4 17 23\r\nm3 NO nothing\r\n* BYE\r\n"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  const Read whole = ReadIn(bytes, std::max<size_t>(bytes.size(), 1));
  const Read cut = ReadIn(bytes, 7);
  Require(whole.refused == cut.refused && whole.replies.size() == cut.replies.size(),
          "the same however it is cut");
  for (size_t i = 0; i < whole.replies.size(); ++i) {
    const net::MailReply& reply = whole.replies[i];
    Require(reply.text == cut.replies[i].text && reply.literals == cut.replies[i].literals,
            "the same answers");
    Require(reply.text.size() <= 128 * 1024, "lines are bounded");
    reply.Tag();
    reply.Word();
    reply.NumberAfter("UID");
    reply.Numbers();
  }
  return whole.refused.empty() && !whole.replies.empty();
}

}  // namespace amana::fuzz
