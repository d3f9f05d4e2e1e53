#include "broker/rpc/open_streams.h"

#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

struct Counting final : OpenStream {
  void Check(absl::Time now) override { checked = now; }
  absl::Time checked = absl::InfinitePast();
};

TEST(OpenStreamsTest, SweepsThoseThatLive) {
  OpenStreams streams;
  auto one = std::make_shared<Counting>();
  auto two = std::make_shared<Counting>();
  streams.Add(one);
  streams.Add(two);
  const absl::Time first = absl::FromUnixSeconds(1);
  EXPECT_EQ(streams.Sweep(first), 2u);
  EXPECT_EQ(one->checked, first);
  two.reset();
  const absl::Time second = absl::FromUnixSeconds(2);
  EXPECT_EQ(streams.Sweep(second), 1u);
  EXPECT_EQ(one->checked, second);
  one.reset();
  EXPECT_EQ(streams.Sweep(second), 0u);
}

}  // namespace
}  // namespace amana::rpc
