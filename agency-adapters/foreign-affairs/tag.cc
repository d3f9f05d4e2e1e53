#include "agency-adapters/foreign-affairs/tag.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kTagSize = 16;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '>'; }

// "TAG" or "TAG.v3", in upper case.
std::optional<Reference> ParseReference(std::string_view text) {
  Reference ref{std::string(text.substr(0, kTagSize))};
  if (!IsTag(ref.tag)) return std::nullopt;
  const std::string_view rest = text.substr(kTagSize);
  if (rest.empty()) return ref;
  const std::string_view digits = rest.size() > 2 ? rest.substr(2) : std::string_view();
  if (rest.substr(0, 2) != ".V" || digits.empty() || digits.size() > 9 || digits[0] == '0' ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return std::nullopt;
  }
  return absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &ref.version)
             ? std::optional(ref)
             : std::nullopt;
}

}  // namespace

std::string TagOf(std::string_view delivery_key) {
  const Digest digest =
      crypto::Sha256(absl::StrCat("amana mail tag v1", absl::string_view("\0", 1),
                                  absl::string_view(delivery_key.data(), delivery_key.size())));
  std::string tag;
  uint32_t bits = 0;
  int have = 0;
  for (const uint8_t* byte = digest.data(); tag.size() < kTagSize;) {
    if (have < 5) {
      bits = bits << 8 | *byte++;
      have += 8;
    }
    have -= 5;
    tag += kAlphabet[bits >> have & 31];
  }
  return tag;
}

bool IsTag(std::string_view text) {
  return text.size() == kTagSize && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string SubjectOf(std::string_view tag) {
  return absl::StrCat("[REF ", absl::string_view(tag.data(), tag.size()), "]");
}

std::string ReferenceText(const Reference& ref) {
  return absl::StrCat("[REF ", ref.tag, ".v", ref.version, "]");
}

std::vector<Reference> FindReferences(std::string_view text) {
  constexpr size_t kLongest = 64;
  std::vector<Reference> found;
  for (size_t open = 0; (open = text.find('[', open)) != std::string_view::npos; ++open) {
    const size_t close = text.substr(0, open + kLongest).find(']', open);
    if (close == std::string_view::npos) continue;
    std::string inside;
    for (const char c : text.substr(open + 1, close - open - 1)) {
      if (!IsBlank(c)) inside += absl::ascii_toupper(static_cast<unsigned char>(c));
    }
    if (inside.substr(0, 3) != "REF") continue;
    const std::optional<Reference> ref = ParseReference(std::string_view(inside).substr(3));
    if (ref.has_value() && std::find(found.begin(), found.end(), *ref) == found.end()) {
      found.push_back(*ref);
    }
  }
  return found;
}

}  // namespace amana::foreign_affairs
