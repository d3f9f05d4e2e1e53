#include "proto/crypto/p256.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/random.h"
#include "tests/support/shared.h"
#include "tests/vectors/crypto_p256.h"

namespace amana::crypto {
namespace {

std::string Hex(std::string_view hex) { return *FromHex(hex); }

void CheckEcdsa(int id, std::string_view spki, std::string_view message, std::string_view signature,
                bool valid) {
  const auto key = EcdsaPublicKey::FromSpkiDer(Hex(spki));
  ASSERT_TRUE(key.ok()) << id << ": " << key.status();
  const absl::Status status = key->Verify(Hex(message), Hex(signature));
  EXPECT_EQ(status.ok(), valid) << "tcId " << id;
  if (!valid) {
    EXPECT_EQ(ErrorReason(status), "SIGNATURE_INVALID") << "tcId " << id;
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << "tcId " << id;
  }
}

void CheckEcdh(int id, std::string_view point, std::string_view scalar, std::string_view shared,
               bool valid) {
  std::string bytes = Hex(scalar);  // the source pads with zero bytes or leaves them out
  if (bytes.size() > 32) bytes.erase(0, bytes.size() - 32);
  bytes.insert(0, 32 - bytes.size(), '\0');
  const auto key = EcPrivateKey::FromScalar(Secret(bytes));
  ASSERT_TRUE(key.ok()) << id << ": " << key.status();
  const auto peer = EcPublicKey::FromPoint(Hex(point));
  const bool uncompressed = Hex(point)[0] == '\x04';
  EXPECT_EQ(peer.ok(), valid && uncompressed) << "tcId " << id;
  if (!peer.ok()) return;
  const auto secret = key->Ecdh(*peer);
  ASSERT_TRUE(secret.ok()) << id;
  EXPECT_TRUE(secret->SameAs(Secret(Hex(shared)))) << "tcId " << id;
}

TEST(P256Test, EcdsaSelection) {
  for (const auto& v : tests::kEcdsaVectors) {
    CheckEcdsa(v.id, v.spki, v.message, v.signature, v.valid);
  }
}

TEST(P256Test, EcdsaWycheproof) {
  const auto path = tests::SharedFile("vectors/wycheproof/ecdsa_secp256r1_sha256_test.json");
  if (!path.has_value()) return;  // the selection has run
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  size_t run = 0;
  for (const auto& group : file["testGroups"]) {
    for (const auto& t : group["tests"]) {
      CheckEcdsa(t["tcId"], group["publicKeyDer"].get<std::string>(), t["msg"].get<std::string>(),
                 t["sig"].get<std::string>(), t["result"] == "valid");
      ++run;
    }
  }
  EXPECT_EQ(run, file["numberOfTests"].get<size_t>());
}

TEST(P256Test, EcdhSelection) {
  for (const auto& v : tests::kEcdhVectors) CheckEcdh(v.id, v.point, v.scalar, v.shared, v.valid);
}

TEST(P256Test, EcdhWycheproof) {
  const auto path = tests::SharedFile("vectors/wycheproof/ecdh_secp256r1_ecpoint_test.json");
  if (!path.has_value()) return;  // the selection has run
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  size_t run = 0;
  for (const auto& group : file["testGroups"]) {
    for (const auto& t : group["tests"]) {
      CheckEcdh(t["tcId"], t["public"].get<std::string>(), t["private"].get<std::string>(),
                t["shared"].get<std::string>(), t["result"] != "invalid");
      ++run;
    }
  }
  EXPECT_EQ(run, file["numberOfTests"].get<size_t>());
}

TEST(P256Test, VerifiesTheExampleOfDsse) {
  const auto key = EcdsaPublicKey::FromSpkiDer(Hex(tests::kDsseSpki));
  ASSERT_TRUE(key.ok());
  AMANA_EXPECT_OK(key->Verify(tests::kDssePae, Hex(tests::kDsseSignature)));
  EXPECT_FALSE(key->Verify(std::string(tests::kDssePae) + "!", Hex(tests::kDsseSignature)).ok());
  const auto path = tests::SharedFile("vectors/dsse/dsse_helloworld.json");
  if (!path.has_value()) return;
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  const auto given = EcdsaPublicKey::FromSpkiDer(Hex(file["spki_der_hex"].get<std::string>()));
  ASSERT_TRUE(given.ok());
  AMANA_EXPECT_OK(
      given->Verify(file["pae"].get<std::string>(),
                    Hex(file["sig_der_hex_converted_by_researcher"].get<std::string>())));
}

TEST(P256Test, WhatItSignsVerifiesAndNothingElseDoes) {
  const auto key = EcdsaPrivateKey::Generate();
  const auto other = EcdsaPrivateKey::Generate();
  ASSERT_TRUE(key.ok() && other.ok());
  const EcdsaPublicKey public_key = key->PublicKey();
  for (size_t size : {0u, 1u, 64u, 5'000u}) {
    const std::string message = RandomBytes(size);
    const auto signature = key->Sign(message);
    ASSERT_TRUE(signature.ok());
    AMANA_EXPECT_OK(public_key.Verify(message, *signature));
    EXPECT_EQ(ErrorReason(public_key.Verify(message + "x", *signature)), "SIGNATURE_INVALID");
    EXPECT_EQ(ErrorReason(public_key.Verify(message, *signature + "x")), "SIGNATURE_INVALID");
    EXPECT_EQ(ErrorReason(public_key.Verify(message, "")), "SIGNATURE_INVALID");
    EXPECT_EQ(ErrorReason(other->PublicKey().Verify(message, *signature)), "SIGNATURE_INVALID");
  }
}

TEST(P256Test, KeysSurviveTheirEncodings) {
  const auto key = EcdsaPrivateKey::Generate();
  ASSERT_TRUE(key.ok());
  const auto pem = key->ToPem();
  ASSERT_TRUE(pem.ok());
  const auto back = EcdsaPrivateKey::FromPem(*pem);
  ASSERT_TRUE(back.ok()) << back.status();
  const EcdsaPublicKey public_key = key->PublicKey();
  EXPECT_EQ(back->PublicKey(), public_key);
  AMANA_EXPECT_OK(public_key.Verify("m", *back->Sign("m")));
  EXPECT_EQ(public_key.point().size(), 65u);
  EXPECT_EQ(*EcdsaPublicKey::FromPoint(public_key.point()), public_key);
  EXPECT_EQ(*EcdsaPublicKey::FromSpkiDer(public_key.ToSpkiDer()), public_key);
}

TEST(P256Test, RefusesOtherKeys) {
  const auto key = EcdsaPrivateKey::Generate();
  ASSERT_TRUE(key.ok());
  const std::string point = key->PublicKey().point();
  std::string off_curve = point;
  off_curve[64] = static_cast<char>(off_curve[64] ^ 1);
  const std::string spki = key->PublicKey().ToSpkiDer();
  for (const std::string& bad : {off_curve, point.substr(1), point + "x", std::string(65, '\0'),
                                 std::string(), "\x02" + point.substr(1, 32)}) {
    EXPECT_EQ(ErrorReason(EcdsaPublicKey::FromPoint(bad).status()), "KEY_INVALID");
  }
  for (const std::string& bad : {spki + "x", spki.substr(0, 90), std::string(), point}) {
    EXPECT_EQ(ErrorReason(EcdsaPublicKey::FromSpkiDer(bad).status()), "KEY_INVALID");
  }
  // SPKI of an Ed25519 key (RFC 8410 section 10.1): well-formed, but not ours.
  EXPECT_EQ(ErrorReason(EcdsaPublicKey::FromSpkiDer(
                            Hex("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96"
                                "c85086aa30b6b6cb0c5c38ad703166e1"))
                            .status()),
            "KEY_INVALID");
  EXPECT_EQ(ErrorReason(EcdsaPrivateKey::FromPem(Secret("no key")).status()), "KEY_INVALID");
  const std::string order = Hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  EXPECT_EQ(ErrorReason(EcdsaPrivateKey::FromScalar(Secret(order)).status()), "KEY_INVALID");
  EXPECT_EQ(ErrorReason(EcdsaPrivateKey::FromScalar(Secret(std::string(32, '\0'))).status()),
            "KEY_INVALID");
  EXPECT_EQ(ErrorReason(EcdsaPrivateKey::FromScalar(Secret("short")).status()), "LENGTH_INVALID");
}

}  // namespace
}  // namespace amana::crypto
