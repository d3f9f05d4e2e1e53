// What auditors and parties find in the log, and what they cannot find out.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "broker/operations/audit_reads.h"
#include "broker/operations/query_events_for_test.h"

namespace amana::operations {
namespace {

TEST_F(QueryEventsTest, AnAuditorIsToldPseudonymsOfHisOwn) {
  const Sent sent = Send(world_);
  OfferSeen(world_, sent);
  v1::QueryEventsRequest request;
  request.mutable_filter()->add_kinds(v1::EVENT_KIND_TASK_SEEN);
  const auto found = FindAsAuditor(request);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].has_partial());
  EXPECT_EQ(found[0].partial().opened_size(), static_cast<int>(events::AuditorFields().count()));
  const events::Pseudonyms names(Secret(), *AgencyId::Create("oversight"));
  const v1::EventPseudonyms& told = found[0].pseudonyms();
  EXPECT_EQ(told.sender(), names.Of(*AgencyId::Create("police")).bytes());
  EXPECT_EQ(told.actor(), names.Of(*AgencyId::Create("haven")).bytes());
  EXPECT_EQ(told.recipient(), told.actor());
  EXPECT_EQ(told.referral(), names.Of(sent.key.sender, sent.key.referral).bytes());

  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  const auto others = Find(Auditor("secretariat"), request);
  ASSERT_EQ(others.size(), 1u);
  EXPECT_NE(others[0].pseudonyms().sender(), told.sender());
  EXPECT_NE(others[0].pseudonyms().referral(), told.referral());
}

TEST_F(QueryEventsTest, AnAuditorFollowsAReferralAndAnAgencyByTheirPseudonyms) {
  const Sent first = Send(world_, 'a');
  OfferSeen(world_, first);
  Send(world_, 'b');
  const auto all = FindAsAuditor();
  std::set<std::string> referrals;
  std::string name;
  for (const auto& each : all) {
    if (!each.has_pseudonyms()) continue;
    referrals.insert(each.pseudonyms().referral());
    name = each.pseudonyms().referral();
  }
  EXPECT_EQ(referrals.size(), 2u);
  v1::QueryEventsRequest request;
  request.mutable_filter()->set_referral_pseudonym(name);
  const auto of_one = FindAsAuditor(request);
  EXPECT_FALSE(of_one.empty());
  const StatementKey key = *EventAt(of_one[0].index()).referral;
  for (const auto& each : of_one) EXPECT_EQ(*EventAt(each.index()).referral, key);

  request.Clear();
  request.mutable_filter()->set_agency_pseudonym(
      events::Pseudonyms(Secret(), *AgencyId::Create("oversight"))
          .Of(*AgencyId::Create("haven"))
          .bytes());
  for (const auto& each : FindAsAuditor(request)) {
    const events::Event event = EventAt(each.index());
    EXPECT_TRUE(event.actor_agency.value() == "haven" ||
                event.recipient->agency.value() == "haven");
  }
}

TEST_F(QueryEventsTest, AnAuditorsQuestionIsInTheLogBeforeItIsAnswered) {
  Send(world_);
  const uint64_t before = LogSize(world_);
  v1::QueryEventsRequest request;
  request.set_purpose(v1::AUDIT_PURPOSE_COURT_ORDER);
  request.mutable_filter()->set_sla_breach(true);
  const auto query = Begin(Auditor(), request);
  AMANA_ASSERT_OK(query.status());
  ASSERT_EQ(LogSize(world_), before + 1) << "nothing was looked at yet";
  const events::Event event = EventAt(before);
  EXPECT_EQ(event.kind, v1::EVENT_KIND_AUDIT_READ);
  EXPECT_EQ(event.actor_agency.value(), "oversight");
  v1::AuditQuestion question;
  ASSERT_TRUE(question.ParseFromString(event.detail));
  EXPECT_EQ(question.query().purpose(), v1::AUDIT_PURPOSE_COURT_ORDER);
  EXPECT_TRUE(question.query().filter().sla_breach());
  v1::ListEventsRequest other;
  ASSERT_TRUE(other.ParseFromString(event.detail));
  EXPECT_EQ(other.first_index() + other.limit() + other.referral_id().size(), 0u)
      << "what ListEvents keeps there reads as something else";
  // A party's is not.
  Find(World::CallerOf("police"), Asked());
  EXPECT_EQ(LogSize(world_), before + 1);
}

