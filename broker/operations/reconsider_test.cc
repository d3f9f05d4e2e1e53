// What a person's word, time and the registry do to many open tasks: in slices, in spite of
// restarts, with the right evidence, and with nothing leased against it in between.
#include "broker/operations/reconsider.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

std::vector<Sent> SendMany(World& world, const v1::ConsentRecord& consent, size_t count,
                           const Edit<envelope::SubmissionDraft>& edit = {}) {
  std::vector<Sent> all;
  all.reserve(count);
  for (size_t i = 0; i < count; ++i) all.push_back(SendUnder(world, consent, edit));
  return all;
}

size_t CountOffers(World& world, const std::vector<Sent>& all, v1::DeliveryState state) {
  return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Sent& sent) {
    return OfferOf(world, sent).state == state;
  }));
}

std::vector<events::Event> EventsOfKind(World& world, v1::EventKind kind, uint64_t first = 0) {
  std::vector<events::Event> found;
  for (uint64_t next = first;;) {
    const std::vector<store::StoredEvent> some = EventsFrom(world, next);
    for (const store::StoredEvent& stored : some) {
      if (stored.event.kind == kind) found.push_back(stored.event);
    }
    if (some.empty()) return found;
    next = some.back().index + 1;
  }
}

v1::ConsentRecord Registered(World& world, const Edit<v1::ConsentRecord>& edit = {}) {
  v1::ConsentRecord consent = world.Consent();
  if (edit) edit(consent);
  AMANA_EXPECT_OK(world.Register(consent));
  return consent;
}

void Urgently(envelope::SubmissionDraft& draft) { draft.header.set_urgency(v1::URGENCY_IMMEDIATE); }

TEST(Reconsider, AWithdrawalIsObeyedInSlicesThroughARestart) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  const std::vector<Sent> all = SendMany(world, consent, 300);
  const uint64_t before = LogSize(world);
  const auto response = Withdraw(world, consent);
  AMANA_ASSERT_OK(response.status());
  EXPECT_EQ(response->withheld(), kSlice);
  EXPECT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), kSlice);

  ASSERT_TRUE(world.ReconsiderOnce());
  EXPECT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), 2 * kSlice);
  EXPECT_TRUE(world.Receive(10).empty());  // what it looked at is withheld already
  world.Restart();
  EXPECT_TRUE(world.Receive(1).empty());
  const size_t looked_at = CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_LT(looked_at, all.size());
  ASSERT_TRUE(world.ReconsiderOnce());
  EXPECT_LE(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), looked_at + kSlice);
  world.Reconsider();

  EXPECT_FALSE(world.ReconsiderOnce());
  EXPECT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), all.size());
  for (const Sent& sent : all) {
    EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
    EXPECT_EQ(TaskOf(world, sent).decide_at, absl::InfiniteFuture());
  }
  // Each once, whoever came to it first, and by that word.
  const Digest word =
      EventsOfKind(world, v1::EVENT_KIND_CONSENT_WITHDRAWN, before).at(0).statement_digest;
  const auto withheld = EventsOfKind(world, v1::EVENT_KIND_DELIVERY_WITHHELD, before);
  EXPECT_EQ(withheld.size(), all.size());
  for (const events::Event& event : withheld) EXPECT_EQ(event.statement_digest, word);
  EXPECT_EQ(EventsOfKind(world, v1::EVENT_KIND_DELIVERY_LEASED, before).size(), 0u);
}

TEST(Reconsider, WhatWasDisclosedComesFirst) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  SendMany(world, consent, 100);
  const std::vector<Sent> given = SendMany(world, consent, 5, Urgently);
  ASSERT_EQ(world.Receive(5).size(), 5u);
  const auto response = Withdraw(world, consent);
  AMANA_ASSERT_OK(response.status());
  EXPECT_EQ(response->recalled(), 5u);
  EXPECT_EQ(response->withheld(), kSlice - 5);
  EXPECT_EQ(CountOffers(world, given, v1::DELIVERY_STATE_RECALL_SENT), 5u);
}

