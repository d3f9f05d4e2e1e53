#include "broker/delivery/call_writes.h"

#include "gtest/gtest.h"

namespace amana::delivery {
namespace {

Pseudonym Subject(char c) { return Pseudonym::FromBytes(std::string(16, c)).value(); }

TEST(CallWrites, WaitsForWhatBeganBeforeAndForNothingElse) {
  const auto writes = std::make_shared<CallWrites>();
  int quiet = 0;
  const auto wait = [&](char subject) { writes->WhenQuiet(Subject(subject), [&] { ++quiet; }); };
  wait('a');
  EXPECT_EQ(quiet, 1) << "nothing is being written";
  auto first = writes->Begin(Subject('a'));
  auto second = writes->Begin(Subject('a'));
  const auto other = writes->Begin(Subject('b'));
  wait('a');
  const auto later = writes->Begin(Subject('a'));
  EXPECT_EQ(quiet, 1);
  auto copy = first;
  first.reset();
  second.reset();
  EXPECT_EQ(quiet, 1) << "a copy is left";
  copy.reset();
  EXPECT_EQ(quiet, 2) << "neither the other person's nor the later one matters";
}

TEST(CallWrites, EachWaiterIsCalledOnce) {
  const auto writes = std::make_shared<CallWrites>();
  int one = 0, two = 0;
  auto write = writes->Begin(Subject('a'));
  writes->WhenQuiet(Subject('a'), [&] { ++one; });
  writes->WhenQuiet(Subject('a'), [&] { ++two; });
  write.reset();
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, 1);
}

TEST(CallWrites, AWriteMayEndAfterAllElse) {
  std::shared_ptr<void> write;
  {
    const auto writes = std::make_shared<CallWrites>();
    write = writes->Begin(Subject('a'));
  }
  write.reset();
}

}  // namespace
}  // namespace amana::delivery
