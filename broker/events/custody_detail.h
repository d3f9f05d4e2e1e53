// What events say of custody in `detail`: a byte format for ever, as fields.h is. Pure.
#ifndef AMANA_BROKER_EVENTS_CUSTODY_DETAIL_H_
#define AMANA_BROKER_EVENTS_CUSTODY_DETAIL_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace amana::events {

// SUBMISSION_ACCEPTED: the first referral under its pseudonym; its sender is responsible from here.
inline constexpr std::string_view kBeginsCustody = "\x01";
// HANDOVER_CUSTODY_TRANSFERRED: the digest of the signature that came first, then the unit that is
// responsible from here on, as "agency/unit".
std::string TransferDetail(const Digest& first_signature, const Address& responsible);
// nullopt for what TransferDetail does not write.
std::optional<Address> ResponsibleFrom(std::string_view transfer_detail);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_CUSTODY_DETAIL_H_
