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

// Whose word it was that has open tasks decided again, and what may be told of it.
struct NewWord {
  AgencyId author;
  // In the events of what it does: the statement's digest, or zero where nobody may see that there
  // was one. They name no agency: the author is no party to other agencies' referrals, and their
  // recipients must not learn who it was.
  Digest statement;
  // Shown with the recalls, where their recipients may read it.
  std::optional<store::StatementRecord> cause;
};

// What it did, in the author's eyes: deliveries of referrals it sent, recalls of what it received.
struct Effect {
  delivery::TakenBack taken;
  bool any = false;  // whether anything at all was taken back, whoever's
};

// Decides every open task of `subject` again: what is no longer permitted is withheld or recalled,
// what waited and is permitted now is routed. While the clock is in doubt only what a withdrawal
// denies is taken back. A referral that cannot be read is taken back as CONSENT_UNVERIFIABLE; it
// must not keep a person's word from being heard.
absl::StatusOr<Effect> DecideAgain(store::Transaction& tx, const delivery::Moment& moment,
                                   const delivery::Policy& policy, const Pseudonym& subject,
                                   const NewWord& word);

// An event about a consent record, exclusion or withdrawal.
events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version);

// A reply that waits until nothing of `subject` is being written to anybody; where `taken_back` is
// given, only if that was set by then.
template <class Response>
Reply<Response> ReplyWhenQuiet(const Context& context, const Pseudonym& subject,
                               std::shared_ptr<const bool> taken_back, Reply<Response> reply) {
  return [&context, subject, taken_back = std::move(taken_back),
          reply = std::move(reply)](absl::StatusOr<Response> response) mutable {
    if (!response.ok() || (taken_back != nullptr && !*taken_back)) {
      return reply(std::move(response));
    }
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
