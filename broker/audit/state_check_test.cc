#include "broker/audit/state_check.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>

namespace amana::audit {
namespace {

// What fsck holds against each other must be all there is: a state without its event would be found
// nowhere. (That the store's state is what these events say is shown by tests/sim/week, in every
// world it lives through, and what is found otherwise by main/fsck_test.cc.)
TEST(StateCheckTest, EveryStateHasTheOneEventThatEntersIt) {
  std::map<v1::TaskState, int> tasks;
  std::map<v1::DeliveryState, int> deliveries;
  const auto* const kinds = v1::EventKind_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<v1::EventKind>(kinds->value(i)->number());
    const auto task = TaskStateEntered(kind);
    const auto delivery = DeliveryStateEntered(kind);
    if (task.has_value()) ++tasks[*task];
    if (delivery.has_value()) ++deliveries[*delivery];
    EXPECT_FALSE(task.has_value() && delivery.has_value()) << kinds->value(i)->name();
  }
  const auto* const task_states = v1::TaskState_descriptor();
  for (int i = 0; i < task_states->value_count(); ++i) {
    const auto state = static_cast<v1::TaskState>(task_states->value(i)->number());
    if (state == v1::TASK_STATE_UNSPECIFIED) continue;
    EXPECT_EQ(tasks[state], 1) << task_states->value(i)->name();
  }
  const auto* const delivery_states = v1::DeliveryState_descriptor();
  for (int i = 0; i < delivery_states->value_count(); ++i) {
    const auto state = static_cast<v1::DeliveryState>(delivery_states->value(i)->number());
    if (state == v1::DELIVERY_STATE_UNSPECIFIED) continue;
    EXPECT_EQ(deliveries[state], 1) << delivery_states->value(i)->name();
  }
}

TEST(StateCheckTest, OtherEventsEnterNone) {
  for (const v1::EventKind kind :
       {v1::EVENT_KIND_UNSPECIFIED, v1::EVENT_KIND_TASK_REMINDED, v1::EVENT_KIND_TASK_ESCALATED,
        v1::EVENT_KIND_TASK_ALERTED, v1::EVENT_KIND_HANDOVER_OFFERED,
        v1::EVENT_KIND_SUBMISSION_ACCEPTED}) {
    EXPECT_FALSE(TaskStateEntered(kind).has_value()) << kind;
    EXPECT_FALSE(DeliveryStateEntered(kind).has_value()) << kind;
  }
}

}  // namespace
}  // namespace amana::audit
