#include "proto/crypto/hpke.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/ids.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/hpke_context.h"
#include "proto/crypto/random.h"
#include "tests/support/shared.h"
#include "tests/vectors/crypto_hpke.h"

namespace amana::crypto {
namespace {

std::string Hex(std::string_view hex) { return *FromHex(hex); }
std::string ToHex(const Secret& secret) { return amana::ToHex(secret.Reveal(RevealSecret())); }

struct Pair {
  HpkeContext sender;
  HpkeContext receiver;
};

// Both ends of a vector, every intermediate value checked on the way.
Pair BothEnds(const tests::HpkeVector& v) {
  const auto recipient = HpkeDeriveKeyPair(Secret(Hex(v.ikmR)));
  const auto ephemeral = HpkeDeriveKeyPair(Secret(Hex(v.ikmE)));
  EXPECT_TRUE(recipient.ok() && ephemeral.ok());
  EXPECT_EQ(amana::ToHex(recipient->PublicKey().point()), v.pkRm);
  EXPECT_EQ(amana::ToHex(ephemeral->PublicKey().point()), v.pkEm);
  EXPECT_EQ(EcPrivateKey::FromScalar(Secret(Hex(v.skRm)))->PublicKey(), recipient->PublicKey());
  EXPECT_EQ(EcPrivateKey::FromScalar(Secret(Hex(v.skEm)))->PublicKey(), ephemeral->PublicKey());
  const auto sender = HpkeContext::ForSender(recipient->PublicKey(), *ephemeral, Hex(v.info));
  const auto receiver = HpkeContext::ForReceiver(*recipient, Hex(v.enc), Hex(v.info));
  EXPECT_TRUE(sender.ok() && receiver.ok());
  for (const HpkeContext* context : {&*sender, &*receiver}) {
    EXPECT_EQ(ToHex(context->key()), v.key);
    EXPECT_EQ(amana::ToHex(context->Nonce(0)), v.base_nonce);
    EXPECT_EQ(ToHex(context->exporter_secret()), v.exporter_secret);
  }
  return {*sender, *receiver};
}

void CheckEncryption(const Pair& pair, const tests::HpkeEncryption& e) {
  EXPECT_EQ(amana::ToHex(pair.sender.Nonce(e.sequence)), e.nonce);
  const auto sealed = pair.sender.Seal(e.sequence, Hex(e.aad), Hex(e.plaintext));
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(amana::ToHex(*sealed), e.ciphertext);
  const auto opened = pair.receiver.Open(e.sequence, Hex(e.aad), Hex(e.ciphertext));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ToHex(*opened), e.plaintext);
}

TEST(HpkeTest, TheRfcsVector) {
  const Pair pair = BothEnds(tests::kHpkeVector);
  for (const auto& e : tests::kHpkeEncryptions) CheckEncryption(pair, e);
  for (const auto& e : tests::kHpkeExports) {
    EXPECT_EQ(ToHex(*pair.sender.Export(Hex(e.context), e.size)), e.value);
    EXPECT_EQ(ToHex(*pair.receiver.Export(Hex(e.context), e.size)), e.value);
  }
  EXPECT_EQ(ErrorReason(pair.sender.Export("", 255 * 32 + 1).status()), "LENGTH_INVALID");
}

TEST(HpkeTest, TheSharedVectors) {
  const auto path = tests::SharedFile("vectors/hpke/hpke_base_p256_sha256_aes256gcm.json");
  if (!path.has_value()) return;  // the same vector has run from the table
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  for (const auto& json : file["vectors"]) {
    const auto text = [](const nlohmann::json& in, const char* name) {
      return in[name].get<std::string>();
    };
    const std::string info = text(json, "info"), ikm_r = text(json, "ikmR"),
                      ikm_e = text(json, "ikmE"), sk_r = text(json, "skRm"),
                      sk_e = text(json, "skEm"), pk_r = text(json, "pkRm"),
                      pk_e = text(json, "pkEm"), enc = text(json, "enc"), key = text(json, "key"),
                      nonce = text(json, "base_nonce"), exporter = text(json, "exporter_secret");
    const Pair pair =
        BothEnds({info, ikm_r, ikm_e, sk_r, sk_e, pk_r, pk_e, enc, key, nonce, exporter});
    const std::string base = Hex(nonce);
    for (const auto& e : json["encryptions"]) {
      const std::string aad = text(e, "aad"), own = text(e, "nonce"), pt = text(e, "pt"),
                        ct = text(e, "ct");
      uint64_t sequence = 0;  // what the nonce differs from the base nonce by
      for (size_t i = 4; i < base.size(); ++i) {
        sequence = sequence << 8 | static_cast<uint8_t>(base[i] ^ Hex(own)[i]);
      }
      CheckEncryption(pair, {sequence, aad, own, pt, ct});
    }
    for (const auto& e : json["exports"]) {
      EXPECT_EQ(ToHex(*pair.receiver.Export(Hex(text(e, "exporter_context")), e["L"])),
                text(e, "exported_value"));
    }
  }
}

TEST(HpkeTest, OnlyTheRecipientOpensAndOnlyInItsContext) {
  const auto recipient = EcPrivateKey::Generate();
  const auto stranger = EcPrivateKey::Generate();
  ASSERT_TRUE(recipient.ok() && stranger.ok());
  const std::string secret = RandomBytes(32);
  const auto sealed = HpkeSeal(recipient->PublicKey(), "info", "aad", secret);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->enc.size(), kHpkeEncSize);
  const auto open = [&](const EcPrivateKey& key, std::string_view info, std::string_view aad) {
    return HpkeOpen(key, sealed->enc, info, aad, sealed->ciphertext);
  };
  ASSERT_TRUE(open(*recipient, "info", "aad").ok());
  EXPECT_TRUE(open(*recipient, "info", "aad")->SameAs(Secret(secret)));
  EXPECT_EQ(ErrorReason(open(*stranger, "info", "aad").status()), "AEAD_OPEN_FAILED");
  EXPECT_EQ(ErrorReason(open(*recipient, "infO", "aad").status()), "AEAD_OPEN_FAILED");
  EXPECT_EQ(ErrorReason(open(*recipient, "info", "aaD").status()), "AEAD_OPEN_FAILED");
  for (const std::string& enc : {std::string(), std::string(65, '\x04'), sealed->enc.substr(1)}) {
    EXPECT_EQ(ErrorReason(HpkeOpen(*recipient, enc, "info", "aad", sealed->ciphertext).status()),
              "KEY_INVALID");
  }
  const auto again = HpkeSeal(recipient->PublicKey(), "info", "aad", secret);
  EXPECT_NE(again->enc, sealed->enc);
}

}  // namespace
}  // namespace amana::crypto
