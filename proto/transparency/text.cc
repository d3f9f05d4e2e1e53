#include "proto/transparency/text.h"

#include <charconv>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace amana::transparency {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// Takes one code point off the front; nothing for what is not valid UTF-8 (RFC 3629).
std::optional<uint32_t> TakeCodePoint(std::string_view& rest) {
  const auto byte = [&rest](size_t i) { return static_cast<uint8_t>(rest[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length == 0 || lead > 0xf4 || rest.size() < length) return std::nullopt;
  uint32_t code = length == 1 ? lead : lead & (0xff >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return std::nullopt;
  rest.remove_prefix(length);
  return code;
}

// White_Space of the Unicode character database.
bool IsUnicodeSpace(uint32_t code) {
  return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

}  // namespace

std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string EncodeBase64(std::string_view bytes) { return absl::Base64Escape(ToAbsl(bytes)); }

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(ToAbsl(text), &bytes)) return std::nullopt;
  // absl skips white space, takes missing padding and ignores stray bits at the end.
  if (EncodeBase64(bytes) != text) return std::nullopt;
  return bytes;
}

std::optional<Digest> DecodeBase64Digest(std::string_view text) {
  const std::optional<std::string> bytes = DecodeBase64(text);
  if (!bytes.has_value()) return std::nullopt;
  const absl::StatusOr<Digest> digest = Digest::FromBytes(*bytes);
  if (!digest.ok()) return std::nullopt;
  return *digest;
}

bool IsNoteText(std::string_view text) {
  while (!text.empty()) {
    const std::optional<uint32_t> code = TakeCodePoint(text);
    if (!code.has_value() || (*code < 0x20 && *code != '\n')) return false;
  }
  return true;
}

bool IsKeyName(std::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const std::optional<uint32_t> code = TakeCodePoint(text);
    if (!code.has_value() || *code < 0x20 || *code == '+' || IsUnicodeSpace(*code)) return false;
  }
  return true;
}

std::optional<std::string_view> TakeLine(std::string_view& rest) {
  const size_t newline = rest.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, newline);
  rest.remove_prefix(newline + 1);
  return line;
}

}  // namespace amana::transparency
