// Exclusions: what they do to what is on its way, and that nobody can tell them from a consent that
// never covered what they take out.
#include <gtest/gtest.h>

#include "broker/events/fields.h"
#include "broker/events/visibility.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

TEST(Exclusions, AnExclusionBeforeDeliveryWithholdsAndReadsAsNotCovered) {
  World world;
  const Sent sent = Send(world);
  AMANA_ASSERT_OK(Exclude(world, 's').status());
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_EQ(OfferOf(world, sent).reason, v1::REASON_RECIPIENT_NOT_COVERED);
  const store::TaskRecord task = TaskOf(world, sent);
  EXPECT_EQ(task.state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(task.consent_rules, std::vector<uint8_t>({12}));
}

TEST(Exclusions, AnExclusionAfterDeliveryRecallsAndDoesNotSayWhy) {
  World world;
  const Sent sent = Send(world);
  ReceiveOne(world);
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(Exclude(world, 's', "haven", [](v1::Exclusion& m) {
                    m.mutable_excluded()->set_unit("intake");
                  }).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_REVOKED);
  const std::vector<v1::ReceiveResponse> out = world.Receive();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].recall().reason(), v1::REASON_RECIPIENT_NOT_COVERED);
  EXPECT_FALSE(out[0].recall().has_cause());
  for (const store::StoredEvent& stored : EventsFrom(world, before)) {
    if (stored.event.kind == v1::EVENT_KIND_EXCLUSION_REGISTERED) {
      EXPECT_FALSE(stored.event.recipient.has_value());
      EXPECT_FALSE(stored.event.referral.has_value());
      continue;
    }
    EXPECT_NE(stored.event.reason, v1::REASON_RECIPIENT_EXCLUDED);
    EXPECT_TRUE(stored.event.statement_digest.is_zero());
    for (const uint8_t rule : stored.event.consent_rules) EXPECT_NE(rule, 13);
  }
}

// What haven is shown of its recall: of every event it is a party to, all but what tells one
// referral from another.
std::vector<std::string> ShownToHaven(World& world, uint64_t first) {
  std::vector<std::string> shown;
  for (const store::StoredEvent& stored : EventsFrom(world, first)) {
    const events::FieldSet visible =
        events::VisibleFields(stored.event, *AgencyId::Create("haven"));
    if (visible.none()) continue;
    events::Event event = stored.event;
    event.referral.reset();
    event.consent_id = ConsentId();
    events::FieldValues fields;
    events::EncodeFields(event, fields);
    std::string text;
    for (size_t field = 0; field < events::kFieldCount; ++field) {
      text += visible[field] ? fields[field] : "?";
      text += '|';
    }
    shown.push_back(text);
  }
  for (const v1::ReceiveResponse& each : world.Receive()) {
    v1::Recall recall = each.recall();
    recall.mutable_delivery()->mutable_referral()->clear_referral_id();
    recall.clear_header_digest();
    shown.push_back(recall.ShortDebugString());
  }
  return shown;
}

TEST(Exclusions, ARecallDoesNotTellAnExclusionFromANarrowerConsent) {
  const auto recalled = [](const std::function<void(World&, const Sent&)>& word) {
    World world;
    const Sent sent = Send(world);
    ReceiveOne(world);
    const uint64_t before = LogSize(world);
    word(world, sent);
    EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
    return ShownToHaven(world, before);
  };
  const auto excluded =
      recalled([](World& world, const Sent&) { AMANA_ASSERT_OK(Exclude(world, 's').status()); });
  const auto narrowed = recalled([](World& world, const Sent& sent) {
    v1::ConsentRecord narrower = sent.consent;
    narrower.set_version(2);
    narrower.mutable_recipients(0)->set_unit("coast");
    AMANA_ASSERT_OK(RegisterAs(world, narrower).status());
  });
  ASSERT_EQ(excluded.size(), 2u);
  EXPECT_EQ(excluded, narrowed);
}

TEST(Exclusions, AnExclusionIsRegisteredOnce) {
  World world;
  std::string id;
  const auto keep = [&](v1::Exclusion& m) {
    if (id.empty()) id = m.exclusion_id();
    m.set_exclusion_id(id);
  };
  AMANA_ASSERT_OK(Exclude(world, 's', "haven", keep).status());
  const uint64_t size = LogSize(world);
  AMANA_EXPECT_OK(Exclude(world, 's', "haven", keep).status());
  EXPECT_EQ(LogSize(world), size);
  EXPECT_EQ(ErrorReason(Exclude(world, 's', "police", keep).status()), "EQUIVOCATION");
}

}  // namespace
}  // namespace amana::operations
