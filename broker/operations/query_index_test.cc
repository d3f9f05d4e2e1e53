// What is found through the store's index, and of a referral by an event of it.
#include <algorithm>

#include "broker/operations/query_events_for_test.h"

namespace amana::operations {
namespace {

// Over full blocks, which have an index, and the last one, which has none: what is found is what is
// there.
TEST_F(QueryEventsTest, TheIndexFindsWhatIsThere) {
  const Sent sent = Send(world_);
  constexpr const char* kAgencies[] = {"police", "haven", "consulate"};
  constexpr v1::EventKind kKinds[] = {v1::EVENT_KIND_TASK_SEEN, v1::EVENT_KIND_TASK_REJECTED,
                                      v1::EVENT_KIND_TASK_REMINDED};
  AMANA_ASSERT_OK(world_.store()
                      .CommitAndWait([&](store::Transaction& tx) {
                        for (int i = 0; i < 2'600; ++i) {
                          events::Event event;
                          event.kind = kKinds[i % 11 % 3];
                          event.referral = sent.key;
                          event.actor_agency = *AgencyId::Create(kAgencies[i % 7 % 3]);
                          if (i % 5 == 0) event.reason = v1::REASON_NO_CAPACITY;
                          if (i % 13 == 0) event.consent_rules = {9};
                          AMANA_RETURN_IF_ERROR(tx.log().Append(std::move(event)).status());
                        }
                        return absl::OkStatus();
                      })
                      .status());
  const auto all = EventsFrom(world_);
  const auto check = [&](const v1::EventFilter& filter, uint64_t first, auto fits) {
    v1::QueryEventsRequest request;
    *request.mutable_filter() = filter;
    request.set_first_index(first);
    std::vector<uint64_t> found, expected;
    last_.Clear();
    for (int page = 0; !last_.complete() && page < 10; ++page) {
      for (const auto& each : FindAsAuditor(request)) found.push_back(each.index());
      request.set_first_index(last_.next_index());
    }
    for (const auto& each : all) {
      if (each.index >= first && fits(each.event)) expected.push_back(each.index);
    }
    EXPECT_GT(expected.size(), 20u);
    EXPECT_EQ(found, expected) << filter.DebugString();
  };
  v1::EventFilter filter;
  filter.add_kinds(v1::EVENT_KIND_TASK_REJECTED);
  filter.add_reasons(v1::REASON_NO_CAPACITY);
  check(filter, 1'500, [](const events::Event& e) {
    return e.kind == v1::EVENT_KIND_TASK_REJECTED && e.reason == v1::REASON_NO_CAPACITY;
  });
  filter.Clear();
  filter.set_rule(9);
  check(filter, 0,
        [](const events::Event& e) { return std::ranges::count(e.consent_rules, 9) > 0; });
  filter.Clear();
  const auto name_of = [](const char* agency) {
    return events::Pseudonyms(Secret(), *AgencyId::Create("oversight"))
        .Of(*AgencyId::Create(agency))
        .bytes();
  };
  filter.set_agency_pseudonym(name_of("haven"));
  filter.set_counterpart_pseudonym(name_of("police"));
  const AgencyId haven = *AgencyId::Create("haven");
  check(filter, 7, [&](const events::Event& e) {
    return e.actor_agency == haven || (e.recipient.has_value() && e.recipient->agency == haven);
  });
  filter.Clear();
  filter.set_sla_breach(true);
  check(filter, 0, [](const events::Event& e) { return e.kind == v1::EVENT_KIND_TASK_REMINDED; });
}

// With the pseudonym an event that it was told with: then it is not looked for in the whole log.
TEST_F(QueryEventsTest, AReferralIsFoundByAnEventThatItsPseudonymWasToldWith) {
  const Sent first = Send(world_, 'a');
  const uint64_t told_at = LogSize(world_) - 1;
  const Sent second = Send(world_, 'b');
  const auto name_of = [](const Sent& sent) {
    return events::Pseudonyms(Secret(), *AgencyId::Create("oversight"))
        .Of(sent.key.sender, sent.key.referral)
        .bytes();
  };
  ASSERT_EQ(*EventAt(told_at).referral, first.key);
  v1::QueryEventsRequest request;
  request.mutable_filter()->set_referral_pseudonym(name_of(first));
  const auto looked_for = FindAsAuditor(request);
  request.mutable_filter()->set_referral_told_at(told_at);
  const auto found = FindAsAuditor(request);
  ASSERT_GT(found.size(), 1u);
  EXPECT_TRUE(last_.complete());
  ASSERT_EQ(found.size(), looked_for.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].index(), looked_for[i].index());

  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  request.mutable_filter()->set_referral_pseudonym(name_of(second));
  EXPECT_EQ(Refused(Auditor(), request), "NOT_FOUND");
  request.mutable_filter()->set_referral_told_at(1'000'000);
  EXPECT_EQ(Refused(Auditor(), request), "NOT_FOUND");
  request.mutable_filter()->clear_referral_pseudonym();
  EXPECT_EQ(Refused(Auditor(), request), "FIELD_INVALID");
}

}  // namespace
}  // namespace amana::operations
