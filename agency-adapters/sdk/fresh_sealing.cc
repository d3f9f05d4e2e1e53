#include "agency-adapters/sdk/fresh_sealing.h"

namespace amana::sdk {

absl::StatusOr<crypto::Certificate> FreshSealing(Sender& sender, const Address& address,
                                                 std::string_view field) {
  const absl::Status asked = sender.directory().Fetch(address.agency).status();
  if (!asked.ok() && !absl::IsNotFound(asked)) return asked;
  return sender.SealingFor(address, field);
}

}  // namespace amana::sdk
