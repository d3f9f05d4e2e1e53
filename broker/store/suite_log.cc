#include "broker/store/suite.h"
#include "gmock/gmock.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/tile.h"

namespace amana::store {
namespace {

TEST_P(StoreSuite, ANewLogBeginsWithItsOpening) {
  EXPECT_EQ(Look()->log().Head()->size, 1u);
  const auto events = Look()->log().ReadEvents(0, 10).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.kind, v1::EVENT_KIND_LOG_OPENED);
  EXPECT_EQ(events[0].event.time, SampleTime());
  Reopen();
  EXPECT_EQ(Look()->log().Head()->size, 1u);
}

TEST_P(StoreSuite, EventsHaveConsecutiveIndicesAndOneFormOnly) {
  std::vector<events::Event> sent = {SampleEvent(1), SampleEvent(2), SampleEvent(1)};
  sent[2].kind = v1::EVENT_KIND_TASK_SEEN;
  sent[2].task = 0;
  sent[2].recipient = SampleAddress("shelter", "intake");
  sent[2].detail = std::string(300, 'd');
  const auto batch = AppendEvents(sent);
  AMANA_ASSERT_OK(batch);
  Reopen();
  const auto look = Look();
  const auto stored = look->log().ReadEvents(1, 10).value();
  ASSERT_EQ(stored.size(), 3u);
  const auto hashes = look->log().LeafHashes(1, 10).value();
  const auto leaves = look->log().LeafData(1, 10).value();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(stored[i].index, i + 1);
    const StoredEvent kept = (*batch)->Event(i + 1).value();
    EXPECT_EQ(stored[i].event, kept.event);
    EXPECT_EQ(stored[i].seed, kept.seed);
    EXPECT_EQ(stored[i].leaf_hash, kept.leaf_hash);
    EXPECT_EQ(hashes[i], kept.leaf_hash);
    EXPECT_EQ(transparency::HashLeaf(leaves[i]), kept.leaf_hash);
    sent[i].time = kept.event.time;
    sent[i].sender_counter = kept.event.sender_counter;
    sent[i].recipient_counter = kept.event.recipient_counter;
    EXPECT_EQ(kept.event, sent[i]);
  }
  EXPECT_TRUE(look->log().ReadEvents(4, 10)->empty());
  EXPECT_EQ(look->log().ReadEvents(1, 2)->size(), 2u);
  EXPECT_EQ(ErrorReason((*batch)->Event(4).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason((*batch)->Event(0).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason((*batch)->TlogProof(4).status()), "OUT_OF_RANGE");
}

// Of each full block it is known where what is; whoever appended it, in however many batches, and
// across a start and a work that was undone.
TEST_P(StoreSuite, EventsAreFoundByTheirTermsInFullBlocks) {
  const auto kind_of = [](uint64_t index) {
    return index % 100 == 8 ? v1::EVENT_KIND_TASK_REJECTED : v1::EVENT_KIND_TASK_SEEN;
  };
  uint64_t size = 1;  // LOG_OPENED
  const auto append = [&](int count) {
    std::vector<events::Event> events;
    for (int i = 0; i < count; ++i, ++size) {
      events.push_back(SampleEvent(1));
      events.back().kind = kind_of(size);
      events.back().reason = size % 2 == 0 ? v1::REASON_NO_CAPACITY : v1::REASON_UNSPECIFIED;
      events.back().consent_rules = {static_cast<uint8_t>(1 + size % 3)};
    }
    AMANA_ASSERT_OK(AppendEvents(events));
  };
  append(700);
  Reopen();
  EXPECT_FALSE(Do([](Transaction& tx) -> absl::Status {
                 for (int i = 0; i < 400; ++i) {
                   AMANA_RETURN_IF_ERROR(tx.log().Append(SampleEvent(1)).status());
                 }
                 return absl::AbortedError("undone");
               }).ok());
  append(300);
  append(1'500);
  const auto look = Look();
  const Log& log = look->log();
  const TermGroups rejected = {{events::TermOf(v1::EVENT_KIND_TASK_REJECTED)}};
  for (const uint64_t block : {0, 1}) {
    const auto found = log.FindInBlock(block, rejected).value();
    ASSERT_TRUE(found.has_value()) << block;
    std::vector<uint16_t> expected;
    for (uint64_t place = 0; place < kEventBlock; ++place) {
      const uint64_t index = block * kEventBlock + place;
      if (index > 0 && kind_of(index) == v1::EVENT_KIND_TASK_REJECTED) {
        expected.push_back(static_cast<uint16_t>(place));
      }
    }
    EXPECT_EQ(*found, expected) << block;
  }
  // Of each group one.
  const auto found = log.FindInBlock(1, {{events::TermOf(v1::EVENT_KIND_TASK_REJECTED)},
                                         {events::TermOf(v1::REASON_NO_CAPACITY)},
                                         {events::TermOfRule(1), events::TermOfRule(2)}})
                         .value()
                         .value();
  EXPECT_GT(found.size(), 3u);
  for (const uint16_t place : found) {
    const uint64_t index = kEventBlock + place;
    EXPECT_TRUE(index % 100 == 8 && index % 2 == 0 && index % 3 != 2) << index;
  }
  EXPECT_TRUE(log.FindInBlock(1, {{events::TermOfRule(9)}}).value()->empty());
  EXPECT_EQ(log.FindInBlock(1, {{events::TermOf(v1::EVENT_KIND_TASK_SEEN)}, {}}).value()->size(),
            0u);
  EXPECT_FALSE(log.FindInBlock(2, rejected).value().has_value()) << "it is not full";
  EXPECT_FALSE(log.FindInBlock(99, rejected).value().has_value());
}

// What came with each statement, and what came later, of whichever statement.
TEST_P(StoreSuite, EventsOfAReferral) {
  const ReferralId id = SampleKey(1).referral;
  const auto accept = [](const StatementKey& key, int events) {
    return [key, events](Transaction& tx) -> absl::Status {
      ReferralRecord record = SampleReferral(1);
      record.key = key;
      for (int i = 0; i < events; ++i) {
        events::Event event = SampleEvent(1);
        event.referral = key;
        AMANA_ASSIGN_OR_RETURN(const uint64_t index, tx.log().Append(event));
        if (i == 0) record.log_index = index;
      }
      return tx.referrals().Accept(record, SampleBody(1), {});
    };
  };
  EXPECT_TRUE(Look()->log().EventsOf(id, 0, 10)->empty());
  AMANA_ASSERT_OK(Do(accept(SampleKey(1), 3)));     // 1, 2, 3
  AMANA_ASSERT_OK(Do(AcceptSample(2)));             // 4
  AMANA_ASSERT_OK(AppendEvents({SampleEvent(1)}));  // 5
  StatementKey second = SampleKey(1);
  second.version = 2;
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {  // 6, and 7, 8
    AMANA_RETURN_IF_ERROR(tx.log().Append(SampleEvent(1)).status());
    return accept(second, 2)(tx);
  }));
  StatementKey stranger = SampleKey(1);
  stranger.sender = SampleAgency("iom");
  AMANA_ASSERT_OK(Do(accept(stranger, 1)));                         // 9
  AMANA_ASSERT_OK(AppendEvents({SampleEvent(2), SampleEvent(1)}));  // 11
  for (int round = 0; round < 2; ++round) {
    const auto indices = [&](uint64_t first, size_t limit) {
      std::vector<uint64_t> found;
      const auto events = Look()->log().EventsOf(id, first, limit).value();
      for (const StoredEvent& stored : events) {
        EXPECT_EQ(stored.event.referral->referral, id);
        found.push_back(stored.index);
      }
      return found;
    };
    EXPECT_THAT(indices(0, 99), testing::ElementsAre(1, 2, 3, 5, 6, 7, 8, 9, 11));
    EXPECT_THAT(indices(2, 3), testing::ElementsAre(2, 3, 5));
    EXPECT_THAT(indices(8, 99), testing::ElementsAre(8, 9, 11));
    EXPECT_THAT(indices(12, 99), testing::ElementsAre());
    Reopen();
  }
  EXPECT_TRUE(Look()->log().EventsOf(SampleKey(3).referral, 0, 10)->empty());
}

TEST_P(StoreSuite, TheTimeOfTheLogNeverRunsBackwards) {
  const auto append = [this] { return (*AppendEvents({SampleEvent(1)}))->head().size; };
  world_->clock().Advance(absl::Milliseconds(1500));
  append();
  world_->clock().Set(SampleTime() - absl::Hours(1));
  append();
  Reopen();
  append();
  world_->clock().Set(SampleTime() + absl::Seconds(9));
  append();
  const auto events = Look()->log().ReadEvents(1, 9).value();
  ASSERT_EQ(events.size(), 4u);
  const absl::Time first = SampleTime() + absl::Milliseconds(1500);
  EXPECT_EQ(events[0].event.time, first);
  EXPECT_EQ(events[1].event.time, first);
  EXPECT_EQ(events[2].event.time, first);
  EXPECT_EQ(events[3].event.time, SampleTime() + absl::Seconds(9));
}

TEST_P(StoreSuite, CountersAreConsecutiveOverRestartsAndFailures) {
  events::Event routed = SampleEvent(1);
  routed.kind = v1::EVENT_KIND_TASK_ROUTED;  // the recipient is no party yet
  routed.recipient = SampleAddress("shelter", "intake");
  events::Event seen = routed;
  seen.kind = v1::EVENT_KIND_TASK_SEEN;
  events::Event night = seen;
  night.recipient = SampleAddress("shelter", "night");
  events::Event other = SampleEvent(2);
  other.referral->sender = SampleAgency("iom");
  AMANA_ASSERT_OK(AppendEvents({routed, seen, other, night}));
  EXPECT_FALSE(Do([&](Transaction& tx) -> absl::Status {
                 AMANA_RETURN_IF_ERROR(tx.log().Append(seen).status());
                 return absl::AbortedError("no");
               }).ok());
  Reopen();
  AMANA_ASSERT_OK(AppendEvents({seen}));
  std::vector<std::pair<uint64_t, uint64_t>> counters;
  const auto events = Look()->log().ReadEvents(1, 9).value();
  counters.reserve(events.size());
  for (const StoredEvent& stored : events) {
    counters.emplace_back(stored.event.sender_counter, stored.event.recipient_counter);
  }
  const std::vector<std::pair<uint64_t, uint64_t>> expected = {
      {1, 0}, {2, 1}, {1, 0}, {3, 1}, {4, 2}};
  EXPECT_EQ(counters, expected);
}

TEST_P(StoreSuite, EveryCommitIsSignedAndProven) {
  for (uint32_t i = 0; i < 20; ++i) {
    const uint64_t first = Look()->log().Head()->size;
    std::vector<events::Event> events(1 + i % 4, SampleEvent(i));
    const auto batch = AppendEvents(events);
    AMANA_ASSERT_OK(batch);
    const LogHead& head = (*batch)->head();
    const auto opened = transparency::OpenCheckpoint(head.checkpoint, world_->log_verifier());
    AMANA_ASSERT_OK(opened);
    EXPECT_EQ(opened->checkpoint.size(), head.size);
    EXPECT_EQ(opened->checkpoint.root(), head.root);
    EXPECT_EQ(head.size, first + events.size());
    EXPECT_EQ(Look()->log().Head()->checkpoint, head.checkpoint);
    for (uint64_t index = first; index < head.size; ++index) {
      EXPECT_TRUE(
          Proves(*(*batch)->TlogProof(index), *(*batch)->Event(index), world_->log_verifier()));
    }
  }
}

TEST_P(StoreSuite, ACommitWithoutEventsKeepsTheCheckpoint) {
  const std::string before = Look()->log().Head()->checkpoint;
  const auto batch =
      Do([](Transaction& tx) { return tx.directory().RecordRegistry(SampleId<Digest>(1)); });
  AMANA_ASSERT_OK(batch);
  EXPECT_EQ((*batch)->head().checkpoint, before);
}

TEST_P(StoreSuite, TheSameTreeGoesOnAfterReopening) {
  AMANA_ASSERT_OK(AppendEvents({SampleEvent(1), SampleEvent(2)}));
  Reopen();
  const auto batch = AppendEvents({SampleEvent(3)});
  AMANA_ASSERT_OK(batch);
  transparency::CompactRange tree;
  const auto leaves = Look()->log().LeafHashes(0, 10).value();
  for (const Digest& leaf : leaves) tree.Append(leaf);
  EXPECT_EQ(tree.size(), 4u);
  EXPECT_EQ(tree.Root(), (*batch)->head().root);
}

// Over more than one full tile, with reopening in the middle of the second.
TEST_P(StoreSuite, HashTilesAreThoseOfTheLeaves) {
  for (int i = 0; i < 3; ++i) {
    AMANA_ASSERT_OK(AppendEvents(std::vector<events::Event>(113, SampleEvent(i))));
    Reopen();
    AMANA_ASSERT_OK(AppendEvents(std::vector<events::Event>(113, SampleEvent(i))));
  }
  const auto look = Look();
  const uint64_t size = look->log().Head()->size;
  ASSERT_EQ(size, 679u);
  const auto leaves = look->log().LeafHashes(0, size).value();
  for (uint64_t tile = 0; tile * 256 < size; ++tile) {
    const int width = transparency::TileWidthAt(0, tile, size);
    const std::span<const Digest> hashes(leaves.data() + tile * 256, width);
    EXPECT_EQ(look->log().HashTile(0, tile, width).value(), transparency::EncodeHashTile(hashes));
    EXPECT_EQ(look->log().HashTile(0, tile, 7).value(),
              transparency::EncodeHashTile(hashes.first(7)));
  }
  std::vector<Digest> roots;
  for (int tile = 0; tile < 2; ++tile) {
    transparency::CompactRange range;
    for (int i = 0; i < 256; ++i) range.Append(leaves[tile * 256 + i]);
    roots.push_back(range.Root());
  }
  EXPECT_EQ(look->log().HashTile(1, 0, 2).value(), transparency::EncodeHashTile(roots));
  for (const auto& [level, tile, width] :
       std::vector<std::tuple<int, uint64_t, int>>{{0, 2, 168},
                                                   {0, 3, 1},
                                                   {1, 0, 3},
                                                   {2, 0, 1},
                                                   {0, 0, 0},
                                                   {0, 0, 257},
                                                   {-1, 0, 1},
                                                   {0, uint64_t{1} << 56, 1}}) {
    EXPECT_EQ(ErrorReason(look->log().HashTile(level, tile, width).status()), "NOT_FOUND")
        << level << ' ' << tile << ' ' << width;
  }
}

}  // namespace
}  // namespace amana::store
