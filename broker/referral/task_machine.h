// The task state machine: a task is one service asked of one recipient once (FHIR Task). Source:
// broker/domain/task_transitions.csv, row for row. Pure; thread-safe.
//
// The machine judges state, actor, reason and disclosure. The other guards of the table (a clock
// that ran out, capacity, a wrap at hand) are facts of the operation that asks.
#ifndef AMANA_BROKER_REFERRAL_TASK_MACHINE_H_
#define AMANA_BROKER_REFERRAL_TASK_MACHINE_H_

#include <optional>
#include <span>

#include "amana/v1/codes.pb.h"
#include "base/status.h"
#include "broker/referral/actor.h"
#include "broker/referral/reason_rule.h"

namespace amana::referral {

// What a row demands of the task's deliveries.
enum class DisclosureGuard { kEither, kNothingDisclosed, kDisclosed };

// `from` UNSPECIFIED is the table's "-": the task does not exist yet.
struct TaskRow {
  v1::TaskState from;
  v1::TaskState to;
  ActorSet actors;
  ReasonRule reason;
  DisclosureGuard disclosure = DisclosureGuard::kEither;
};

std::span<const TaskRow> TaskTable();

// OK, or the first that fails of: TRANSITION_NOT_ALLOWED, ACTOR_NOT_ALLOWED, GUARD_NOT_MET,
// REASON_REQUIRED. `disclosed` says whether any delivery of the task was ever leased (the sticky
// flag); without it the disclosure guard is left to the caller.
absl::Status CheckTaskTransition(v1::TaskState from, v1::TaskState to, Actor actor,
                                 v1::Reason reason, std::optional<bool> disclosed = std::nullopt);

// Nothing more is owed: no row leads out. EXPIRED counts as well, because the one row that leaves
// it (a reroute) starts a new task, and nobody has to make it. Unknown states are not terminal.
bool IsTerminal(v1::TaskState state);

// CLOSED if all tasks are terminal, else ATTENTION if any is UNROUTABLE, BLOCKED_CONSENT or
// NEEDS_WRAP, else OPEN. UNSPECIFIED for no tasks: a referral has at least one.
v1::ReferralState DeriveReferralState(std::span<const v1::TaskState> tasks);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_TASK_MACHINE_H_
