#include "agency-adapters/local_grpc/address.h"

#include <charconv>
#include <cstdint>

#include "base/status.h"

namespace amana::local_grpc {
namespace {

absl::Status AddressInvalid(std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "GRPC_ADDRESS_INVALID", "api.grpc", why);
}

}  // namespace

absl::Status CheckAddress(const std::string& address) {
  const std::string_view text = address;
  if (text.starts_with(kUnix)) {
    return text.size() > kUnix.size() + 1 && text[kUnix.size()] == '/' &&
                   text.size() < kUnix.size() + 100
               ? absl::OkStatus()
               : AddressInvalid("expected unix: and an absolute path");
  }
  for (const std::string_view loopback : {"127.0.0.1:", "[::1]:"}) {
    if (!text.starts_with(loopback)) continue;
    const std::string_view port = text.substr(loopback.size());
    uint16_t number = 0;
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (read.ec == std::errc() && read.ptr == port.data() + port.size()) return absl::OkStatus();
  }
  return AddressInvalid("expected unix:/path or a loopback address and a port");
}

}  // namespace amana::local_grpc
