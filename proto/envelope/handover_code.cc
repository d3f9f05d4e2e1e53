#include "proto/envelope/handover_code.h"

#include <algorithm>

#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"

namespace amana::envelope {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(kAlphabet.size() == 32);

}  // namespace

std::string NewHandoverCode() {
  // Five bits of a byte: every character is equally likely.
  std::string code = crypto::RandomBytes(kHandoverCodeSize);
  for (char& c : code) c = kAlphabet[static_cast<unsigned char>(c) % 32];
  return code;
}

std::string NewHandoverSalt() { return crypto::RandomBytes(kHandoverSaltSize); }

std::string PrintedCode(std::string_view code) {
  std::string printed;
  for (size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) printed += '-';
    printed += code[i];
  }
  return printed;
}

std::optional<std::string> ParseHandoverCode(std::string_view typed) {
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    code += c;
  }
  if (!IsHandoverCode(code)) return std::nullopt;
  return code;
}

bool IsHandoverCode(std::string_view code) {
  return code.size() == kHandoverCodeSize && std::ranges::all_of(code, [](char c) {
           return kAlphabet.find(c) != std::string_view::npos;
         });
}

Digest CodeCommitment(std::string_view salt, std::string_view code) {
  return crypto::Sha256({"amana/handover-code/v1", salt, code});
}

}  // namespace amana::envelope
