// A batch of submissions: each is judged alone, as many at a time as there are threads, and all are
// answered together in the order of the request. Versions of one referral keep their order.
// Knows nothing of gRPC.
#ifndef AMANA_BROKER_RPC_BATCH_H_
#define AMANA_BROKER_RPC_BATCH_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"
#include "broker/rpc/front.h"

namespace amana::rpc {

inline constexpr size_t kMaxBatch = 64;

// operations::Submit with its context.
using SubmitFn = std::function<void(const identity::Caller&, std::string_view submission,
                                    operations::Reply<v1::SubmitResponse>)>;

// The submissions of a SubmitBatchRequest, or the one of a SubmitRequest, which is the same on the
// wire: as they came, and where they lie. Fields of a later version are passed over, as protobuf
// does. MESSAGE_MALFORMED when it is no message.
absl::StatusOr<std::vector<std::string_view>> SplitSubmissions(std::string_view request);

// BATCH_SIZE_INVALID unless there are 1 to 64.
absl::Status CheckBatchSize(size_t submissions);

// What lies in memory that `owner` holds.
struct SubmissionBatch {
  std::vector<std::string_view> submissions;
  std::shared_ptr<const void> owner;
};

// `done` is called once, on any thread. A submission refused by rate, queue or operation is a
// Refusal in its place; the others go on. `front` and what `submit` uses must outlive the batch.
void RunBatch(Front& front, const identity::Caller& caller, SubmissionBatch batch,
              const SubmitFn& submit, absl::AnyInvocable<void(v1::SubmitBatchResponse)> done);

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_BATCH_H_
