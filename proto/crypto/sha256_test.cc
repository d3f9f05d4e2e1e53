#include "proto/crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace amana::crypto {
namespace {

// FIPS 180-4 examples (NIST CSRC, "SHA256.pdf").
TEST(Sha256Test, KnownAnswers) {
  const struct {
    std::string message;
    std::string_view hex;
  } cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& c : cases) EXPECT_EQ(Sha256(c.message).hex(), c.hex);
}

TEST(Sha256Test, PartsAreConcatenated) {
  const Digest whole = Sha256("abcdef");
  EXPECT_EQ(Sha256({"abc", "", "def"}), whole);
  EXPECT_EQ(Sha256({}), Sha256(""));
  Sha256Hasher hasher;
  for (int again = 0; again < 2; ++again) {
    hasher.Update("ab");
    hasher.Update("cdef");
    EXPECT_EQ(hasher.Finish(), whole);
  }
  Sha256Hasher moved = std::move(hasher);
  moved.Update("abcdef");
  EXPECT_EQ(moved.Finish(), whole);
}

TEST(Sha256Test, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  threads.reserve(wrong.size());
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t, &wrong] {
      const std::string mine(65, static_cast<char>('a' + t));
      const Digest expected = Sha256(mine);
      for (int i = 0; i < 5'000; ++i) wrong[t] += Sha256(mine) == expected ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace amana::crypto
