// Finds a consent record that a referral can rest on: in what this machine has signed or seen, or
// at the broker, and then verified. Thread-safe; the objects given must outlive it.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_CONSENT_FINDER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_CONSENT_FINDER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "amana/v1/consent.pb.h"
#include "base/ids.h"

namespace amana::sdk {

struct ConsentName {
  ConsentId id;
  uint32_t version = 0;  // 0: the newest
  std::optional<Digest> digest = {};
};
// "<32 hex digits>", "<id>/<version>" or "<id>/<version>/<digest>"; ID_INVALID naming `field`.
absl::StatusOr<ConsentName> ParseConsentName(std::string_view text, std::string_view field);

struct FoundConsent {
  v1::ConsentRecord record;
  v1::SignedEnvelope envelope;
  Digest digest;
  bool withdrawn = false;  // as the broker says; false when found on this machine
  bool from_broker = false;
};

class ConsentFinder {
 public:
  ConsentFinder(const Identity& identity, Client& client, Mailbox& mailbox)
      : identity_(identity), client_(client), mailbox_(mailbox) {}

  // From this machine's outbox, or, where the digest is named, from what it has seen; without a
  // link. CONSENT_MISSING when it is not there.
  absl::StatusOr<FoundConsent> Held(const ConsentName& name);
  // From the broker; its signature and certificate are verified against the pinned authorities, as
  // of when it was signed. Errors of the call; SIGNATURE_INVALID, CERTIFICATE_UNPINNED and so on;
  // CONSENT_MISSING when it is another than named.
  absl::StatusOr<FoundConsent> Ask(const ConsentName& name);
  // Held, or else asked for.
  absl::StatusOr<FoundConsent> Find(const ConsentName& name);

 private:
  absl::Status CheckSigner(const FoundConsent& found);

  const Identity& identity_;
  Client& client_;
  Mailbox& mailbox_;
};

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_CONSENT_FINDER_H_
