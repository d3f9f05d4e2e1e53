// From a statement to the outbox entry that carries it. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_SIGN_ENTRY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_SIGN_ENTRY_H_

#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/envelope.pb.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {

// What the entry is for: the call, the payload's type and, where it is about one, the referral.
struct EntryPurpose {
  EntryKind kind = EntryKind::kSubmission;
  std::string_view payload_type;
  std::optional<StatementKey> referral;
};

// Gives `message` its meta, signs it, and puts it into the request of the call: `slot` is that
// request's mutable_<envelope>. CRYPTO_FAILED only.
template <class Message, class Request>
absl::StatusOr<NewEntry> SignEntry(const SigningIdentity& signer, absl::Time now,
                                   EntryPurpose purpose, Message message,
                                   v1::SignedEnvelope* (Request::*slot)()) {
  *message.mutable_meta() = envelope::MakeMeta(signer.certificate, now);
  AMANA_ASSIGN_OR_RETURN(v1::SignedEnvelope envelope,
                         envelope::SignMessage(purpose.payload_type, message, signer.key));
  NewEntry entry;
  entry.kind = purpose.kind;
  entry.queued = now;
  entry.referral = std::move(purpose.referral);
  entry.digest = envelope::PayloadDigest(envelope);
  Request request;
  *(request.*slot)() = std::move(envelope);
  entry.request = request.SerializeAsString();
  return entry;
}

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_SIGN_ENTRY_H_
