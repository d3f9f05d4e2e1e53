#include "proto/crypto/revocation_list.h"

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace amana::crypto {
namespace {

const std::string kOne(64, 'a');

TEST(RevocationListTest, ReadsWhatItWrites) {
  Revocation one;
  one.certificate = *CertId::FromHexString(kOne);
  one.revoked_at = absl::FromUnixSeconds(1'900'000'000);
  one.reason = "key compromise: laptop stolen";
  const auto line = FormatRevocation(one);
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(*line, kOne + " 2030-03-17T17:46:40Z key compromise: laptop stolen\n");
  const auto list = ParseRevocationList("# SYNTHETIC\n\n" + *line + *line);
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[1].certificate, one.certificate);
  EXPECT_EQ((*list)[1].revoked_at, one.revoked_at);
  EXPECT_EQ((*list)[1].reason, one.reason);
  EXPECT_TRUE(ParseRevocationList("")->empty());
}

TEST(RevocationListTest, ABrokenListIsNotUsedAtAll) {
  const std::string good = kOne + " 2030-03-17T17:46:40Z reason\n";
  for (const std::string& bad : {
           kOne + "\n",
           kOne + " 2030-03-17T17:46:40Z\n",
           kOne + " 2030-03-17T17:46:40Z \n",
           kOne + " yesterday reason\n",
           kOne + " infinite-future reason\n",
           kOne + " infinite-past reason\n",
           kOne + " 292277022656-03-17T17:46:40Z reason\n",
           kOne + " -1-03-17T17:46:40Z reason\n",
           kOne + " 10000-01-01T00:00:00Z reason\n",
           kOne + " 9999-12-31T23:59:59-01:00 reason\n",
           kOne + " 0031-01-01T00:00:00Z reason\n",
           kOne + " \t2030-03-17T17:46:40Z reason\n",
           kOne.substr(2) + " 2030-03-17T17:46:40Z reason\n",
           "zz" + kOne.substr(2) + " 2030-03-17T17:46:40Z reason\n",
           kOne + " 2030-03-17T17:46:40Z tab\there\n",
           kOne + " 2030-03-17T17:46:40Z cut sho",
       }) {
    const auto list = ParseRevocationList(good + bad);
    EXPECT_EQ(ErrorReason(list.status()), "REVOCATION_LIST_INVALID") << bad;
    EXPECT_NE(list.status().message().find("line 2"), absl::string_view::npos) << list.status();
  }
}

TEST(RevocationListTest, AReasonIsOneLine) {
  Revocation one;
  one.revoked_at = absl::FromUnixSeconds(0);
  for (const std::string bad : {"", "two\nlines", " leading", "trailing ", "caf\xc3\xa9"}) {
    one.reason = bad;
    EXPECT_EQ(ErrorReason(FormatRevocation(one).status()), "REVOCATION_LIST_INVALID");
  }
  one.reason = std::string(201, 'x');
  EXPECT_FALSE(FormatRevocation(one).ok());
}

TEST(RevocationListTest, WritesNoTimeThatItWouldNotRead) {
  Revocation one;
  one.reason = "reason";
  for (const absl::Time bad : {absl::InfiniteFuture(), absl::InfinitePast(),
                               absl::FromUnixSeconds(-1), absl::FromUnixSeconds(253402300800)}) {
    one.revoked_at = bad;
    EXPECT_EQ(ErrorReason(FormatRevocation(one).status()), "REVOCATION_LIST_INVALID") << bad;
  }
  for (const int64_t good : {int64_t{0}, int64_t{253402300799}}) {
    one.revoked_at = absl::FromUnixSeconds(good);
    ASSERT_TRUE(FormatRevocation(one).ok());
    EXPECT_EQ(ParseRevocationList(*FormatRevocation(one))->front().revoked_at, one.revoked_at);
  }
}

}  // namespace
}  // namespace amana::crypto
