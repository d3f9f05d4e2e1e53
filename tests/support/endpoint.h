// An agency's program, as a test plays it: its identity read from disk, a client and, where it has
// one, its mailbox; and SYNTHETIC consents and referrals from police/desk to haven.
#ifndef AMANA_TESTS_SUPPORT_ENDPOINT_H_
#define AMANA_TESTS_SUPPORT_ENDPOINT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/mailbox.h"
#include "agency-adapters/sdk/sender.h"
#include "amana/v1/consent.pb.h"
#include "base/clock.h"
#include "base/ids.h"
#include "proto/crypto/x509.h"

namespace amana::tests {

const Clock& RealClock();

// Everything is made by Open and lives as long as the object.
class Endpoint {
 public:
  // `mailbox_folder` empty: the identity's own.
  static absl::StatusOr<std::unique_ptr<Endpoint>> Open(const std::string& agency_toml,
                                                        const std::string& mailbox_folder = "");

  const sdk::Identity& identity() const { return identity_; }
  sdk::Client& client() { return *client_; }
  sdk::Mailbox& mailbox() { return *mailbox_; }
  sdk::Sender& sender() { return *sender_; }
  // A new connection, as after a restart of the program. The mailbox stays.
  absl::Status Reconnect();

 private:
  explicit Endpoint(sdk::Identity identity) : identity_(std::move(identity)) {}

  const sdk::Identity identity_;
  std::unique_ptr<sdk::Client> client_;
  std::unique_ptr<sdk::Mailbox> mailbox_;
  std::unique_ptr<sdk::Sender> sender_;
};

// Connects quickly again after a broker's restart.
absl::StatusOr<std::unique_ptr<sdk::Client>> Connect(const sdk::Identity& identity);

// Given by the person to all of haven, for PROTECTION, for the categories that SampleReferral has;
// valid for 30 days. Without meta, which the sender fills in. A random id and pseudonym.
v1::ConsentRecord SampleConsent(absl::Time now);

struct ConsentUse {
  v1::ConsentRecord record;
  Digest digest;  // of the record as it was signed
};

// ACCOMMODATION asked of `recipient`: IDENTITY_MIN, DEMOGRAPHIC and RISK at offer, IDENTITY at
// acceptance. `content`, which goes into every section, must live as long as the draft.
sdk::ReferralDraft SampleReferral(const ConsentUse& consent, const Address& recipient,
                                  std::string_view content, absl::Time now);

// A candidate as Match would give it, for senders who know the recipient already.
sdk::Candidate SampleCandidate(const Address& address);
Address AddressOf(std::string_view text);  // "haven/intake"; ends the program unless it is one

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_ENDPOINT_H_
