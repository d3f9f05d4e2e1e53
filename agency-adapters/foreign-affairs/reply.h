// What the ministry answers, in the first paragraph of its mail:
//
//   ACCEPT
//   DECLINE NO_CAPACITY              a DECLINE code; words may follow, and must after OTHER
//   ASK Which embassy issued it?     asks for the categories that the configuration names
//   ASK TRAVEL_DOC, FAMILY: text     asks for these
//   SEEN                             a person has read it
//   START | COMPLETE code | FAIL code     the service itself; an OUTCOME code
//   CANCEL code | ANSWER text        about a case that the ministry itself has referred
//   REFER                            a case of the ministry's own, in referral.json
//
// Letters of any case. Empty lines before it are skipped, and so are quoted ones (">"); the
// paragraph ends with the first empty or quoted line, and what follows is not read, but for its
// reference. What is not of this form is refused by name and never guessed:
//   REPLY_EMPTY          no paragraph
//   REPLY_VERB_UNKNOWN   it begins with none of these words
//   REPLY_CODE_MISSING, REPLY_CODE_UNKNOWN   no code, or none of its kind
//   REPLY_WORDS_MISSING  ASK or ANSWER without words, DECLINE OTHER without a reason
//   REPLY_WORDS_EXTRA    something after a word that stands alone: "ACCEPT, but only if"
//   REPLY_TOO_LONG       more than 4,000 bytes of words
//   REPLY_NOT_TEXT       not UTF-8, or with control characters
#ifndef AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_REPLY_H_
#define AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_REPLY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::foreign_affairs {

struct Reply {
  runtime::ItemKind kind = runtime::ItemKind::kCase;
  std::string code;
  std::vector<std::string> categories;  // as they are listed in the protocol, none twice
  std::string words;                    // on one line
};

// `text` with LF or CRLF. Pure; thread-safe.
absl::StatusOr<Reply> ParseReply(std::string_view text);

// The word for `kind` in a reply; empty when it has none.
std::string_view VerbOf(runtime::ItemKind kind);

}  // namespace amana::foreign_affairs

#endif  // AMANA_AGENCY_ADAPTERS_FOREIGN_AFFAIRS_REPLY_H_
