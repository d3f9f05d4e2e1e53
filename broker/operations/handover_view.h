// What callers are told of handovers, and which of them concern whom.
#ifndef AMANA_BROKER_OPERATIONS_HANDOVER_VIEW_H_
#define AMANA_BROKER_OPERATIONS_HANDOVER_VIEW_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "amana/v1/handover_service.pb.h"
#include "broker/identity/caller.h"
#include "broker/referral/actor.h"
#include "broker/store/store.h"

namespace amana::operations {

v1::HandoverRef ToWire(const store::HandoverRecord& handover);
v1::HandoverSummary Summarise(const store::HandoverRecord& handover, const Digest& header_digest);

// The key of an attempt; errors name the field below "handover".
absl::StatusOr<store::HandoverKey> FromWire(const v1::HandoverRef& ref);

// Which side of the attempt `unit` is: the recipient is a unit, the responsible side an agency.
std::optional<referral::Actor> SideOf(const store::HandoverRecord& handover, const Address& unit);

// Whether the caller may read the attempt: one of its sides, or the referral's sender.
bool IsHandoverParty(const store::HandoverRecord& handover, const identity::Caller& caller);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_HANDOVER_VIEW_H_
