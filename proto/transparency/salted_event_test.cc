#include "proto/transparency/salted_event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/status.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {
namespace {

// 00 01 02 ... 1f
EventSeed CountingSeed() {
  EventSeed seed;
  for (size_t i = 0; i < EventSeed::kSize; ++i) seed.data()[i] = static_cast<uint8_t>(i);
  return seed;
}

std::vector<std::string> NumberedFields() {
  std::vector<std::string> fields;
  for (size_t i = 0; i < kEventFields; ++i) fields.push_back("field-" + std::to_string(i));
  return fields;
}

std::vector<std::string> LongFields() {
  std::vector<std::string> fields;
  for (size_t i = 0; i < kEventFields; ++i) fields.emplace_back(100 * i, static_cast<char>(i));
  return fields;
}

// Own vectors, made with Python's hashlib from the formulas in the header: the format is fixed.
TEST(SaltedEventTest, FormatIsFixed) {
  struct Row {
    std::vector<std::string> fields;
    std::string_view first_hash, last_hash, leaf_data, leaf_hash;
  };
  const std::vector<Row> table = {
      {std::vector<std::string>(kEventFields),
       "6ba1b7ffe6dcd5ae7c6755bdef4b314469d6059385e508b68be99b57ddee8453",
       "efd66813107e66987079e15b899dafae895e3098bfd8e43e9d0556e9c22fd553",
       "01748358b0471a4283c1e8ea4a6b8b8b927b781677618a7a012105f5f265344322",
       "4292d980b3f84a8f0566537fb371d27986c70af92153f380f8bb737db4dae32a"},
      {NumberedFields(), "f40463fbc2a1fd3ccf160da049aa31891dd856de75f988c3ca0ad5530ff5c070",
       "6abf812cf37528022df035d8188694a3d7d28ac3c1acf3459569d5d73078164b",
       "01c9fcb4a66ca34d46327b2222bb21e173c08d7fe4a8e2fe35c25aad482ddf31e3",
       "f56c48b503e6346efa654e46b3a9da92194b49145c8a284b6123f3a26b0acfe2"},
      {LongFields(), "6ba1b7ffe6dcd5ae7c6755bdef4b314469d6059385e508b68be99b57ddee8453",
       "04bc68f4b79e8e3edd5f86bf6015ba28d536c241222c0ce8af246692f4a24cf8",
       "01eab901cbeea4ccbe6ca4a22ea2c0d7b20a888e319a4ef9c6d4c325d0a53e8352",
       "37e096d3f8d942743e0cebd01855d83407f4f6248b32d1d865edfb6899630e20"},
  };
  for (const Row& row : table) {
    const absl::StatusOr<EventCommitment> commitment = Commit(row.fields, CountingSeed());
    ASSERT_TRUE(commitment.ok());
    EXPECT_EQ(commitment->field_hashes.front().hex(), row.first_hash);
    EXPECT_EQ(commitment->field_hashes.back().hex(), row.last_hash);
    EXPECT_EQ(ToHex(commitment->leaf_data), row.leaf_data);
    EXPECT_EQ(commitment->leaf_data.size(), kLeafDataBytes);
    EXPECT_EQ(commitment->leaf_hash.hex(), row.leaf_hash);
  }
}

TEST(SaltedEventTest, EverySubsetOpensToTheSameLeaf) {
  const std::vector<std::string> fields = NumberedFields();
  const std::string leaf = Commit(fields, CountingSeed())->leaf_data;
  for (uint32_t bits = 0; bits < (1u << kEventFields); bits += bits < 64 ? 1 : 39916) {
    const FieldSet which(bits);
    const absl::StatusOr<Opening> opening = Open(fields, CountingSeed(), which);
    ASSERT_TRUE(opening.ok());
    ASSERT_EQ(opening->opened.size(), which.count());
    for (const OpenedField& field : opening->opened) {
      EXPECT_TRUE(which[field.number]);
      EXPECT_EQ(field.value, fields[field.number]);
    }
    ASSERT_EQ(*VerifyOpening(*opening), leaf);
  }
  EXPECT_EQ(*VerifyOpening(*Open(fields, CountingSeed(), ~FieldSet())), leaf);
}

TEST(SaltedEventTest, ChangedOpeningsGiveOtherLeaves) {
  const std::vector<std::string> fields = NumberedFields();
  const std::string leaf = Commit(fields, CountingSeed())->leaf_data;
  const Opening good = *Open(fields, CountingSeed(), FieldSet(0x00f00f));
  for (size_t i = 0; i < good.opened.size(); ++i) {
    Opening changed = good;
    changed.opened[i].value += 'x';
    EXPECT_NE(*VerifyOpening(changed), leaf);
    changed = good;
    changed.opened[i].salt.data()[31] ^= 1;
    EXPECT_NE(*VerifyOpening(changed), leaf);
  }
  for (size_t i = 0; i < good.hidden.size(); ++i) {
    Opening changed = good;
    changed.hidden[i].data()[0] ^= 0x80;
    EXPECT_NE(*VerifyOpening(changed), leaf);
  }
  // A field shown under another number is another field.
  Opening renumbered = good;
  renumbered.opened[3].number = 4;
  EXPECT_NE(*VerifyOpening(renumbered), leaf);
}

TEST(SaltedEventTest, RefusesWrongShapes) {
  const std::vector<std::string> fields = NumberedFields();
  const Opening good = *Open(fields, CountingSeed(), FieldSet(7));
  Opening fewer = good;
  fewer.hidden.pop_back();
  Opening more = good;
  more.hidden.emplace_back();
  Opening twice = good;
  twice.opened[1].number = 0;
  Opening swapped = good;
  std::swap(swapped.opened[0], swapped.opened[1]);
  Opening outside = good;
  outside.opened[2].number = 24;
  for (const Opening& wrong : {fewer, more, twice, swapped, outside, Opening()}) {
    EXPECT_EQ(ErrorReason(VerifyOpening(wrong).status()), "OPENING_INVALID");
  }
  EXPECT_EQ(ErrorReason(Commit(std::span(fields).first(23), CountingSeed()).status()),
            "EVENT_INVALID");
  EXPECT_EQ(ErrorReason(Open({}, CountingSeed(), FieldSet()).status()), "EVENT_INVALID");
}

// Equal values hide behind different hashes, in one event and between events.
TEST(SaltedEventTest, EqualValuesDoNotShow) {
  const std::vector<std::string> fields(kEventFields, "same");
  const EventCommitment one = *Commit(fields, CountingSeed());
  EventSeed seed = CountingSeed();
  seed.data()[0] ^= 1;
  const EventCommitment two = *Commit(fields, seed);
  for (size_t i = 0; i < kEventFields; ++i) {
    EXPECT_NE(one.field_hashes[i], two.field_hashes[i]);
    for (size_t j = 0; j < i; ++j) EXPECT_NE(one.field_hashes[i], one.field_hashes[j]);
  }
}

// Processor time, the best of ten runs; printed, not asserted: a busy machine must not fail the
// test.
TEST(SaltedEventTest, CostPerEvent) {
  const std::vector<std::string> fields = NumberedFields();
  constexpr int kEvents = 1000;
  double best = 1e9;
  for (int run = 0; run < 10; ++run) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < kEvents; ++i) ASSERT_TRUE(Commit(fields, CountingSeed()).ok());
    best = std::min(best, 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::printf("%.2f us per event\n", best / kEvents);
}

}  // namespace
}  // namespace amana::transparency
