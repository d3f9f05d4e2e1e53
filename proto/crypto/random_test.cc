#include "proto/crypto/random.h"

#include <gtest/gtest.h>

#include <set>

#include "base/ids.h"

namespace amana::crypto {
namespace {

TEST(RandomTest, GivesTheSizeAskedForAndNeverTheSame) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(17).size(), 17u);
  EXPECT_EQ(RandomSecret(32).size(), 32u);
  EXPECT_FALSE(RandomSecret(32).SameAs(RandomSecret(32)));
}

TEST(RandomTest, IdsDoNotRepeat) {
  std::set<ReferralId> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(RandomId<ReferralId>()).second);
  EXPECT_FALSE(RandomId<Digest>().is_zero());
}

}  // namespace
}  // namespace amana::crypto
