// A batch of submissions: each is judged alone, as many at a time as there are threads, and all are
// answered together in the order of the request. Versions of one referral keep their order.
// Knows nothing of gRPC.
#ifndef AMANA_BROKER_RPC_BATCH_H_
#define AMANA_BROKER_RPC_BATCH_H_

#include <functional>

#include "absl/functional/any_invocable.h"
#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"
#include "broker/rpc/front.h"

namespace amana::rpc {

inline constexpr int kMaxBatch = 64;

// operations::Submit with its context.
using SubmitFn = std::function<void(const identity::Caller&, v1::Submission,
                                    operations::Reply<v1::SubmitResponse>)>;

// BATCH_SIZE_INVALID unless there are 1 to 64.
absl::Status CheckBatch(const v1::SubmitBatchRequest& request);

// `done` is called once, on any thread. A submission refused by rate, queue or operation is a
// Refusal in its place; the others go on. `front` and what `submit` uses must outlive the batch.
void RunBatch(Front& front, const identity::Caller& caller, v1::SubmitBatchRequest request,
              const SubmitFn& submit, absl::AnyInvocable<void(v1::SubmitBatchResponse)> done);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_BATCH_H_
