#include "base/ids.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace amana {

std::string ToHex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

absl::StatusOr<std::string> FromHex(std::string_view hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  bool valid = hex.size() % 2 == 0;
  for (size_t i = 0; valid && i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    valid = high >= 0 && low >= 0;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  if (!valid) {
    return MakeError(absl::StatusCode::kInvalidArgument, "INVALID_HEX", "",
                     "not an even number of hex digits");
  }
  return bytes;
}

absl::Status CheckToken(std::string_view text, std::string_view field) {
  bool valid = !text.empty() && text.size() <= 63 && text[0] != '-';
  for (char c : text)
    valid = valid && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  if (valid) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, "ID_INVALID", field,
      std::string(field) + ": must be 1 to 63 of a-z, 0-9 and '-', not starting with '-'");
}

std::string ToString(const Address& address) {
  return address.agency.value() + "/" + address.unit.value();
}

absl::StatusOr<Address> ParseAddress(std::string_view text, std::string_view field) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return MakeError(absl::StatusCode::kInvalidArgument, "ID_INVALID", field,
                     std::string(field) + ": must be agency/unit");
  }
  AMANA_ASSIGN_OR_RETURN(AgencyId agency, AgencyId::Create(text.substr(0, slash), field));
  AMANA_ASSIGN_OR_RETURN(UnitId unit, UnitId::Create(text.substr(slash + 1), field));
  return Address{std::move(agency), std::move(unit)};
}

}  // namespace amana