TEST_F(QueryEventsTest, APurposeIsTheAuditorsAndRequired) {
  EXPECT_EQ(Refused(Auditor(), Asked()), "FIELD_INVALID");
  EXPECT_EQ(Refused(Auditor(), Asked(static_cast<v1::AuditPurpose>(99))), "FIELD_INVALID");
  EXPECT_EQ(Refused(World::CallerOf("police"), Asked(v1::AUDIT_PURPOSE_PERIODIC)), "FIELD_INVALID");
  v1::QueryEventsRequest request;
  request.set_limit(1'001);
  EXPECT_EQ(Refused(World::CallerOf("police"), request), "FIELD_INVALID");
  request.set_limit(5);
  request.set_follow(true);
  EXPECT_EQ(Refused(World::CallerOf("police"), request), "FIELD_INVALID");
  request.Clear();
  request.set_first_index(LogSize(world_) + 1);
  EXPECT_EQ(Refused(World::CallerOf("police"), request), "FIELD_INVALID");
  const uint64_t before = LogSize(world_);
  world_.context().pseudonyms = [](const AgencyId&) { return PseudonymsUnavailable(); };
  EXPECT_EQ(Refused(Auditor(), Asked(v1::AUDIT_PURPOSE_BREACH)), "PSEUDONYMS_UNAVAILABLE");
  EXPECT_EQ(LogSize(world_), before) << "what was not answered was not read";
}

TEST_F(QueryEventsTest, PagesAreStableAndMissNothing) {
  for (int i = 0; i < 4; ++i) Send(world_, static_cast<char>('a' + i));
  std::vector<uint64_t> whole;
  for (const auto& each : Find(World::CallerOf("police"), Asked())) whole.push_back(each.index());
  ASSERT_GT(whole.size(), 10u);
  EXPECT_TRUE(last_.complete());
  std::vector<uint64_t> paged;
  v1::QueryEventsRequest request;
  request.set_limit(3);
  last_.Clear();
  for (int page = 0; !last_.complete(); ++page) {
    ASSERT_LT(page, 100);
    const auto found = Find(World::CallerOf("police"), request);
    EXPECT_LE(found.size(), 3u);
    for (const auto& each : found) paged.push_back(each.index());
    request.set_first_index(last_.next_index());
    if (page == 1) Send(world_, 'z');  // what comes meanwhile changes no page before it
  }
  ASSERT_GT(paged.size(), whole.size());
  EXPECT_EQ(std::vector<uint64_t>(paged.begin(), paged.begin() + whole.size()), whole);
}

TEST_F(QueryEventsTest, APartyFindsItsOwnByReferralAndNothingOfAnothers) {
  const Sent sent = Send(world_, 'a');
  v1::QueryEventsRequest request;
  request.mutable_filter()->set_referral_id(sent.key.referral.bytes());
  const auto police = Find(World::CallerOf("police"), request);
  EXPECT_FALSE(police.empty());
  EXPECT_TRUE(last_.complete());
  EXPECT_EQ(last_.next_index(), LogSize(world_));
  for (const auto& each : police) {
    EXPECT_TRUE(each.has_whole());
    EXPECT_FALSE(each.has_pseudonyms());
    EXPECT_EQ(*EventAt(each.index()).referral, sent.key);
  }
  EXPECT_TRUE(Find(World::CallerOf("consulate"), request).empty());
  EXPECT_TRUE(Find(World::CallerOf("haven"), request).empty()) << "nothing was disclosed yet";
  ReceiveOne(world_);
  const uint64_t lease = LogSize(world_) - 1;
  Send(world_, 'b');
  EXPECT_FALSE(Find(World::CallerOf("haven"), request).empty());
  // The rules that let it go are the sender's business.
  ASSERT_FALSE(EventAt(lease).consent_rules.empty());
  request.Clear();
  request.mutable_filter()->set_rule(EventAt(lease).consent_rules[0]);
  EXPECT_TRUE(Find(World::CallerOf("haven"), request).empty());
  EXPECT_FALSE(Find(World::CallerOf("police"), request).empty());
}

TEST_F(QueryEventsTest, WhatAnAuditorIsNotShownFindsNothing) {
  const Sent sent = Send(world_);
  OfferSeen(world_, sent);
  v1::QueryEventsRequest request;
  request.mutable_filter()->set_cert_id(PoliceSigner().certificate.id().bytes());
  EXPECT_TRUE(FindAsAuditor(request).empty());
  EXPECT_FALSE(Find(World::CallerOf("police"), request).empty());
  request.Clear();
  request.mutable_filter()->set_consent_id(sent.consent.consent_id());
  EXPECT_TRUE(FindAsAuditor(request).empty());
  Open(sent, "oversight");
  EXPECT_FALSE(FindAsAuditor(request).empty());
}

TEST_F(QueryEventsTest, AnOpenedCaseShowsItsPartiesToThatAuditorAlone) {
  const Sent opened = Send(world_, 'a');
  const Sent other = Send(world_, 'b');
  Open(opened, "oversight");
  v1::QueryEventsRequest request;
  request.mutable_filter()->add_kinds(v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  const auto found = FindAsAuditor(request);
  ASSERT_EQ(found.size(), 2u);
  const int few = static_cast<int>(events::AuditorFields().count());
  const int many = few + static_cast<int>(events::CaseFields().count());
  for (const auto& each : found) {
    const bool is_opened = *EventAt(each.index()).referral == opened.key;
    EXPECT_EQ(each.partial().opened_size(), is_opened ? many : few);
    EXPECT_FALSE(each.pseudonyms().referral().empty());
  }
  request.set_purpose(v1::AUDIT_PURPOSE_PERIODIC);
  for (const auto& each : Find(Auditor("secretariat"), request)) {
    EXPECT_EQ(each.partial().opened_size(), few);
  }
  // ListEvents shows the same.
  const auto listed = Await<std::vector<v1::ListEventsResponse>>(
      [&](auto reply) { ListEvents(world_.context(), Auditor(), {}, std::move(reply)); });
  AMANA_ASSERT_OK(listed.status());
  int whole = 0;
  for (const auto& each : *listed) whole += each.partial().opened_size() == many ? 1 : 0;
  EXPECT_GT(whole, 0);
}

// Whatever auditors ask and get, no byte of it names an agency or referral of a case that is closed
// to them; what the directory and their own reading say is about no case.
TEST_F(QueryEventsTest, NoByteNamesAPartyOfACaseThatIsNotOpen) {
  const Sent opened = Send(world_, 'a');
  ReceiveOne(world_);
  const Sent closed = Send(world_, 'b');
  const v1::Delivery offer = OfferSeen(world_, closed);
  for (const char subject : {'c', 'd'}) {
    const Sent another = Send(world_, subject);
    const v1::Delivery seen = OfferSeen(world_, another);
    AMANA_ASSERT_OK(world_.Decide(seen.delivery(), another.digest, true));
    ReceiveOne(world_);  // the second stage
  }
  AMANA_ASSERT_OK(world_.Decide(offer.delivery(), closed.digest, false));
  Open(opened, "oversight");
  int about_closed = 0;
  for (const char* agency : {"oversight", "secretariat"}) {
    auto request = Asked(v1::AUDIT_PURPOSE_COMPLAINT);
    for (const auto& each : Find(Auditor(agency), request)) {
      const events::Event event = EventAt(each.index());
      if (!event.referral.has_value()) continue;
      if (*event.referral == opened.key && agency == std::string_view("oversight")) continue;
      ++about_closed;
      const std::string bytes = each.SerializeAsString();
      for (const std::string_view name : {"police", "haven", "intake", "desk", "consulate"}) {
        EXPECT_EQ(bytes.find(name), std::string::npos) << name << " at " << each.index();
      }
      for (const std::string& id : {closed.key.referral.bytes(), opened.key.referral.bytes(),
                                    event.cert_id.bytes(), event.consent_id.bytes()}) {
        if (id == std::string(id.size(), '\0')) continue;
        EXPECT_EQ(bytes.find(id), std::string::npos) << "an id at " << each.index();
      }
    }
  }
  EXPECT_GT(about_closed, 40);
}

// The ids in the directory are public: they must not stand beside a pseudonym of theirs.
TEST_F(QueryEventsTest, WhatIsAboutNoReferralHasNoPseudonyms) {
  Send(world_);
  int about_none = 0;
  for (const auto& each : FindAsAuditor()) {
    const bool has = EventAt(each.index()).referral.has_value();
    EXPECT_EQ(each.has_pseudonyms(), has) << each.index();
    about_none += has ? 0 : 1;
  }
  EXPECT_GT(about_none, 1);
}

TEST_F(QueryEventsTest, AFollowerHearsOfWhatComesAndRestsMeanwhile) {
  Send(world_, 'a');
  v1::QueryEventsRequest request;
  request.set_follow(true);
  request.mutable_filter()->add_kinds(v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  const auto query = Begin(World::CallerOf("police"), request);
  AMANA_ASSERT_OK(query.status());
  const auto first = (*query)->Next();
  AMANA_ASSERT_OK(first.status());
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->events_size(), 1);
  EXPECT_FALSE((*first)->complete());
  EXPECT_FALSE((*query)->searching());
  EXPECT_FALSE((*query)->done());
  EXPECT_FALSE((*query)->Next().value().has_value());
  Send(world_, 'b');
  const auto second = (*query)->Next();
  AMANA_ASSERT_OK(second.status());
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((*second)->events_size(), 1);
  EXPECT_GT((*second)->events(0).index(), (*first)->events(0).index());
}

// More than one message and more than one slice.
TEST_F(QueryEventsTest, ALongSearchComesInSlices) {
  constexpr int kEvents = 2'500;
  AMANA_ASSERT_OK(world_.store()
                      .CommitAndWait([](store::Transaction& tx) {
                        for (int i = 0; i < kEvents; ++i) {
                          events::Event event;
                          event.kind = v1::EVENT_KIND_ROUTE_EXPLAINED;
                          event.actor_agency = *AgencyId::Create("police");
                          AMANA_RETURN_IF_ERROR(tx.log().Append(std::move(event)).status());
                        }
                        return absl::OkStatus();
                      })
                      .status());
  v1::QueryEventsRequest request;
  request.mutable_filter()->add_kinds(v1::EVENT_KIND_ROUTE_EXPLAINED);
  std::set<uint64_t> indexes;
  last_.Clear();
  for (int page = 0; !last_.complete(); ++page) {
    ASSERT_LT(page, 5);
    for (const auto& each : Find(World::CallerOf("police"), request)) indexes.insert(each.index());
    request.set_first_index(last_.next_index());
  }
  EXPECT_EQ(indexes.size(), static_cast<size_t>(kEvents));
  // Too late for the filter: the end is known at once.
  request.Clear();
  request.mutable_filter()->set_until_unix_ms(1);
  const auto query = Begin(World::CallerOf("police"), request);
  AMANA_ASSERT_OK(query.status());
  EXPECT_TRUE((*query)->Next().value()->complete());
}

}  // namespace
}  // namespace amana::operations
