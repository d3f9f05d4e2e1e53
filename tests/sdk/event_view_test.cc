// The client library reads events by field numbers of its own writing; here they meet the broker's.
#include "agency-adapters/sdk/event_view.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "broker/events/commit.h"
#include "broker/events/event.h"
#include "broker/events/fields.h"

namespace amana {
namespace {

using events::Event;

events::EventSeed Seed() { return events::EventSeed::FromBytes(std::string(32, 's')).value(); }

// Every member set, with values that no other member has.
Event Whole() {
  Event event;
  event.kind = v1::EVENT_KIND_DELIVERY_NATIVE_ACKED;
  event.time = absl::FromUnixMillis(1'930'000'000'123);
  event.referral = StatementKey{AgencyId::Create("police-a").value(),
                                ReferralId::FromBytes(std::string(16, 'r')).value(), 0x01020304};
  event.statement_digest = Digest::FromBytes(std::string(32, 'd')).value();
  event.actor_agency = AgencyId::Create("shelter-a").value();
  event.actor_unit = UnitId::Create("intake").value();
  event.actor_person = PersonId::Create("p7").value();
  event.cert_id = CertId::FromBytes(std::string(32, 'c')).value();
  event.recipient = ParseAddress("shelter-a/night", "recipient").value();
  event.task = 11;
  event.stage = v1::DISCLOSURE_STAGE_AT_ACCEPT;
  event.offer_epoch = 70'000;
  event.lease_epoch = uint64_t{1} << 40;
  event.urgency = v1::URGENCY_EMERGENCY;
  event.reason = v1::REASON_OVERRIDE_LEGAL;
  event.consent_id = ConsentId::FromBytes(std::string(16, 'k')).value();
  event.consent_version = 3;
  event.consent_rules = {1, 7, 29};
  event.sender_counter = 300;
  event.recipient_counter = 301;
  event.delivered = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK};
  event.withheld = {v1::CATEGORY_MEDICAL};
  event.attempt = 5;
  event.detail = "detail";
  return event;
}

void ExpectSame(const sdk::EventView& view, const Event& event) {
  EXPECT_EQ(view.kind, event.kind);
  EXPECT_EQ(view.time, event.time);
  EXPECT_EQ(view.referral, event.referral);
  EXPECT_EQ(view.statement_digest, event.statement_digest);
  EXPECT_EQ(view.actor_agency, event.actor_agency);
  EXPECT_EQ(view.actor_unit, event.actor_unit);
  EXPECT_EQ(view.actor_person, event.actor_person);
  EXPECT_EQ(view.cert_id, event.cert_id);
  EXPECT_EQ(view.recipient, event.recipient);
  EXPECT_EQ(view.task, event.task);
  EXPECT_EQ(view.stage, event.stage);
  EXPECT_EQ(view.offer_epoch, event.offer_epoch);
  EXPECT_EQ(view.lease_epoch, event.lease_epoch);
  EXPECT_EQ(view.urgency, event.urgency);
  EXPECT_EQ(view.reason, event.reason);
  EXPECT_EQ(view.consent_id, event.consent_id);
  EXPECT_EQ(view.consent_version, event.consent_version);
  EXPECT_EQ(view.consent_rules, event.consent_rules);
  EXPECT_EQ(view.sender_counter, event.sender_counter);
  EXPECT_EQ(view.recipient_counter, event.recipient_counter);
  EXPECT_EQ(view.delivered, event.delivered);
  EXPECT_EQ(view.withheld, event.withheld);
  EXPECT_EQ(view.attempt, event.attempt);
  EXPECT_EQ(view.detail, event.detail);
}

TEST(SdkEventViewTest, FieldsHaveTheBrokersNumbersAndNames) {
  static_assert(events::kFieldCount == transparency::kEventFields);
  for (size_t i = 0; i < events::kFieldCount; ++i) {
    EXPECT_EQ(sdk::FieldName(static_cast<sdk::EventField>(i)),
              events::FieldName(static_cast<events::Field>(i)));
  }
}

TEST(SdkEventViewTest, ReadsWhatTheBrokerWrites) {
  Event bare;
  bare.kind = v1::EVENT_KIND_LOG_OPENED;
  Event first_task = bare;
  first_task.task = 0;
  for (const Event& event : {Whole(), bare, first_task}) {
    const auto view = sdk::ViewOf(events::ToOpening(event, Seed()));
    ASSERT_TRUE(view.ok()) << view.status();
    EXPECT_TRUE(view->opened.all());
    ExpectSame(*view, event);
    const events::CommittedEvent committed = events::Commit(event, Seed());
    EXPECT_EQ(view->leaf_hash, committed.leaf_hash);
    EXPECT_EQ(view->leaf_data, committed.leaf_data);
  }
}

TEST(SdkEventViewTest, ReadsAnyPartThatTheBrokerOpens) {
  const Event event = Whole();
  const Digest leaf = events::Commit(event, Seed()).leaf_hash;
  std::minstd_rand random(1);
  for (int round = 0; round < 200; ++round) {
    const events::FieldSet which(random());
    const auto view = sdk::ViewOf(events::ToPartialOpening(event, Seed(), which));
    ASSERT_TRUE(view.ok()) << view.status();
    EXPECT_EQ(view->opened, which);
    EXPECT_EQ(view->leaf_hash, leaf);
    EXPECT_EQ(view->reason, which[events::kReason] ? event.reason : v1::REASON_UNSPECIFIED);
    EXPECT_EQ(view->referral, which[events::kReferral] ? event.referral : std::nullopt);
  }
}

}  // namespace
}  // namespace amana
