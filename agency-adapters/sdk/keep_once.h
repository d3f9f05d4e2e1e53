// The same statement again, but for when it was signed, is the entry that stands already.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_KEEP_ONCE_H_
#define AMANA_AGENCY_ADAPTERS_SDK_KEEP_ONCE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/errors.h"

namespace amana::sdk {

// An entry of the outbox for `message`, which `purpose` names the referral of: the one that stands,
// or one that is signed now.
template <class Message, class Request>
absl::StatusOr<std::pair<int64_t, Digest>> KeepEntryOnce(
    Outbox& outbox, const SigningIdentity& signer, absl::Time now, const EntryPurpose& purpose,
    Message message, v1::SignedEnvelope* (Request::*slot)()) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> standing,
                         outbox.Standing(purpose.kind, *purpose.referral));
  for (const OutboxEntry& entry : standing) {
    Request request;
    Message said;
    if (!request.ParseFromString(entry.request) ||
        !said.ParseFromString((request.*slot)()->payload())) {
      return StoreCorruptError("outbox: a statement does not parse");
    }
    said.clear_meta();
    if (said.SerializeAsString() == message.SerializeAsString()) {
      return std::pair(entry.id, entry.digest);
    }
  }
  AMANA_ASSIGN_OR_RETURN(const NewEntry entry,
                         SignEntry(signer, now, purpose, std::move(message), slot));
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox.Add(entry));
  return std::pair(id, entry.digest);
}

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_KEEP_ONCE_H_
