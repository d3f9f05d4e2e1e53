// NEEDS_WRAP: from a rotated or revoked sealing key to the sender's further grant.
#include <gtest/gtest.h>

#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

// haven/intake has a further key, of `generation`, beside the one before it.
void Rotate(World& world, int generation) { SealIntakeTo(world, {generation - 1, generation}); }
void RevokeSealer(World& world, int generation) {
  world.registry_files().Revoke(HavenSealer(generation).certificate.id());
  world.ReloadRegistry();
}

struct Waiting {
  Waiting() {
    Rotate(world, 1);
    RevokeSealer(world, 0);
    sent = Send(world);
  }
  World world;
  Sent sent;
};

TEST(Wraps, WithoutAWrapForTheCurrentKeyTheTaskWaitsForOne) {
  Waiting t;
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_NEEDS_WRAP);
  EXPECT_TRUE(t.world.Receive().empty());
  const auto response = AddWrapsOf(t.world, {GrantFor(t.world, t.sent, 1)});
  AMANA_ASSERT_OK(response.status());
  EXPECT_EQ(response->tasks(0).state(), v1::TASK_STATE_ROUTED);
  const v1::Delivery offer = ReceiveOne(t.world);
  EXPECT_EQ(offer.sections_size(), 3);
  AMANA_EXPECT_OK(t.world.Acknowledge(offer));
}

TEST(Wraps, AGrantForAnotherKeyIsKeptAndTheTaskWaitsOn) {
  Waiting t;
  Rotate(t.world, 2);
  RevokeSealer(t.world, 2);
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {GrantFor(t.world, t.sent, 2)}).status());
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_NEEDS_WRAP);
}

TEST(Wraps, TheSameGrantAgainChangesNothingHoweverLate) {
  Waiting t;
  const v1::Grant grant = GrantFor(t.world, t.sent, 1);
  const auto first = AddWrapsOf(t.world, {grant});
  AMANA_ASSERT_OK(first.status());
  const uint64_t size = LogSize(t.world);
  t.world.clock().Advance(absl::Hours(20 * 24));
  const auto again = AddWrapsOf(t.world, {grant});
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(LogSize(t.world), size);
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
}

TEST(Wraps, AnOldGrantDoesNotReplaceANewerOne) {
  Waiting t;
  const v1::Grant old = GrantFor(t.world, t.sent, 1);
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {old}).status());
  t.world.clock().Advance(absl::Minutes(1));
  const v1::Grant newer = GrantFor(t.world, t.sent, 1);
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {newer}).status());
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {old}).status());
  const auto kept =
      (*t.world.store().Read())->referrals().FindGrant(t.sent.key, HavenSealer(1).certificate.id());
  AMANA_ASSERT_OK(kept.status());
  EXPECT_EQ((*kept)->grant, envelope::Serialize(newer));
}

TEST(Wraps, RefusesWhatIsNotTheSendersOrNotForThisReferral) {
  Waiting t;
  const Sent other = Send(t.world, 'o');
  const v1::Grant good = GrantFor(t.world, t.sent, 1);
  v1::Grant unsigned_grant = good;
  unsigned_grant.mutable_envelope()->clear_signature();
  v1::Grant forged = good;
  forged.mutable_envelope()->mutable_signature()->back() ^= 1;
  v1::Grant torn = good;
  torn.mutable_wraps(0)->mutable_sealed_key()->clear();
  const v1::Grant unknown = GrantFor(t.world, t.sent, 7);
  const std::vector<v1::Grant> many(9, good);
  const struct {
    std::string reason;
    std::vector<v1::Grant> grants;
    std::string caller = "police";
  } rows[] = {
      {"FIELD_INVALID", {}},
      {"FIELD_INVALID", many},
      {"FIELD_INVALID", {good, GrantFor(t.world, other, 1)}},
      {"FIELD_INVALID", {unsigned_grant}},
      {"SIGNATURE_INVALID", {forged}},
      {"WRAP_MISMATCH", {torn}},
      {"WRAP_RECIPIENT_MISMATCH", {unknown}},
      {"SENDER_NOT_CALLER", {good}, "haven"},
  };
  const uint64_t size = LogSize(t.world);
  for (const auto& row : rows) {
    const auto response = AddWrapsOf(t.world, row.grants, row.caller);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  EXPECT_EQ(LogSize(t.world), size);
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_NEEDS_WRAP);
}

TEST(Wraps, ARevokedKeyAfterALeaseRecallsAndStartsANewOffer) {
  World world;
  const Sent sent = Send(world);
  const v1::Delivery first = ReceiveOne(world);
  world.clock().Advance(absl::Minutes(2));
  world.RunTimers();  // the lease ends; it was disclosed
  Rotate(world, 1);
  RevokeSealer(world, 0);
  const std::vector<v1::ReceiveResponse> none = world.Receive();
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_NEEDS_WRAP);
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_RECALL_SENT);
  AMANA_ASSERT_OK(AddWrapsOf(world, {GrantFor(world, sent, 1)}).status());
  v1::Delivery second;
  int recalls = 0;
  for (const v1::ReceiveResponse& each : world.Receive()) {
    if (each.has_delivery()) second = each.delivery();
    recalls += each.has_recall();
  }
  EXPECT_EQ(recalls, 1);
  EXPECT_EQ(second.delivery().offer_epoch(), 2u);
  AMANA_EXPECT_OK(world.Acknowledge(second));
}

TEST(Wraps, WhereAGrantForTheNewKeyIsAtHandTheDeliveryGoesOnWithIt) {
  World world;
  const Sent sent = Send(world);
  Rotate(world, 1);
  AMANA_ASSERT_OK(AddWrapsOf(world, {GrantFor(world, sent, 1)}).status());
  RevokeSealer(world, 0);
  const v1::Delivery offer = ReceiveOne(world);
  EXPECT_EQ(offer.delivery().offer_epoch(), 1u);
  EXPECT_EQ(OfferOf(world, sent).recipient_cert, HavenSealer(1).certificate.id());
}

TEST(Wraps, ARevokedKeyAfterAcceptanceDoesNotRecallTheOffer) {
  World world;
  const Sent sent = Send(world);
  const v1::Delivery offer = OfferSeen(world, sent);
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), sent.digest, true));
  RevokeSealer(world, 0);
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(DeliveriesOf(world, sent)[0].state, v1::DELIVERY_STATE_READ);
  EXPECT_EQ(DeliveriesOf(world, sent)[1].state, v1::DELIVERY_STATE_RECALLED);
  EXPECT_EQ(DeliveriesOf(world, sent)[1].reason, v1::REASON_KEY_REVOKED);
}

TEST(Wraps, ARevokedIssuerCountsAsTheKey) {
  World world;
  const Sent sent = Send(world);
  world.registry_files().Revoke(tests::TestAgencyCa("haven").certificate.id());
  world.ReloadRegistry();
  EXPECT_TRUE(world.Receive().empty());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_NEEDS_WRAP);
}

TEST(Wraps, ConsentIsDecidedAgainWhenTheWrapComes) {
  Waiting t;
  AMANA_ASSERT_OK(Exclude(t.world, 's').status());
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {GrantFor(t.world, t.sent, 1)}).status());
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_TRUE(t.world.Receive().empty());
}

}  // namespace
}  // namespace amana::operations
