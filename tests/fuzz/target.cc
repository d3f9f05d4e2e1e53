#include "tests/fuzz/target.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/status.h"

namespace amana::fuzz {
namespace {

// What the edit and the mutation have in common: one change at `at`, which is within `bytes` or at
// its end.
void Change(std::string& bytes, uint8_t what, size_t at, uint8_t with) {
  const size_t size = std::min<size_t>(with % 48, bytes.size() - at);
  switch (what % 8) {
    case 0:
      if (at < bytes.size()) bytes[at] ^= static_cast<char>(1 << with % 8);
      break;
    case 1:
      if (at < bytes.size()) bytes[at] = static_cast<char>(with);
      break;
    case 2:
      bytes.insert(at, 1, static_cast<char>(with));
      break;
    case 3:
      bytes.erase(at, 1 + with % 4);
      break;
    case 4:
      bytes.insert(at, bytes.substr(at, size));
      break;
    case 5:
      bytes += bytes.substr(at, size);
      break;
    case 6:
      bytes.erase(at, size);
      break;
    case 7:
      if (with % 16 == 0) bytes.resize(at);
      if (at < bytes.size()) bytes[at] += static_cast<char>(with % 2 == 0 ? 1 : -1);
      break;
  }
}

}  // namespace

void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

bool RequireRefusal(const absl::Status& status, absl::StatusCode code, bool fields) {
  const std::string text = status.ToString();
  Require(status.code() == code, "the code of a refusal: " + text);
  Require(!fields || !ErrorField(status).empty(), "a refusal names a field: " + text);
  return RequireReason(status);
}

void RequireHidden(const absl::Status& status, std::string_view mark) {
  if (ErrorField(status).find(mark) != std::string::npos) return;
  Require(status.ToString().find(mark) == std::string::npos, "no refusal shows content");
}

bool RequireReason(const absl::Status& status) {
  const std::string text = status.ToString();
  Require(!ErrorReason(status).empty(), "a refusal has a reason: " + text);
  Require(!status.message().empty(), "a refusal has a message: " + text);
  return false;
}

uint8_t Input::Byte() { return static_cast<uint8_t>(Number(1)); }

uint64_t Input::Number(int bytes) {
  uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) {
    number <<= 8;
    if (rest_.empty()) continue;
    number |= static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
  }
  return number;
}

std::string Edited(std::string good, Input edits) {
  while (!edits.empty()) {
    const uint8_t what = edits.Byte();
    const size_t at = edits.Number(2) % (good.size() + 1);
    Change(good, what, at, edits.Byte());
  }
  return good;
}

std::string Mutate(std::string bytes, std::mt19937_64& random) {
  for (auto changes = 1 + random() % 4; changes > 0; --changes) {
    const auto what = static_cast<uint8_t>(random());
    const size_t at = random() % (bytes.size() + 1);
    Change(bytes, what, at, static_cast<uint8_t>(random() % 4 == 0 ? 0 : random()));
  }
  return bytes;
}

}  // namespace amana::fuzz
