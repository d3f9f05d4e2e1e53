#include "broker/referral/delivery_machine.h"

#include <algorithm>

#include "broker/referral/errors.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"

namespace amana::referral {
namespace {

using enum Actor;
using enum DeliveryCondition;

constexpr v1::DeliveryState kNew = v1::DELIVERY_STATE_UNSPECIFIED;
constexpr v1::DeliveryState kQueued = v1::DELIVERY_STATE_QUEUED;
constexpr v1::DeliveryState kLeased = v1::DELIVERY_STATE_LEASED;
constexpr v1::DeliveryState kSent = v1::DELIVERY_STATE_SENT;
constexpr v1::DeliveryState kRetryWait = v1::DELIVERY_STATE_RETRY_WAIT;
constexpr v1::DeliveryState kAcked = v1::DELIVERY_STATE_NATIVE_ACKED;
constexpr v1::DeliveryState kNacked = v1::DELIVERY_STATE_NATIVE_NACKED;
constexpr v1::DeliveryState kRead = v1::DELIVERY_STATE_READ;
constexpr v1::DeliveryState kDeadLetter = v1::DELIVERY_STATE_DEAD_LETTER;
constexpr v1::DeliveryState kWithheld = v1::DELIVERY_STATE_WITHHELD;
constexpr v1::DeliveryState kRecalled = v1::DELIVERY_STATE_RECALLED;
constexpr v1::DeliveryState kExpired = v1::DELIVERY_STATE_EXPIRED;
constexpr v1::DeliveryState kErased = v1::DELIVERY_STATE_ERASED;
constexpr v1::DeliveryState kRecallSent = v1::DELIVERY_STATE_RECALL_SENT;
constexpr v1::DeliveryState kConfirmed = v1::DELIVERY_STATE_RECALL_CONFIRMED;
constexpr v1::DeliveryState kRefused = v1::DELIVERY_STATE_RECALL_REFUSED;
constexpr v1::DeliveryState kUnanswered = v1::DELIVERY_STATE_RECALL_UNANSWERED;

constexpr ReasonRule Exactly(v1::Reason reason) { return {ReasonNeeded::kExactly, reason}; }
constexpr ReasonRule kOptional{ReasonNeeded::kOptional};
constexpr ReasonRule kAny{ReasonNeeded::kAny};
constexpr ReasonRule kNative{ReasonNeeded::kNativeClass};
constexpr ReasonRule kBasis{ReasonNeeded::kLegalBasis};

constexpr DeliveryRow kTable[] = {
    {kNew, kQueued, kBroker, kOptional},
    {kQueued, kLeased, kAdapter, kOptional},
    {kQueued, kWithheld, kBroker, {ReasonNeeded::kBlockCode}, kNotDisclosed},
    {kQueued, kRecalled, kBroker, kAny, kNotDisclosed},
    {kQueued, kExpired, kBroker, Exactly(v1::REASON_EXPIRED), kNotDisclosed},
    {kQueued, kRecallSent, kBroker, kAny, kDisclosed},
    {kLeased, kQueued, kBroker, kOptional},
    {kLeased, kSent, kAdapter, kOptional},
    {kLeased, kRetryWait, kAdapter, kNative},
    {kLeased, kDeadLetter, kAdapter, kNative},
    {kLeased, kRecallSent, kBroker, kAny},
    {kRetryWait, kQueued, kBroker, kOptional},
    {kRetryWait, kRecallSent, kBroker, kAny},
    {kRetryWait, kDeadLetter, kBroker, Exactly(v1::REASON_MAX_ATTEMPTS)},
    {kSent, kAcked, kAdapter, kOptional},
    {kSent, kRetryWait, kBroker, kOptional},
    {kSent, kNacked, kAdapter, kNative},
    {kSent, kRecallSent, kBroker, kAny},
    {kNacked, kDeadLetter, kBroker, kOptional},
    {kNacked, kRetryWait, kBroker, kOptional, kTransientError},
    {kNacked, kRecallSent, kBroker, kAny},
    {kAcked, kRead, kRecipient, kOptional},
    {kAcked, kRecallSent, kBroker, kAny},
    {kRead, kRecallSent, kBroker, kAny},
    {kRecallSent, kConfirmed, kRecipient, kOptional},
    {kRecallSent, kRefused, kRecipient, kBasis},
    {kRecallSent, kUnanswered, kBroker, Exactly(v1::REASON_RECALL_SLA_MISSED)},
    {kUnanswered, kConfirmed, kRecipient, kOptional},
    {kUnanswered, kRefused, kRecipient, kBasis},
    {kDeadLetter, kQueued, kOperator, kAny},
    {kDeadLetter, kRecallSent, kBroker, kAny},
    {kWithheld, kQueued, kBroker, kOptional, kSectionsPresent},
    {kWithheld, kErased, kBroker, kAny},
};

// Empty when the condition is met, else what is missing.
std::string_view Unmet(DeliveryCondition condition, const DeliveryGuard& guard) {
  switch (condition) {
    case kNone:
      return "";
    case kNotDisclosed:
      return guard.disclosed ? "a delivery that was never disclosed" : "";
    case kDisclosed:
      return guard.disclosed ? "" : "a delivery that was disclosed";
    case kTransientError:
      return codes::IsTransient(guard.native_error) ? "" : "a transient error class";
    case kSectionsPresent:
      return guard.sections_present ? "" : "its sections still present";
  }
  return "a known condition";
}

}  // namespace

std::span<const DeliveryRow> DeliveryTable() { return kTable; }

absl::Status CheckDeliveryTransition(v1::DeliveryState from, v1::DeliveryState to, Actor actor,
                                     v1::Reason reason, const DeliveryGuard& guard) {
  const DeliveryRow* row = std::ranges::find_if(
      kTable, [&](const DeliveryRow& r) { return r.from == from && r.to == to; });
  const std::string_view from_name = codes::CodeName(from);
  const std::string_view to_name = codes::CodeName(to);
  if (row == std::end(kTable)) return TransitionNotAllowed("delivery", from_name, to_name);
  if (!row->actors.Has(actor)) return ActorNotAllowed(from_name, to_name, ActorName(actor));
  if (const std::string_view unmet = Unmet(row->condition, guard); !unmet.empty()) {
    return GuardNotMet(from_name, to_name, unmet);
  }
  if (!Meets(row->reason, reason)) {
    return ReasonRequired(from_name, to_name, Describe(row->reason));
  }
  if (row->reason.needed == ReasonNeeded::kLegalBasis && !codes::IsKnown(guard.legal_basis)) {
    return ReasonRequired(from_name, to_name, "a legal basis");
  }
  return absl::OkStatus();
}

bool IsTerminal(v1::DeliveryState state) {
  if (!codes::IsKnown(state)) return false;
  return std::ranges::none_of(kTable, [&](const DeliveryRow& row) { return row.from == state; });
}

}  // namespace amana::referral
