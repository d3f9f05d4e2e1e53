#include "agency-adapters/foreign-affairs/reply.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/foreign-affairs/errors.h"
#include "amana/v1/codes.pb.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"
#include "proto/envelope/utf8.h"

namespace amana::foreign_affairs {
namespace {

using codes::ReasonKind;
using runtime::ItemKind;

constexpr size_t kMaxWords = 4000;

struct Verb {
  std::string_view word;
  ItemKind kind;
  std::optional<ReasonKind> code;
};
constexpr Verb kVerbs[] = {
    {"ACCEPT", ItemKind::kAccept, {}},
    {"DECLINE", ItemKind::kDecline, ReasonKind::kDecline},
    {"ASK", ItemKind::kAsk, {}},
    {"SEEN", ItemKind::kSeen, {}},
    {"START", ItemKind::kStart, {}},
    {"COMPLETE", ItemKind::kComplete, ReasonKind::kOutcome},
    {"FAIL", ItemKind::kFail, ReasonKind::kOutcome},
    {"CANCEL", ItemKind::kCancel, ReasonKind::kCancel},
    {"ANSWER", ItemKind::kUpdate, {}},
    {"REFER", ItemKind::kCase, {}},
};

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  absl::AsciiStrToUpper(&upper);
  return upper;
}

// The first paragraph on one line.
std::string FirstParagraph(std::string_view text) {
  std::string paragraph;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = Trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line[0] == '>') {
      if (paragraph.empty()) continue;
      break;
    }
    if (!paragraph.empty()) paragraph += ' ';
    paragraph += line;
  }
  return paragraph;
}

bool IsPlainText(std::string_view text) {
  const auto control = [](unsigned char c) { return c < 0x20 && c != '\t'; };
  return envelope::IsValidUtf8(text) && std::none_of(text.begin(), text.end(), control) &&
         text.find('\x7f') == std::string_view::npos;
}

// Takes the word off the front of `rest`.
std::string_view TakeWord(std::string_view& rest) {
  const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = Trimmed(rest.substr(end));
  return word;
}

// COMPLETE takes what came of a service, FAIL what did not.
bool FitsKind(v1::Reason code, ItemKind kind) {
  if (kind == ItemKind::kComplete) return !codes::IsFailure(code);
  return kind != ItemKind::kFail || codes::IsFailure(code);
}

absl::Status ReadCode(ReasonKind kind, std::string_view& rest, Reply& reply) {
  if (rest.empty()) return ReplyRefused("REPLY_CODE_MISSING", "a code must follow");
  const std::string name = Upper(TakeWord(rest));
  const std::optional<v1::Reason> code = codes::ParseCode<v1::Reason>(name);
  if (!code.has_value() || codes::KindOf(*code) != kind || !FitsKind(*code, reply.kind)) {
    return ReplyRefused("REPLY_CODE_UNKNOWN", "the code is none of those that may stand here");
  }
  reply.code = std::string(codes::CodeName(*code));
  return absl::OkStatus();
}

// "TRAVEL_DOC, FAMILY: text" when all before the colon are categories; otherwise all of it is
// words.
void ReadCategories(std::string_view& rest, Reply& reply) {
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return;
  std::set<v1::Category> wanted;
  for (const absl::string_view part : absl::StrSplit(absl::string_view(rest.data(), colon),
                                                     absl::ByAnyChar(", \t"), absl::SkipEmpty())) {
    const auto category = codes::ParseCode<v1::Category>(Upper({part.data(), part.size()}));
    if (!category.has_value()) return;
    wanted.insert(*category);
  }
  if (wanted.empty()) return;
  for (const v1::Category category : wanted) {
    reply.categories.emplace_back(codes::CodeName(category));
  }
  rest = Trimmed(rest.substr(colon + 1));
}

}  // namespace

std::string_view VerbOf(ItemKind kind) {
  for (const Verb& verb : kVerbs) {
    if (verb.kind == kind) return verb.word;
  }
  return {};
}

absl::StatusOr<Reply> ParseReply(std::string_view text) {
  const std::string paragraph = FirstParagraph(text);
  if (paragraph.empty()) return ReplyRefused("REPLY_EMPTY", "it says nothing");
  if (!IsPlainText(paragraph)) {
    return ReplyRefused("REPLY_NOT_TEXT", "it must be UTF-8 without control characters");
  }
  std::string_view rest = paragraph;
  const std::string word = Upper(TakeWord(rest));
  const auto* const verb = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                        [&](const Verb& v) { return v.word == word; });
  if (verb == std::end(kVerbs)) {
    return ReplyRefused("REPLY_VERB_UNKNOWN", "it must begin with a word of the grammar");
  }
  Reply reply;
  reply.kind = verb->kind;
  if (verb->code.has_value()) AMANA_RETURN_IF_ERROR(ReadCode(*verb->code, rest, reply));
  if (reply.kind == ItemKind::kAsk) ReadCategories(rest, reply);
  const bool wants_words =
      reply.kind == ItemKind::kAsk || reply.kind == ItemKind::kUpdate || reply.code == "OTHER";
  if (wants_words && rest.empty()) {
    return ReplyRefused("REPLY_WORDS_MISSING", "it must say more in words");
  }
  if (!wants_words && reply.kind != ItemKind::kDecline && !rest.empty()) {
    return ReplyRefused("REPLY_WORDS_EXTRA", "nothing may follow on the line");
  }
  if (rest.size() > kMaxWords) return ReplyRefused("REPLY_TOO_LONG", "too many words");
  reply.words = std::string(rest);
  return reply;
}

}  // namespace amana::foreign_affairs
