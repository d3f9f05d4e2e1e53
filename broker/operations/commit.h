// The one way an operation writes: run a body in a store transaction, and when that is durable
// answer with the receipt of the event it names.
#ifndef AMANA_BROKER_OPERATIONS_COMMIT_H_
#define AMANA_BROKER_OPERATIONS_COMMIT_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "amana/v1/event.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// What a body decided. A refusal is answered only after what the body wrote (evidence of the
// refused statement) is durable.
struct Verdict {
  uint64_t event = 0;  // whose receipt is the answer; of this transaction or an older one
  absl::Status refusal = absl::OkStatus();
};

// Proof for an event that is in the store.
absl::StatusOr<v1::Receipt> StoredReceipt(const store::Snapshot& snapshot, uint64_t event);

// Proof for an event of this batch, or of an older one read from the store.
absl::StatusOr<v1::Receipt> MakeReceipt(const store::Store& store,
                                        const store::CommittedBatch& batch, uint64_t event);

template <class Response>
using Body = absl::AnyInvocable<absl::StatusOr<Verdict>(store::Transaction&, Response&)>;

template <class Response>
void CommitAndReply(const Context& context, Body<Response> body, Reply<Response> reply) {
  struct State {
    Response response;
    Verdict verdict;
  };
  auto state = std::make_shared<State>();
  context.store->Commit(
      [state, body = std::move(body)](store::Transaction& tx) mutable -> absl::Status {
        state->response.Clear();
        AMANA_ASSIGN_OR_RETURN(state->verdict, body(tx, state->response));
        return absl::OkStatus();
      },
      [state, store = context.store,
       reply = std::move(reply)](absl::StatusOr<store::BatchPtr> batch) mutable {
        if (!batch.ok()) return reply(batch.status());
        if (!state->verdict.refusal.ok()) return reply(state->verdict.refusal);
        absl::StatusOr<v1::Receipt> receipt = MakeReceipt(*store, **batch, state->verdict.event);
        if (!receipt.ok()) return reply(receipt.status());
        *state->response.mutable_receipt() = *std::move(receipt);
        reply(std::move(state->response));
      });
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_COMMIT_H_
