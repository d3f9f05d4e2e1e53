// The certificate to seal to when the broker has asked for a seal (NEEDS_WRAP): often because the
// one that is remembered is over, so the directory is asked first.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_FRESH_SEALING_H_
#define AMANA_AGENCY_ADAPTERS_SDK_FRESH_SEALING_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/sender.h"

namespace amana::sdk {

// As Sender::SealingFor, by the agency's newest entry. An agency that has none is looked for among
// those that Match named. Errors of DirectoryBook::Fetch, as when the broker cannot be asked, are
// this one's: what is remembered would not do.
absl::StatusOr<crypto::Certificate> FreshSealing(Sender& sender, const Address& address,
                                                 std::string_view field);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_FRESH_SEALING_H_
