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
       "5b93f7abe713e19e13131297d855bb18bbc0e2b409fa019569598a4e123f2aa1",
       "397da3d23c2848553525099df1ed1ead592744a033a9fc8ace9e81af9fa67daa",
       "016bc259d878b3ec392148b53b8c37b076e1b0be254966de30b8505980e0701fdb",
       "93d023d9bfe84ac7904a300d4e92d66b1b2a58d6ca9399a511f567864db56383"},
      {NumberedFields(), "5fc326935635ab186aebb1d27c47483dc6385a3907e4aeb6cbf661fd0b2f5fbf",
       "5b740c19ca78a363eb86c58e8f86daf50fefadd976e597cb1e7f854a664fa25d",
       "014735ac685cd2b0bbbc5303c75a4a9c6023d936fcb4b9dfdb7e099a5e52cc4d82",
       "b702093909f3c69bafa89ea1bf07520cd2dc9908f9121e545e43ee03bbae99d4"},
      {LongFields(), "5b93f7abe713e19e13131297d855bb18bbc0e2b409fa019569598a4e123f2aa1",
       "5c0f4c44f487ced50979eff6dd8a54b2a6bc5b0262b0823271e27ea2cc2408fc",
       "0181d93a6165f8f4d261f3837eba558c548c0ea9f4c5ad9b3c95da0314ccef59fe",
       "e127f46a92b6aaac73a0691a328ce70656cc1a0c9631490cede6ccfd8a20538f"},
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
    changed.opened[i].salt.data()[15] ^= 1;
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
