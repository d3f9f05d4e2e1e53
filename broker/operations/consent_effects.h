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
  Pseudonym subject;
  // In the events of what it releases, and of what a withdrawal takes back: the statement's digest,
  // or zero where nobody may see that there was one. They name no agency: the author is no party to
  // other agencies' referrals, and their recipients must not learn who it was.
  Digest statement;
  // The consent that it withdraws, and whether the recalls it causes show the withdrawal.
  std::optional<ConsentId> withdrawn = std::nullopt;
  bool cause_shown = false;
};

// What this transaction did, in the author's eyes: deliveries of referrals it sent, recalls of what
// it received.
struct Effect {
  delivery::TakenBack taken;
  bool any = false;   // whether anything at all was taken back, whoever's
  bool more = false;  // whether tasks are left, for the Reconsiderer (reconsider.h)
};

// Decides the first slice of the subject's open tasks again, those first that something was
// disclosed of, and leaves a reconsideration for the rest. The word is in the store already. What
// is no longer permitted is withheld or recalled, what waited and is permitted now is routed. Until
// its slice comes nothing of a task goes out against the word: a lease decides for itself.
absl::StatusOr<Effect> ObeyWord(store::Transaction& tx, const delivery::Moment& moment,
                                const delivery::Policy& policy, const NewWord& word);

// TOO_MANY_RECORDS when `recorder` has 256 consents and exclusions of this person in the store:
// every decision reads them all. A withdrawal is never refused for it.
absl::Status CheckRoomFor(const store::Snapshot& snapshot, const Pseudonym& subject,
                          const AgencyId& recorder);

// An event about a consent record, exclusion or withdrawal.
events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version);

// Replies once nothing of `subject` is being written to anybody.
template <class Response>
void ReplyOnceQuiet(const Context& context, const Pseudonym& subject, Response response,
                    Reply<Response> reply) {
  struct Parked {
    Reply<Response> reply;
    Response response;
  };
  auto parked = std::make_shared<Parked>(Parked{std::move(reply), std::move(response)});
  context.dispatcher->Revoke(subject, [parked] { parked->reply(std::move(parked->response)); });
}

// A reply that waits for it, of a subject that the transaction finds; none found: at once.
template <class Response>
Reply<Response> ReplyWhenQuietOf(const Context& context, std::shared_ptr<const Pseudonym> subject,
                                 Reply<Response> reply) {
  return [&context, subject = std::move(subject),
          reply = std::move(reply)](absl::StatusOr<Response> response) mutable {
    if (!response.ok() || subject->is_zero()) return reply(std::move(response));
    ReplyOnceQuiet(context, *subject, *std::move(response), std::move(reply));
  };
}

// A reply that waits until nothing of `subject` is being written to anybody; where
// `only_if_taken_back`, only if something was, or may yet be. Has what is left over done.
template <class Response>
Reply<Response> ReplyWhenQuiet(const Context& context, const Pseudonym& subject,
                               std::shared_ptr<const Effect> effect, bool only_if_taken_back,
                               Reply<Response> reply) {
  return [&context, subject, effect = std::move(effect), only_if_taken_back,
          reply = std::move(reply)](absl::StatusOr<Response> response) mutable {
    if (!response.ok()) return reply(std::move(response));
    if (effect->more) context.reconsider();
    if (only_if_taken_back && !effect->any && !effect->more) return reply(std::move(response));
    ReplyOnceQuiet(context, subject, *std::move(response), std::move(reply));
  };
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_CONSENT_EFFECTS_H_
