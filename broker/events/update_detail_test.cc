#include "broker/events/update_detail.h"

#include <gtest/gtest.h>

#include <string>

namespace amana::events {
namespace {

Event EventOf(v1::EventKind kind, std::string detail = {}) {
  Event event;
  event.kind = kind;
  event.detail = std::move(detail);
  return event;
}

TEST(UpdateDetail, SaysWhichUpdateAndKeepsWhatWasSaid) {
  const struct {
    v1::EventKind kind;
    std::string before, after;
  } cases[] = {
      {v1::EVENT_KIND_REFERRAL_UPDATED, "", std::string("\0\0\1\2", 4)},
      {v1::EVENT_KIND_DELIVERY_LEASED, "", std::string("\0\0\0\1\2", 5)},
      {v1::EVENT_KIND_DELIVERY_RECALL_REFUSED, "\3", std::string("\3\0\0\1\2", 5)},
      {v1::EVENT_KIND_DELIVERY_ERASED, "", std::string("\0\0\0\1\2", 5)},
      {v1::EVENT_KIND_MISMATCH_REPORTED, "abc", std::string("abc\0\0\1\2", 7)},
  };
  for (const auto& each : cases) {
    Event event = EventOf(each.kind, each.before);
    EXPECT_EQ(UpdateOf(event), 0u);
    NameUpdate(0x102, event);
    EXPECT_EQ(event.detail, each.after) << each.kind;
    EXPECT_EQ(UpdateOf(event), 0x102u);
  }
}

TEST(UpdateDetail, OfTheReferralItselfAndOfOtherEventsThereIsNone) {
  Event lease = EventOf(v1::EVENT_KIND_DELIVERY_LEASED);
  NameUpdate(0, lease);
  EXPECT_EQ(lease.detail, "");
  Event task = EventOf(v1::EVENT_KIND_TASK_SEEN, std::string("\0\0\0\1", 4));
  EXPECT_EQ(UpdateOf(task), 0u);
  NameUpdate(1, task);
  EXPECT_EQ(task.detail, std::string("\0\0\0\1", 4));
}

}  // namespace
}  // namespace amana::events
