#include "proto/transparency/cosigned_message.h"

#include <gtest/gtest.h>

namespace amana::transparency {
namespace {

// The example of https://c2sp.org/tlog-cosignature.
TEST(CosignedMessageTest, IsTheStandards) {
  const std::string text =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  EXPECT_EQ(CosignedMessage(text, 1679315147), "cosignature/v1\ntime 1679315147\n" + text);
}

TEST(CosignedMessageTest, JoinedPartsSplitAgain) {
  const std::string signature(64, 's');
  for (const uint64_t seconds : {uint64_t{0}, uint64_t{1679315147}, kMaxCosignatureTime}) {
    const std::string bytes = JoinCosignature(seconds, signature);
    const std::optional<TimestampedSignature> parts = SplitCosignature(bytes);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(parts->unix_seconds, seconds);
    EXPECT_EQ(parts->signature, signature);
    EXPECT_FALSE(SplitCosignature(bytes + "x").has_value());
    EXPECT_FALSE(SplitCosignature(std::string_view(bytes).substr(1)).has_value());
  }
  EXPECT_FALSE(SplitCosignature(JoinCosignature(kMaxCosignatureTime + 1, signature)).has_value());
}

}  // namespace
}  // namespace amana::transparency
