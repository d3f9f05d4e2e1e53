#include "proto/crypto/secret.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace amana::crypto {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!Printable<Secret>, "a secret cannot be printed");
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<std::string_view, Secret>, "made in the open only");

std::string_view Bytes(const Secret& secret) { return secret.Reveal(RevealSecret()); }

TEST(SecretTest, CopiesAndMovesKeepTheBytes) {
  const Secret one("abc");
  Secret copy = one;
  EXPECT_EQ(Bytes(copy), "abc");
  Secret moved = std::move(copy);
  EXPECT_EQ(Bytes(moved), "abc");
  EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move): the contract
  moved = Secret("longer than before");
  EXPECT_EQ(moved.size(), 18u);
  moved = one;
  EXPECT_TRUE(moved.SameAs(one));
  EXPECT_FALSE(moved.SameAs(Secret("abd")));
  EXPECT_FALSE(moved.SameAs(Secret("abcd")));
  EXPECT_TRUE(Secret().SameAs(Secret("")));
}

TEST(SecretTest, TakingLeavesNothingBehind) {
  std::string source = "SYNTHETIC key material, long enough to be on the heap";
  const char* const where = source.data();
  const size_t size = source.size();
  const Secret secret = Secret::TakeFrom(source);
  EXPECT_EQ(secret.size(), size);
  EXPECT_TRUE(source.empty());
  for (size_t i = 0; i < size; ++i) EXPECT_EQ(where[i], '\0');  // capacity is kept by clear()
}

TEST(SecretTest, ComparesInConstantTimeByContent) {
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_TRUE(ConstantTimeEquals("ab", "ab"));
  EXPECT_FALSE(ConstantTimeEquals("ab", "ac"));
  EXPECT_FALSE(ConstantTimeEquals("ab", "abc"));
}

}  // namespace
}  // namespace amana::crypto
