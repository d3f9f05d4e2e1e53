// What agencies' programs sign, without a mailbox: for load that must not wait for its own disk,
// and for receivers that decide themselves when they answer. Pure; thread-safe.
#ifndef AMANA_TESTS_FAULT_SIGNED_ACTS_H_
#define AMANA_TESTS_FAULT_SIGNED_ACTS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/sender.h"
#include "base/ids.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

struct SealedReferral {
  StatementKey key;
  Digest digest;  // of the header
  v1::SubmitRequest request;
};
// As sdk::Sender::Queue makes it, for recipients of the test's world.
absl::StatusOr<SealedReferral> SealReferral(const sdk::Identity& sender, sdk::ReferralDraft draft,
                                            absl::Time now);

absl::StatusOr<sdk::NewEntry> SignConsent(const sdk::Identity& recorder, v1::ConsentRecord record,
                                          absl::Time now);
absl::StatusOr<sdk::NewEntry> SignWithdrawal(const sdk::Identity& recorder,
                                             const v1::ConsentRecord& consent, absl::Time now);
// Of what it could open and verify; the errors of sdk::CheckDelivery.
absl::StatusOr<sdk::NewEntry> SignAcknowledgement(const sdk::Identity& recipient,
                                                  const v1::Delivery& delivery, absl::Time now);
// Confirms it.
absl::StatusOr<sdk::NewEntry> SignRecallAnswer(const sdk::Identity& recipient,
                                               const v1::Recall& recall, absl::Time now);

template <class Request, class Response>
absl::StatusOr<Response> CallSigned(sdk::Client& client, sdk::UnaryRpc<Request, Response> rpc,
                                    const sdk::NewEntry& entry) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, client.CallBytes(rpc.method, entry.request));
  Response response;
  if (!response.ParseFromString(bytes)) return sdk::ResponseMalformed(rpc.method);
  return response;
}

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_SIGNED_ACTS_H_
