#include "broker/referral/task_machine.h"

#include <algorithm>
#include <array>

#include "broker/referral/errors.h"
#include "proto/codes/names.h"

namespace amana::referral {
namespace {

using enum Actor;
using enum DisclosureGuard;

constexpr v1::TaskState kNew = v1::TASK_STATE_UNSPECIFIED;
constexpr v1::TaskState kSubmitted = v1::TASK_STATE_SUBMITTED;
constexpr v1::TaskState kBlocked = v1::TASK_STATE_BLOCKED_CONSENT;
constexpr v1::TaskState kRouted = v1::TASK_STATE_ROUTED;
constexpr v1::TaskState kNeedsWrap = v1::TASK_STATE_NEEDS_WRAP;
constexpr v1::TaskState kUnroutable = v1::TASK_STATE_UNROUTABLE;
constexpr v1::TaskState kReceived = v1::TASK_STATE_RECEIVED;
constexpr v1::TaskState kSeen = v1::TASK_STATE_SEEN;
constexpr v1::TaskState kAccepted = v1::TASK_STATE_ACCEPTED;
constexpr v1::TaskState kRejected = v1::TASK_STATE_REJECTED;
constexpr v1::TaskState kInfo = v1::TASK_STATE_INFO_REQUESTED;
constexpr v1::TaskState kInProgress = v1::TASK_STATE_IN_PROGRESS;
constexpr v1::TaskState kCompleted = v1::TASK_STATE_COMPLETED;
constexpr v1::TaskState kFailed = v1::TASK_STATE_FAILED;
constexpr v1::TaskState kCancelled = v1::TASK_STATE_CANCELLED;
constexpr v1::TaskState kRevoked = v1::TASK_STATE_REVOKED;
constexpr v1::TaskState kRerouted = v1::TASK_STATE_REROUTED;
constexpr v1::TaskState kExpired = v1::TASK_STATE_EXPIRED;
constexpr v1::TaskState kInError = v1::TASK_STATE_ENTERED_IN_ERROR;

constexpr ReasonRule Exactly(v1::Reason first, v1::Reason second = v1::REASON_UNSPECIFIED) {
  return {ReasonNeeded::kExactly, first, second};
}
constexpr ReasonRule kNone{ReasonNeeded::kOptional};
constexpr ReasonRule kBlockCode{ReasonNeeded::kBlockCode};
constexpr ReasonRule kCancelCode{ReasonNeeded::kCancelCode};
constexpr ReasonRule kDeclineCode{ReasonNeeded::kDeclineCode};
constexpr ReasonRule kWithdrawn = Exactly(v1::REASON_CONSENT_WITHDRAWN);
constexpr ReasonRule kPastExpiry = Exactly(v1::REASON_EXPIRED);
constexpr ReasonRule kNoRoute = Exactly(v1::REASON_UNROUTABLE);
constexpr ReasonRule kAckMissed = Exactly(v1::REASON_ACK_SLA_MISSED);

constexpr ActorSet kPerson{kSender, kConsentHolder};
constexpr ActorSet kReroutes{kBroker, kCoordinator};

constexpr TaskRow kTable[] = {
    {kNew, kSubmitted, kSender, kNone},
    {kSubmitted, kBlocked, kBroker, kBlockCode},
    {kSubmitted, kRouted, kBroker, kNone},
    {kSubmitted, kNeedsWrap, kBroker, kNone},
    {kSubmitted, kUnroutable, kBroker, kNoRoute},
    {kBlocked, kSubmitted, {kSender, kBroker}, kNone},
    {kBlocked, kCancelled, kSender, kCancelCode},
    {kBlocked, kRevoked, kPerson, kWithdrawn},
    {kBlocked, kExpired, kBroker, kPastExpiry},
    {kNeedsWrap, kRouted, kSender, kNone},
    {kNeedsWrap, kBlocked, kBroker, kBlockCode},
    {kNeedsWrap, kUnroutable, kBroker, kNoRoute},
    {kNeedsWrap, kCancelled, kSender, kCancelCode},
    {kNeedsWrap, kRevoked, kPerson, kWithdrawn},
    {kNeedsWrap, kExpired, kBroker, kPastExpiry},
    {kUnroutable, kSubmitted, {kCoordinator, kBroker}, kNone},
    {kUnroutable, kCancelled, {kSender, kCoordinator}, kCancelCode},
    {kUnroutable, kRevoked, kPerson, kWithdrawn},
    {kUnroutable, kExpired, kBroker, kPastExpiry},
    {kRouted, kReceived, kRecipient, kNone},
    {kRouted, kBlocked, kBroker, Exactly(v1::REASON_CONSENT_WITHDRAWN, v1::REASON_CONSENT_EXPIRED),
     kNothingDisclosed},
    {kRouted, kRevoked, kPerson, kWithdrawn, kDisclosed},
    {kRouted, kNeedsWrap, kBroker, Exactly(v1::REASON_KEY_REVOKED)},
    {kRouted, kCancelled, kSender, kCancelCode},
    {kRouted, kRerouted, kReroutes, kAckMissed},
    {kRouted, kExpired, kBroker, kPastExpiry},
    {kReceived, kSeen, kRecipient, kNone},
    {kReceived, kRerouted, kReroutes, kAckMissed},
    {kReceived, kRejected, kRecipient, kDeclineCode},
    {kReceived, kCancelled, kSender, kCancelCode},
    {kReceived, kRevoked, kPerson, kWithdrawn},
    {kReceived, kExpired, kBroker, kPastExpiry},
    {kSeen, kAccepted, kRecipient, kNone},
    {kSeen, kRejected, kRecipient, kDeclineCode},
    {kSeen, kInfo, kRecipient, kNone},
    {kSeen, kRerouted, kReroutes, Exactly(v1::REASON_DECISION_SLA_MISSED)},
    {kSeen, kCancelled, kSender, kCancelCode},
    {kSeen, kRevoked, kPerson, kWithdrawn},
    {kSeen, kExpired, kBroker, kPastExpiry},
    {kInfo, kSeen, kSender, kNone},
    {kInfo, kRejected, kRecipient, Exactly(v1::REASON_INSUFFICIENT_INFORMATION)},
    {kInfo, kCancelled, kSender, kCancelCode},
    {kInfo, kRevoked, kPerson, kWithdrawn},
    {kInfo, kExpired, kBroker, kPastExpiry},
    {kAccepted, kInProgress, kRecipient, kNone},
    {kAccepted, kRejected, kRecipient, kDeclineCode},
    {kAccepted, kRerouted, kCoordinator, Exactly(v1::REASON_START_SLA_MISSED)},
    {kAccepted, kCancelled, kSender, kCancelCode},
    {kAccepted, kRevoked, kPerson, kWithdrawn},
    {kInProgress, kCompleted, kRecipient, {ReasonNeeded::kOutcomeCode}},
    {kInProgress, kFailed, kRecipient, {ReasonNeeded::kFailCode}},
    {kInProgress, kRevoked, kPerson, kWithdrawn},
    {kRejected, kRerouted, {kSender, kBroker, kCoordinator}, kNone},
    {kRejected, kUnroutable, kBroker, kNoRoute},
    {kRejected, kCancelled, {kSender, kCoordinator}, kCancelCode},
    {kFailed, kRerouted, {kSender, kCoordinator}, kNone},
    {kFailed, kCancelled, {kSender, kCoordinator}, kCancelCode},
    {kExpired, kRerouted, {kSender, kCoordinator}, kNone},
    {kSubmitted, kInError, kSender, kCancelCode, kNothingDisclosed},
};

bool NeedsAttention(v1::TaskState state) {
  return state == kUnroutable || state == kBlocked || state == kNeedsWrap;
}

}  // namespace

std::span<const TaskRow> TaskTable() { return kTable; }

absl::Status CheckTaskTransition(v1::TaskState from, v1::TaskState to, Actor actor,
                                 v1::Reason reason, std::optional<bool> disclosed) {
  const TaskRow* row =
      std::ranges::find_if(kTable, [&](const TaskRow& r) { return r.from == from && r.to == to; });
  const std::string_view from_name = codes::CodeName(from);
  const std::string_view to_name = codes::CodeName(to);
  if (row == std::end(kTable)) return TransitionNotAllowed("task", from_name, to_name);
  if (!row->actors.Has(actor)) return ActorNotAllowed(from_name, to_name, ActorName(actor));
  if (disclosed == true && row->disclosure == kNothingDisclosed) {
    return GuardNotMet(from_name, to_name, "nothing disclosed");
  }
  if (disclosed == false && row->disclosure == kDisclosed) {
    return GuardNotMet(from_name, to_name, "a delivery that was disclosed");
  }
  if (!Meets(row->reason, reason)) {
    return ReasonRequired(from_name, to_name, Describe(row->reason));
  }
  return absl::OkStatus();
}

bool IsTerminal(v1::TaskState state) {
  if (!codes::IsKnown(state)) return false;
  return state == kExpired ||
         std::ranges::none_of(kTable, [&](const TaskRow& row) { return row.from == state; });
}

v1::ReferralState DeriveReferralState(std::span<const v1::TaskState> tasks) {
  if (tasks.empty()) return v1::REFERRAL_STATE_UNSPECIFIED;
  if (std::ranges::all_of(tasks, [](v1::TaskState s) { return IsTerminal(s); })) {
    return v1::REFERRAL_STATE_CLOSED;
  }
  return std::ranges::any_of(tasks, NeedsAttention) ? v1::REFERRAL_STATE_ATTENTION
                                                    : v1::REFERRAL_STATE_OPEN;
}

}  // namespace amana::referral
