// For the tests of QueryEvents: who asks, and all that he is told.
#ifndef AMANA_BROKER_OPERATIONS_QUERY_EVENTS_FOR_TEST_H_
#define AMANA_BROKER_OPERATIONS_QUERY_EVENTS_FOR_TEST_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/operations/query_events.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {

inline const crypto::Secret& Secret() {
  static const crypto::Secret secret(std::string(32, 'k'));
  return secret;
}

inline v1::QueryEventsRequest Asked(v1::AuditPurpose purpose = v1::AUDIT_PURPOSE_UNSPECIFIED) {
  v1::QueryEventsRequest request;
  request.set_purpose(purpose);
  return request;
}

class QueryEventsTest : public testing::Test {
 protected:
  QueryEventsTest() {
    world_.context().pseudonyms = [](const AgencyId& auditor) {
      return events::Pseudonyms(Secret(), auditor);
    };
  }

  static identity::Caller Auditor(std::string_view agency = "oversight") {
    return World::CallerOf(agency, crypto::Role::kAuditor);
  }
  absl::StatusOr<std::shared_ptr<EventQuery>> Begin(const identity::Caller& caller,
                                                    const v1::QueryEventsRequest& request) {
    return Await<std::shared_ptr<EventQuery>>(
        [&](auto reply) { QueryEvents(world_.context(), caller, request, std::move(reply)); });
  }
  std::string Refused(const identity::Caller& caller, const v1::QueryEventsRequest& request) {
    const auto query = Begin(caller, request);
    return query.ok() ? ErrorReason((*query)->Next().status()) : ErrorReason(query.status());
  }
  // All that comes until the search is over; the last message is kept in last_.
  std::vector<v1::FoundEvent> Find(const identity::Caller& caller,
                                   const v1::QueryEventsRequest& request) {
    std::vector<v1::FoundEvent> found;
    const auto query = Begin(caller, request);
    AMANA_EXPECT_OK(query.status());
    if (!query.ok()) return found;
    while (!(*query)->done()) {
      auto next = (*query)->Next();
      AMANA_EXPECT_OK(next.status());
      if (!next.ok()) return found;
      if (!next->has_value()) continue;
      last_ = **next;
      found.insert(found.end(), last_.events().begin(), last_.events().end());
    }
    return found;
  }
  std::vector<v1::FoundEvent> FindAsAuditor(v1::QueryEventsRequest request = {}) {
    request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
    return Find(Auditor(), request);
  }
  events::Event EventAt(uint64_t index) { return EventsFrom(world_, index).at(0).event; }
  void Open(const Sent& sent, std::string_view auditor) {
    AMANA_ASSERT_OK(world_.store()
                        .CommitAndWait([&](store::Transaction& tx) {
                          return tx.cases().Open({sent.key.sender, sent.key.referral,
                                                  *AgencyId::Create(std::string(auditor)), 1},
                                                 {});
                        })
                        .status());
  }

  World world_;
  v1::QueryEventsResponse last_;
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_QUERY_EVENTS_FOR_TEST_H_