TEST(Reconsider, WhatIsLeftIsToldAndASmallWordLeavesNothing) {
  World world;
  int told = 0;
  world.context().reconsider = [&told] { ++told; };
  const v1::ConsentRecord consent = Registered(world);
  SendMany(world, consent, kSlice - 1);
  AMANA_ASSERT_OK(Exclude(world, 's', "consulate").status());
  EXPECT_EQ(told, 0);
  EXPECT_FALSE(world.ReconsiderOnce());
  SendMany(world, consent, 1);
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(world.ReconsiderOnce());
}

// Accepted while the person's word is on its way to it.
TEST(Reconsider, AnAcceptanceBetweenSlicesReleasesNothing) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  // Disclosed before it, so that it is the last of a pass that is longer than a slice.
  const std::vector<Sent> before = SendMany(world, consent, kSlice);
  ASSERT_EQ(world.Receive(kSlice).size(), kSlice);
  const Sent sent = SendUnder(world, consent);
  const v1::Delivery offer = OfferSeen(world, sent);
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_SEEN);
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), sent.digest, true));
  ASSERT_EQ(DeliveriesOf(world, sent).size(), 2u);
  for (const v1::ReceiveResponse& each : world.Receive()) EXPECT_TRUE(each.has_recall());
  world.Reconsider();
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_REVOKED);
  const std::vector<store::DeliveryRecord> both = DeliveriesOf(world, sent);
  EXPECT_EQ(both[0].state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(both[1].state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_FALSE(both[1].disclosed);
}

TEST(Reconsider, ASecondWordHasItsOwnEvidenceAndTheFirstKeepsIts) {
  World world;
  const v1::ConsentRecord first = Registered(world);
  const std::vector<Sent> all = SendMany(world, first, 200);
  world.clock().Advance(absl::Seconds(1));
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(Withdraw(world, first).status());
  world.clock().Advance(absl::Seconds(1));
  const v1::ConsentRecord second = Registered(world);  // after the withdrawal, which spares it
  const Sent under_second = SendUnder(world, second, Urgently);
  ASSERT_EQ(TaskOf(world, under_second).state, v1::TASK_STATE_ROUTED);
  bool leased = false;
  for (const v1::ReceiveResponse& each : world.Receive(1)) leased |= each.has_delivery();
  ASSERT_TRUE(leased);
  AMANA_ASSERT_OK(Exclude(world, 's').status());
  EXPECT_EQ((*world.store().Read())->reconsiderations().Pending(9)->size(), 3u);
  world.Reconsider();
  const Digest word =
      EventsOfKind(world, v1::EVENT_KIND_CONSENT_WITHDRAWN, before).at(0).statement_digest;
  const auto withheld = EventsOfKind(world, v1::EVENT_KIND_DELIVERY_WITHHELD, before);
  EXPECT_EQ(withheld.size(), all.size());
  for (const events::Event& event : withheld) EXPECT_EQ(event.statement_digest, word);
  const auto recalled = EventsOfKind(world, v1::EVENT_KIND_DELIVERY_RECALL_SENT, before);
  ASSERT_EQ(recalled.size(), 1u);
  EXPECT_TRUE(recalled[0].statement_digest.is_zero());
  std::vector<v1::ReceiveResponse> out = world.Receive(1);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_FALSE(out[0].recall().has_cause());  // neither the exclusion nor the other withdrawal
}

TEST(Reconsider, ALeaseThatComesFirstRecallsWithTheWithdrawal) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  // Disclosed all: the first pass is longer than a slice; their leases run out.
  const std::vector<Sent> all = SendMany(world, consent, 2 * kSlice);
  ASSERT_EQ(world.Receive(2 * kSlice).size(), all.size());
  world.clock().Advance(absl::Minutes(2));
  world.RunTimers();
  ASSERT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_QUEUED), all.size());
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  ASSERT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_QUEUED), kSlice);
  for (const v1::ReceiveResponse& each : world.Receive(2 * kSlice)) EXPECT_TRUE(each.has_recall());
  ASSERT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_QUEUED), 0u);
  const std::vector<v1::ReceiveResponse> recalls = world.Receive(1);
  ASSERT_EQ(recalls.size(), all.size());
  for (const v1::ReceiveResponse& each : recalls) EXPECT_TRUE(each.recall().has_cause());
}

