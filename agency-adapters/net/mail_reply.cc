#include "agency-adapters/net/mail_reply.h"

#include <charconv>
#include <utility>

#include "agency-adapters/net/mail_errors.h"

namespace amana::net {
namespace {

constexpr size_t kMaxLine = size_t{64} << 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::optional<uint64_t> WholeNumber(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// The size that a line announces at its end, "{12}" or "~{12}" or "{12+}"; removed from it.
std::optional<uint64_t> TakeLiteralSize(std::string& line) {
  if (line.empty() || line.back() != '}') return std::nullopt;
  const size_t open = line.rfind('{');
  if (open == std::string::npos) return std::nullopt;
  std::string_view digits(line.data() + open + 1, line.size() - open - 2);
  if (!digits.empty() && digits.back() == '+') digits.remove_suffix(1);
  const std::optional<uint64_t> size = WholeNumber(digits);
  if (size.has_value()) line.resize(open);
  return size;
}

std::string_view WordAt(std::string_view text, size_t index) {
  for (; index > 0; --index) {
    const size_t space = text.find(' ');
    if (space == std::string_view::npos) return {};
    text.remove_prefix(space + 1);
  }
  return text.substr(0, text.find(' '));
}

}  // namespace

std::string_view MailReply::Tag() const { return WordAt(text, 0); }

std::string_view MailReply::Word() const {
  const std::string_view word = WordAt(text, 1);
  return WholeNumber(word).has_value() ? WordAt(text, 2) : word;
}

std::optional<uint32_t> MailReply::NumberAfter(std::string_view key) const {
  const std::string wanted = std::string(key) + " ";
  for (size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; at += wanted.size()) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(' && text[at - 1] != '[') continue;
    size_t end = at + wanted.size();
    while (end < text.size() && IsDigit(text[end])) ++end;
    const std::optional<uint64_t> number =
        WholeNumber(std::string_view(text).substr(at + wanted.size(), end - at - wanted.size()));
    if (number.has_value() && *number <= UINT32_MAX) return static_cast<uint32_t>(*number);
  }
  return std::nullopt;
}

std::vector<uint32_t> MailReply::Numbers() const {
  std::vector<uint32_t> numbers;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::optional<uint64_t> number = WholeNumber(std::string_view(text).substr(at, end - at));
    if (number.has_value() && *number <= UINT32_MAX) {
      numbers.push_back(static_cast<uint32_t>(*number));
    }
    at = end + 1;
  }
  return numbers;
}

absl::StatusOr<std::optional<MailReply>> MailReplyReader::Next() {
  while (true) {
    const size_t end = unread_.find("\r\n");
    if (end == std::string::npos || end > kMaxLine) {
      if (unread_.size() > kMaxLine) return MailboxMalformed("a line is too long");
      return std::nullopt;
    }
    std::string line = unread_.substr(0, end);
    const std::optional<uint64_t> literal = TakeLiteralSize(line);
    if (literal.has_value()) {
      if (*literal > max_literal_) return MailTooLarge();
      if (unread_.size() < end + 2 + *literal) return std::nullopt;
    }
    if (partial_.text.size() + line.size() > kMaxLine || partial_.literals.size() > 16) {
      return MailboxMalformed("an answer is too long");
    }
    partial_.text += line;
    if (!literal.has_value()) {
      unread_.erase(0, end + 2);
      return std::optional(std::exchange(partial_, MailReply()));
    }
    partial_.text += "{}";
    partial_.literals.push_back(unread_.substr(end + 2, *literal));
    unread_.erase(0, end + 2 + *literal);
  }
}

}  // namespace amana::net
