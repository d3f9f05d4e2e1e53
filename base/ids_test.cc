#include "base/ids.h"

#include <string>
#include <type_traits>
#include <utility>

#include "absl/hash/hash_testing.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

// Ids of different kinds do not mix.
static_assert(!std::is_convertible_v<ReferralId, ConsentId>);
static_assert(!std::is_convertible_v<Digest, CertId>);
static_assert(!std::is_convertible_v<AgencyId, UnitId>);
static_assert(!std::is_constructible_v<AgencyId, std::string>);

TEST(IdsTest, HexBothWays) {
  const std::string bytes("\x00\x7f\x80\xff", 4);
  EXPECT_EQ(ToHex(bytes), "007f80ff");
  EXPECT_EQ(FromHex("007f80FF").value(), bytes);
  EXPECT_EQ(FromHex("").value(), "");
  for (const char* bad : {"0", "0g", "0x00", " 00", "0 "}) {
    EXPECT_EQ(ErrorReason(FromHex(bad).status()), "INVALID_HEX") << bad;
  }
}

TEST(IdsTest, FixedBytesHaveTheirLength) {
  const std::string raw(16, 'r');
  const ReferralId id = ReferralId::FromBytes(raw).value();
  EXPECT_EQ(id.bytes(), raw);
  EXPECT_EQ(id, ReferralId::FromHexString(id.hex()).value());
  EXPECT_FALSE(id.is_zero());
  EXPECT_TRUE(ReferralId().is_zero());
  for (const size_t size : {0, 15, 17, 32}) {
    const absl::Status status = ReferralId::FromBytes(std::string(size, 'r')).status();
    EXPECT_EQ(ErrorReason(status), "LENGTH_INVALID");
    EXPECT_EQ(ErrorField(status), "referral_id");
  }
  EXPECT_EQ(ErrorField(Digest::FromBytes("", "header.digest").status()), "header.digest");
  EXPECT_EQ(ErrorReason(Digest::FromHexString("zz").status()), "INVALID_HEX");
}

TEST(IdsTest, FixedBytesOrderAsUnsignedBytes) {
  const auto id = [](char c) { return Digest::FromBytes(std::string(32, c)).value(); };
  EXPECT_LT(id('\x01'), id('\x7f'));
  EXPECT_LT(id('\x7f'), id('\x80'));
  EXPECT_LT(id('\x80'), id('\xff'));
}

TEST(IdsTest, TokensAreShortAndPlain) {
  for (const std::string& good :
       {std::string("a"), std::string("0"), std::string("foreign-affairs"), std::string("9-"),
        std::string(63, 'z')}) {
    EXPECT_EQ(AgencyId::Create(good).value().value(), good);
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("A"), std::string("a_b"), std::string("a/b"),
        std::string("a.b"), std::string("a b"), std::string("\xc3\xa4"), std::string("a\0b", 3),
        std::string(64, 'z')}) {
    const absl::Status status = AgencyId::Create(bad).status();
    EXPECT_EQ(ErrorReason(status), "ID_INVALID") << bad;
    EXPECT_EQ(ErrorField(status), "agency");
  }
  EXPECT_TRUE(AgencyId().empty());
}

TEST(IdsTest, AddressesBothWays) {
  const Address address = ParseAddress("police/central", "recipient").value();
  EXPECT_EQ(address.agency.value(), "police");
  EXPECT_EQ(address.unit.value(), "central");
  EXPECT_EQ(ToString(address), "police/central");
  for (const char* bad : {"", "police", "/", "police/", "/central", "a/b/c", "Police/x"}) {
    const absl::Status status = ParseAddress(bad, "recipient").status();
    EXPECT_EQ(ErrorReason(status), "ID_INVALID") << bad;
    EXPECT_EQ(ErrorField(status), "recipient") << bad;
  }
}

TEST(IdsTest, HashesAgreeWithEquality) {
  const AgencyId a = AgencyId::Create("a").value(), b = AgencyId::Create("b").value();
  const ReferralId x = ReferralId::FromBytes(std::string(16, 'x')).value();
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {StatementKey{}, StatementKey{a, x, 1}, StatementKey{a, x, 2}, StatementKey{b, x, 1},
       StatementKey{a, ReferralId(), 1}}));
}

}  // namespace
}  // namespace amana
