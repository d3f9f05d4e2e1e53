// Whether a statement about a referral was acted on before: the same bytes again are answered with
// the first event's receipt.
#ifndef AMANA_BROKER_OPERATIONS_REPLAY_H_
#define AMANA_BROKER_OPERATIONS_REPLAY_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "amana/v1/event.pb.h"
#include "base/ids.h"
#include "broker/store/store.h"

namespace amana::operations {

// The last event of `kind` about the referral that names `statement`; nullopt: it is new.
absl::StatusOr<std::optional<uint64_t>> FindEventOf(const store::Snapshot& snapshot,
                                                    const ReferralId& referral, v1::EventKind kind,
                                                    const Digest& statement);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REPLAY_H_
