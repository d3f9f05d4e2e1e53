#include "broker/events/custody_detail.h"

namespace amana::events {

std::string TransferDetail(const Digest& first_signature, const Address& responsible) {
  return first_signature.bytes() + ToString(responsible);
}

std::optional<Address> ResponsibleFrom(std::string_view transfer_detail) {
  if (transfer_detail.size() <= Digest::kSize) return std::nullopt;
  const absl::StatusOr<Address> address =
      ParseAddress(transfer_detail.substr(Digest::kSize), "responsible");
  return address.ok() ? std::optional<Address>(*address) : std::nullopt;
}

}  // namespace amana::events