TEST(Reconsider, WhileTheClockIsInDoubtWithdrawalsGoOnAndOtherWordsWait) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  const std::vector<Sent> all = SendMany(world, consent, 2 * kSlice);
  AMANA_ASSERT_OK(Exclude(world, 's', "consulate").status());
  world.clock().SetSynchronised(false);
  EXPECT_FALSE(world.ReconsiderOnce());
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  world.Reconsider();
  EXPECT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), all.size());
  EXPECT_EQ((*world.store().Read())->reconsiderations().Pending(9)->size(), 1u);
  world.clock().SetSynchronised(true);
  world.Reconsider();
  EXPECT_TRUE((*world.store().Read())->reconsiderations().Pending(9)->empty());
}

TEST(Reconsider, AHoldEndsWhenItsTimeComes) {
  World world;
  const v1::ConsentRecord consent = Registered(world, [&](v1::ConsentRecord& record) {
    record.set_valid_from_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(1)));
  });
  const Sent wrapped = SendUnder(world, consent);
  const Sent bare =
      SendUnder(world, consent, [](envelope::SubmissionDraft& draft) { draft.recipients.clear(); });
  ASSERT_EQ(TaskOf(world, wrapped).reason, v1::REASON_CONSENT_NOT_YET_VALID);
  world.clock().Advance(absl::Hours(1) - absl::Milliseconds(1));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, wrapped).state, v1::TASK_STATE_BLOCKED_CONSENT);
  const uint64_t before = LogSize(world);
  world.clock().Advance(absl::Milliseconds(1));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, wrapped).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(TaskOf(world, bare).state, v1::TASK_STATE_NEEDS_WRAP);
  for (const store::StoredEvent& stored : EventsFrom(world, before)) {
    EXPECT_TRUE(stored.event.actor_agency.empty());
  }
  ReceiveOne(world);
}

TEST(Reconsider, QueuedCopiesAreWithheldWhenTheirConsentExpires) {
  World world;
  const absl::Time end = world.clock().Now() + absl::Hours(1);
  const v1::ConsentRecord consent = Registered(
      world, [&](v1::ConsentRecord& record) { record.set_valid_until_unix_ms(ToUnixMillis(end)); });
  const Sent accepted = SendUnder(world, consent);
  const v1::Delivery offer = OfferSeen(world, accepted);
  AMANA_ASSERT_OK(world.Decide(offer.delivery(), accepted.digest, true));
  const std::vector<Sent> all = SendMany(world, consent, kSlice + 6);
  EXPECT_EQ(*(*world.store().Read())->deliveries().NextDue(), end);
  world.clock().Advance(absl::Hours(1));
  world.RunTimers();
  EXPECT_EQ(CountOffers(world, all, v1::DELIVERY_STATE_WITHHELD), all.size());
  for (const Sent& sent : all) {
    EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
    EXPECT_EQ(TaskOf(world, sent).reason, v1::REASON_CONSENT_EXPIRED);
  }
  // What was disclosed stays, and the second stage of it does not go.
  EXPECT_EQ(TaskOf(world, accepted).state, v1::TASK_STATE_ACCEPTED);
  const std::vector<store::DeliveryRecord> both = DeliveriesOf(world, accepted);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].state, v1::DELIVERY_STATE_READ);
  EXPECT_EQ(both[1].state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_GT(*(*world.store().Read())->deliveries().NextDue(), world.clock().Now());
}

TEST(Reconsider, TimeEndsNoDenial) {
  World world;
  const v1::ConsentRecord wide = Registered(world);
  const Sent sent = SendUnder(world, wide);
  world.clock().Advance(absl::Seconds(1));
  Registered(world, [&](v1::ConsentRecord& narrow) {
    narrow.mutable_recipients(0)->set_unit("coast");
    narrow.set_valid_until_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(1)));
  });
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  ASSERT_NE(TaskOf(world, sent).decide_at, absl::InfiniteFuture());
  world.clock().Advance(absl::Hours(2));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(OfferOf(world, sent).state, v1::DELIVERY_STATE_WITHHELD);
}

