#include "proto/crypto/ed25519.h"

#include <gtest/gtest.h>

#include <string>

#include "base/ids.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::crypto {
namespace {

std::string Hex(std::string_view hex) { return *FromHex(hex); }

// RFC 8032 section 7.1, tests 1 to 3.
const struct {
  std::string_view seed, public_key, message, signature;
} kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519Test, TheRfcsVectors) {
  for (const auto& v : kVectors) {
    const auto key = Ed25519PrivateKey::FromSeed(Secret(Hex(v.seed)));
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(ToHex(key->PublicKey().raw()), v.public_key);
    EXPECT_EQ(ToHex(*key->Sign(Hex(v.message))), v.signature);
    const auto public_key = Ed25519PublicKey::FromRaw(Hex(v.public_key));
    ASSERT_TRUE(public_key.ok());
    AMANA_EXPECT_OK(public_key->Verify(Hex(v.message), Hex(v.signature)));
  }
}

TEST(Ed25519Test, RefusesEveryChangedByteAndOtherLengths) {
  const auto key = Ed25519PrivateKey::Generate();
  ASSERT_TRUE(key.ok());
  const std::string signature = *key->Sign("message");
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const absl::Status status = key->PublicKey().Verify("message", changed);
    EXPECT_EQ(ErrorReason(status), "SIGNATURE_INVALID") << i;
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  }
  for (const std::string& bad : {std::string(), signature.substr(1), signature + "x"}) {
    EXPECT_EQ(ErrorReason(key->PublicKey().Verify("message", bad)), "SIGNATURE_INVALID");
  }
  EXPECT_EQ(ErrorReason(key->PublicKey().Verify("massage", signature)), "SIGNATURE_INVALID");
}

TEST(Ed25519Test, KeysSurvivePem) {
  const auto key = Ed25519PrivateKey::Generate();
  ASSERT_TRUE(key.ok());
  const auto back = Ed25519PrivateKey::FromPem(*key->ToPem());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->PublicKey(), key->PublicKey());
  EXPECT_EQ(*back->Sign("m"), *key->Sign("m"));
  EXPECT_EQ(ErrorReason(Ed25519PrivateKey::FromPem(Secret("x")).status()), "KEY_INVALID");
  EXPECT_EQ(ErrorReason(Ed25519PrivateKey::FromSeed(Secret("x")).status()), "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(Ed25519PublicKey::FromRaw("x").status()), "LENGTH_INVALID");
}

}  // namespace
}  // namespace amana::crypto
