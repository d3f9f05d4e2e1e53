// What auditors' questions leave in the log.
#include "broker/operations/audit_reads.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "broker/operations/query_events.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

// What is in the log stays there, and is no place for words or for as much as somebody likes.
TEST(AuditQuestionsTest, NoWordsAndNoFloodGetIntoTheLogByAQuestion) {
  World world;
  world.context().pseudonyms = [](const AgencyId& auditor) {
    return events::Pseudonyms(crypto::Secret(std::string(32, 'k')), auditor);
  };
  const identity::Caller auditor = World::CallerOf("oversight", crypto::Role::kAuditor);
  const auto ask = [&](const v1::QueryEventsRequest& request) {
    return Await<std::shared_ptr<EventQuery>>([&](auto reply) {
             QueryEvents(world.context(), auditor, request, std::move(reply));
           })
        .status();
  };
  const auto detail = [&](uint64_t index) { return EventsFrom(world, index).at(0).event.detail; };
  v1::QueryEventsRequest request;
  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      99, "SYNTHETIC name of a victim");
  v1::EventFilter& filter = *request.mutable_filter();
  filter.GetReflection()->MutableUnknownFields(&filter)->AddLengthDelimited(99, "SYNTHETIC place");
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(ask(request));
  ASSERT_EQ(LogSize(world), before + 1);
  EXPECT_EQ(detail(before).find("SYNTHETIC"), std::string::npos);

  v1::ListEventsRequest list;
  list.GetReflection()->MutableUnknownFields(&list)->AddLengthDelimited(99, "SYNTHETIC name");
  AMANA_ASSERT_OK(Await<std::vector<v1::ListEventsResponse>>([&](auto reply) {
                    ListEvents(world.context(), auditor, list, std::move(reply));
                  }).status());
  ASSERT_EQ(LogSize(world), before + 2);
  EXPECT_EQ(detail(before + 1).find("SYNTHETIC"), std::string::npos);

  request.Clear();
  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  for (int i = 0; i < 100'000; ++i) request.mutable_filter()->add_kinds(v1::EVENT_KIND_TASK_SEEN);
  EXPECT_EQ(ErrorReason(ask(request)), "FIELD_INVALID");
  EXPECT_EQ(LogSize(world), before + 2);
}

}  // namespace
}  // namespace amana::operations