TEST(Reconsider, AChangeOfTheRegistryWithholdsRecallsNothingAndEnds) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  const Sent given = SendUnder(world, consent, Urgently);
  AMANA_ASSERT_OK(world.Acknowledge(ReceiveOne(world)));
  const std::vector<Sent> queued = SendMany(world, consent, kSlice + 6);
  const std::string shelter = "SYNTHETIC shelter\"\nkind = \"SHELTER\"";
  const std::string embassy = "SYNTHETIC shelter\"\nkind = \"EMBASSY\"";
  world.registry_files().Edit(shelter, embassy);
  world.ReloadAndRecordRegistry();
  ASSERT_TRUE(world.ReconsiderOnce());
  EXPECT_LE(CountOffers(world, queued, v1::DELIVERY_STATE_WITHHELD), kSlice);
  world.Restart();
  world.Reconsider();
  EXPECT_EQ(CountOffers(world, queued, v1::DELIVERY_STATE_WITHHELD), queued.size());
  EXPECT_EQ(OfferOf(world, given).state, v1::DELIVERY_STATE_NATIVE_ACKED);
  // An error in the registry takes nothing away for good.
  world.registry_files().Edit(embassy, shelter);
  world.ReloadAndRecordRegistry();
  world.Reconsider();
  EXPECT_EQ(CountOffers(world, queued, v1::DELIVERY_STATE_QUEUED), queued.size());
}

TEST(Reconsider, AChangedEntryHasWhatIsOpenToItDecidedAgain) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  const Sent given = SendUnder(world, consent, Urgently);
  AMANA_ASSERT_OK(world.Acknowledge(ReceiveOne(world)));
  const std::vector<Sent> queued = SendMany(world, consent, kSlice + 6);
  const auto pending = [&] {
    return (*world.store().Read())->reconsiderations().Pending(9)->size();
  };
  ChangeEntry(world, "police", [](auto& entry) { entry.mutable_units(0)->clear_services(); });
  EXPECT_EQ(pending(), 0u);  // nothing is open to it
  v1::DirectoryUnit intake;
  ChangeEntry(world, "haven", [&](v1::DirectoryEntry& entry) {
    intake = *entry.mutable_units()->rbegin();
    entry.mutable_units()->RemoveLast();
  });
  EXPECT_EQ(pending(), 1u);
  world.Restart();
  world.Reconsider();
  EXPECT_EQ(CountOffers(world, queued, v1::DELIVERY_STATE_WITHHELD), queued.size());
  EXPECT_EQ(OfferOf(world, given).state, v1::DELIVERY_STATE_NATIVE_ACKED);
  ChangeEntry(world, "haven", [&](v1::DirectoryEntry& entry) { *entry.add_units() = intake; });
  world.Reconsider();
  EXPECT_EQ(CountOffers(world, queued, v1::DELIVERY_STATE_QUEUED), queued.size());
}

TEST(Reconsider, OnlyAgenciesThatHaveChangedAreReconsidered) {
  World world;
  const v1::ConsentRecord consent = Registered(world);
  SendUnder(world, consent);
  const auto pending = [&] {
    return (*world.store().Read())->reconsiderations().Pending(9)->size();
  };
  const auto record = [&](const identity::Registry* before) {
    AMANA_EXPECT_OK(world.store().CommitAndWait([&](store::Transaction& tx) {
      return RecordRegistry(tx, before, *world.context().trust()->registry);
    }));
  };
  record(nullptr);  // as a broker that starts: nobody knows what the last one said
  EXPECT_EQ(pending(), 1u);
  world.Reconsider();
  record(nullptr);  // the same again
  EXPECT_EQ(pending(), 0u);
  world.registry_files().Edit("kind = \"POLICE\"", "kind = \"IMMIGRATION\"");
  world.ReloadAndRecordRegistry();
  EXPECT_EQ(pending(), 0u);
  world.registry_files().Edit("kind = \"SHELTER\"", "kind = \"LEGAL_AID\"");
  world.ReloadAndRecordRegistry();
  EXPECT_EQ(pending(), 1u);
  world.registry_files().Edit("kind = \"LEGAL_AID\"", "kind = \"SHELTER\"");
  world.ReloadAndRecordRegistry();
  EXPECT_EQ(pending(), 1u);  // starts over
  world.Reconsider();
  world.registry_files().Edit("revocations =",
                              "guardian_flags = [\"" + std::string(32, 'a') + "\"]\nrevocations =");
  world.ReloadAndRecordRegistry();
  EXPECT_EQ(pending(), 1u);
}

}  // namespace
}  // namespace amana::operations
