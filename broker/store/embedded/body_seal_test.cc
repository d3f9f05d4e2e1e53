#include "broker/store/embedded/body_seal.h"

#include <set>

#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"
#include "proto/crypto/random.h"

namespace amana::store::embedded {
namespace {

TEST(BodySealTest, OpensInItsPlaceOnly) {
  const crypto::Secret key = crypto::RandomSecret(32);
  const SealedPlace place{"referral.body", 7, "x"};
  BodySealer sealer;
  std::string sealed = "what was here before, and longer than what comes";
  AMANA_ASSERT_OK(sealer.Seal(key, place, "SYNTHETIC", sealed));
  EXPECT_EQ(sealed.size(), 12u + 9u + 16u);
  EXPECT_EQ(OpenSealed(key, place, sealed).value(), "SYNTHETIC");
  const SealedPlace others[] = {
      {"wrap_grant.bytes", 7, "x"}, {"referral.body", 8, "x"}, {place.column, 7, "y"}};
  for (const SealedPlace& other : others) {
    EXPECT_EQ(ErrorReason(OpenSealed(key, other, sealed).status()), "AEAD_OPEN_FAILED");
  }
  EXPECT_FALSE(OpenSealed(crypto::RandomSecret(32), place, sealed).ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(OpenSealed(key, place, changed).ok()) << i;
    EXPECT_FALSE(OpenSealed(key, place, sealed.substr(0, i)).ok()) << i;
  }
}

TEST(BodySealTest, NoNonceComesTwice) {
  const crypto::Secret key = crypto::RandomSecret(32);
  BodySealer sealer;
  std::set<std::string> nonces;
  std::string sealed;
  for (int i = 0; i < 1000; ++i) {
    AMANA_ASSERT_OK(sealer.Seal(key, {"c", 1}, "", sealed));
    EXPECT_EQ(OpenSealed(key, {"c", 1}, sealed).value(), "");
    nonces.insert(sealed.substr(0, 12));
  }
  EXPECT_EQ(nonces.size(), 1000u);
}

}  // namespace
}  // namespace amana::store::embedded
