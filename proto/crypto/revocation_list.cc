#include "proto/crypto/revocation_list.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/status.h"
#include "proto/crypto/errors.h"

namespace amana::crypto {
namespace {

constexpr size_t kMaxReason = 200;

absl::Status BadLine(size_t number, std::string_view why) {
  return RevocationListInvalid("line " + std::to_string(number) + ": " + std::string(why));
}

bool IsReason(std::string_view text) {
  bool valid =
      !text.empty() && text.size() <= kMaxReason && text.front() != ' ' && text.back() != ' ';
  for (const char c : text) valid = valid && c >= 0x20 && c < 0x7f;
  return valid;
}

// Between 1970 and 9999.
bool IsTime(absl::Time time) {
  return time >= absl::UnixEpoch() && time < absl::FromUnixSeconds(253402300800);
}

// absl also takes years of any length, signs and white space, which RFC 3339 has not: its times
// start with four digits and a hyphen.
bool ReadTime(std::string_view text, absl::Time& time) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 20 || !std::all_of(text.begin(), text.begin() + 4, digit) || text[4] != '-') {
    return false;
  }
  std::string ignored;
  return absl::ParseTime(absl::RFC3339_full, absl::string_view(text.data(), text.size()), &time,
                         &ignored) &&
         IsTime(time);
}

absl::StatusOr<Revocation> ParseLine(std::string_view line, size_t number) {
  const size_t first = line.find(' ');
  const size_t second =
      first == std::string_view::npos ? std::string_view::npos : line.find(' ', first + 1);
  if (second == std::string_view::npos) {
    return BadLine(number, "must be <fingerprint> <time> <reason>");
  }
  Revocation revocation;
  absl::StatusOr<CertId> id = CertId::FromHexString(line.substr(0, first));
  if (!id.ok()) return BadLine(number, "the fingerprint is not 64 hex digits");
  revocation.certificate = *id;
  if (!ReadTime(line.substr(first + 1, second - first - 1), revocation.revoked_at)) {
    return BadLine(number, "the time is not in RFC 3339, from 1970 to 9999");
  }
  revocation.reason = std::string(line.substr(second + 1));
  if (!IsReason(revocation.reason)) return BadLine(number, "the reason is not printable ASCII");
  return revocation;
}

}  // namespace

absl::StatusOr<std::vector<Revocation>> ParseRevocationList(std::string_view text) {
  std::vector<Revocation> revocations;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    // The writer ends every line: one without an end is half a line, of a list cut short.
    if (end == std::string_view::npos) return BadLine(number, "is cut short");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.empty() || line[0] == '#') continue;
    AMANA_ASSIGN_OR_RETURN(Revocation revocation, ParseLine(line, number));
    revocations.push_back(std::move(revocation));
  }
  return revocations;
}

absl::StatusOr<std::string> FormatRevocation(const Revocation& revocation) {
  if (!IsReason(revocation.reason)) {
    return RevocationListInvalid("a reason must be 1 to 200 printable ASCII characters");
  }
  if (!IsTime(revocation.revoked_at)) {
    return RevocationListInvalid("a time must be between 1970 and 9999");
  }
  return revocation.certificate.hex() + " " +
         absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", revocation.revoked_at, absl::UTCTimeZone()) + " " +
         revocation.reason + "\n";
}

}  // namespace amana::crypto
