#include "broker/referral/escalation.h"

#include <algorithm>

#include "broker/referral/task_machine.h"

namespace amana::referral {
namespace {

absl::Duration WindowOf(v1::Clock clock, const codes::Sla& windows) {
  switch (clock) {
    case v1::CLOCK_DECIDE:
    case v1::CLOCK_ANSWER:
    case v1::CLOCK_CONSENT:
      return windows.decide;
    case v1::CLOCK_START:
      return windows.start;
    default:
      return windows.acknowledge;
  }
}

bool MayReroute(v1::TaskState state, v1::Clock clock) {
  return CheckTaskTransition(state, v1::TASK_STATE_REROUTED, Actor::kBroker, MissedReason(clock))
      .ok();
}

std::optional<Rung> NextOfState(const ClockFacts& facts) {
  const v1::Clock clock = ClockOf(facts.state);
  if (clock == v1::CLOCK_UNSPECIFIED) return std::nullopt;
  const absl::Duration window = WindowOf(clock, facts.windows);
  const bool unserved = clock == v1::CLOCK_UNSERVED;
  switch (facts.reached) {
    case v1::ESCALATION_LEVEL_UNSPECIFIED:
      if (unserved) return Rung{clock, facts.since, v1::ESCALATION_LEVEL_COORDINATOR};
      return Rung{clock, facts.since + window / 2, v1::ESCALATION_LEVEL_REMINDED};
    case v1::ESCALATION_LEVEL_REMINDED:
      return Rung{clock, facts.since + window, v1::ESCALATION_LEVEL_COORDINATOR,
                  MayReroute(facts.state, clock)};
    case v1::ESCALATION_LEVEL_COORDINATOR:
      return Rung{clock, facts.since + (unserved ? window : window * 3 / 2),
                  v1::ESCALATION_LEVEL_ALERTED};
    default:
      return std::nullopt;
  }
}

}  // namespace

v1::Clock ClockOf(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_ROUTED:
    case v1::TASK_STATE_RECEIVED:
      return v1::CLOCK_ACKNOWLEDGE;
    case v1::TASK_STATE_SEEN:
      return v1::CLOCK_DECIDE;
    case v1::TASK_STATE_INFO_REQUESTED:
      return v1::CLOCK_ANSWER;
    case v1::TASK_STATE_ACCEPTED:
      return v1::CLOCK_START;
    case v1::TASK_STATE_NEEDS_WRAP:
      return v1::CLOCK_WRAP;
    case v1::TASK_STATE_BLOCKED_CONSENT:
      return v1::CLOCK_CONSENT;
    case v1::TASK_STATE_UNROUTABLE:
    case v1::TASK_STATE_REJECTED:
    case v1::TASK_STATE_FAILED:
    case v1::TASK_STATE_EXPIRED:
      return v1::CLOCK_UNSERVED;
    default:
      return v1::CLOCK_UNSPECIFIED;
  }
}

bool OwesCall(v1::TaskState state, v1::Urgency urgency) {
  if (urgency != v1::URGENCY_IMMEDIATE) return false;
  switch (state) {
    case v1::TASK_STATE_ROUTED:
    case v1::TASK_STATE_RECEIVED:
    case v1::TASK_STATE_SEEN:
    case v1::TASK_STATE_INFO_REQUESTED:
      return true;
    default:
      return false;
  }
}

std::optional<Rung> NextRung(const ClockFacts& facts) {
  std::optional<Rung> next = NextOfState(facts);
  if (!facts.call_owed || !OwesCall(facts.state, v1::URGENCY_IMMEDIATE)) return next;
  const Rung call = {v1::CLOCK_CALL, facts.offered + facts.windows.acknowledge / 4,
                     v1::ESCALATION_LEVEL_ALERTED};
  if (!next.has_value() || call.at <= next->at) return call;
  return next;
}

v1::Reason MissedReason(v1::Clock clock) {
  switch (clock) {
    case v1::CLOCK_ACKNOWLEDGE:
      return v1::REASON_ACK_SLA_MISSED;
    case v1::CLOCK_DECIDE:
      return v1::REASON_DECISION_SLA_MISSED;
    case v1::CLOCK_START:
      return v1::REASON_START_SLA_MISSED;
    case v1::CLOCK_WRAP:
      return v1::REASON_WRAP_SLA_MISSED;
    default:
      return v1::REASON_NO_RESPONSE;
  }
}

v1::QueueReason QueueReasonOf(v1::Clock clock, v1::TaskState state) {
  switch (clock) {
    case v1::CLOCK_ACKNOWLEDGE:
      return v1::QUEUE_REASON_NOT_ACKNOWLEDGED;
    case v1::CLOCK_DECIDE:
      return v1::QUEUE_REASON_NOT_DECIDED;
    case v1::CLOCK_ANSWER:
      return v1::QUEUE_REASON_NOT_ANSWERED;
    case v1::CLOCK_START:
      return v1::QUEUE_REASON_NOT_STARTED;
    case v1::CLOCK_WRAP:
      return v1::QUEUE_REASON_NOT_WRAPPED;
    case v1::CLOCK_CONSENT:
      return v1::QUEUE_REASON_NO_CONSENT;
    case v1::CLOCK_CALL:
      return v1::QUEUE_REASON_NO_CALL;
    default:
      break;
  }
  switch (state) {
    case v1::TASK_STATE_REJECTED:
      return v1::QUEUE_REASON_REJECTED;
    case v1::TASK_STATE_FAILED:
      return v1::QUEUE_REASON_FAILED;
    case v1::TASK_STATE_EXPIRED:
      return v1::QUEUE_REASON_EXPIRED;
    default:
      return v1::QUEUE_REASON_UNROUTABLE;
  }
}

Debtor DebtorOf(v1::Clock clock) {
  switch (clock) {
    case v1::CLOCK_ACKNOWLEDGE:
    case v1::CLOCK_DECIDE:
    case v1::CLOCK_START:
      return Debtor::kRecipient;
    case v1::CLOCK_ANSWER:
    case v1::CLOCK_WRAP:
    case v1::CLOCK_CONSENT:
    case v1::CLOCK_CALL:
      return Debtor::kSender;
    case v1::CLOCK_UNSERVED:
      return Debtor::kCoordinator;
    default:
      return Debtor::kNobody;
  }
}

bool AsksNext(v1::Reason decline) {
  switch (decline) {
    case v1::REASON_NO_CAPACITY:
    case v1::REASON_OUT_OF_MANDATE_AGE:
    case v1::REASON_OUT_OF_MANDATE_GENDER:
    case v1::REASON_OUT_OF_MANDATE_CASE_TYPE:
    case v1::REASON_SERVICE_NOT_OFFERED:
    case v1::REASON_LOCATION_NOT_COVERED:
    case v1::REASON_LANGUAGE_NOT_AVAILABLE:
    case v1::REASON_SITE_SECURITY_RISK:
    case v1::REASON_INSUFFICIENT_INFORMATION:
    case v1::REASON_OTHER:
      return true;
    default:
      return false;
  }
}

}  // namespace amana::referral
