// What a new consent, exclusion or withdrawal does to the person's open tasks.
#ifndef AMANA_BROKER_OPERATIONS_CONSENT_EFFECTS_H_
#define AMANA_BROKER_OPERATIONS_CONSENT_EFFECTS_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/operations/context.h"
#include "broker/store/store.h"

namespace amana::operations {

// Decides every open task of `subject` again: what is no longer permitted is withheld or recalled
// (`cause` goes with the recalls), what waited and is permitted now is routed.
absl::StatusOr<delivery::TakenBack> DecideAgain(store::Transaction& tx,
                                                const delivery::Moment& moment,
                                                const delivery::Policy& policy,
                                                const delivery::Evidence& evidence,
                                                const Pseudonym& subject,
                                                const std::optional<store::StatementRecord>& cause);

// An event about a consent record, exclusion or withdrawal.
events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version);

// A reply that waits until nothing of `subject` is being written to anybody.
template <class Response>
Reply<Response> ReplyWhenQuiet(const Context& context, const Pseudonym& subject,
                               Reply<Response> reply) {
  return [&context, subject, reply = std::move(reply)](absl::StatusOr<Response> response) mutable {
    if (!response.ok()) return reply(std::move(response));
    struct Parked {
      Reply<Response> reply;
      Response response;
    };
    auto parked = std::make_shared<Parked>(Parked{std::move(reply), *std::move(response)});
    context.dispatcher->Revoke(subject, [parked] { parked->reply(std::move(parked->response)); });
  };
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_CONSENT_EFFECTS_H_
