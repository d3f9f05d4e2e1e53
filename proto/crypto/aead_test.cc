#include "proto/crypto/aead.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/random.h"
#include "tests/support/shared.h"
#include "tests/vectors/crypto_symmetric.h"

namespace amana::crypto {
namespace {

std::string Hex(std::string_view hex) { return *FromHex(hex); }

void Check(int id, std::string_view key_hex, std::string_view nonce, std::string_view aad,
           std::string_view plaintext, std::string_view sealed, bool valid) {
  const Secret key(Hex(key_hex));
  const auto opened = AesGcmOpen(key, Hex(nonce), Hex(aad), Hex(sealed));
  EXPECT_EQ(opened.ok(), valid) << "tcId " << id;
  if (!valid) {
    EXPECT_EQ(ErrorReason(opened.status()), "AEAD_OPEN_FAILED") << "tcId " << id;
    return;
  }
  EXPECT_EQ(ToHex(*opened), plaintext) << "tcId " << id;
  const auto again = AesGcmSeal(key, Hex(nonce), Hex(aad), Hex(plaintext));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(ToHex(*again), sealed) << "tcId " << id;
}

TEST(AesGcmTest, Selection) {
  for (const auto& v : tests::kAesGcmVectors) {
    Check(v.id, v.key, v.nonce, v.aad, v.plaintext, v.sealed, v.valid);
  }
}

TEST(AesGcmTest, Wycheproof) {
  const auto path = tests::SharedFile("vectors/wycheproof/aes_gcm_test.json");
  if (!path.has_value()) return;  // the selection has run
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  int run = 0;
  for (const auto& group : file["testGroups"]) {
    const bool ours = group["keySize"] == 256 && group["ivSize"] == 96 && group["tagSize"] == 128;
    for (const auto& t : group["tests"]) {
      const auto text = [&](const char* name) { return t[name].get<std::string>(); };
      if (ours) {
        Check(t["tcId"], text("key"), text("iv"), text("aad"), text("msg"),
              text("ct") + text("tag"), t["result"] == "valid");
        ++run;
      } else {  // every other size is refused before anything is done
        const Secret key(Hex(text("key")));
        EXPECT_EQ(ErrorReason(AesGcmSeal(key, Hex(text("iv")), "", "").status()), "LENGTH_INVALID");
      }
    }
  }
  EXPECT_GE(run, 40);
}

TEST(AesGcmTest, OpensOnlyWhatWasSealed) {
  const Secret key = RandomSecret(32);
  const std::string nonce = RandomBytes(12), plaintext = RandomBytes(100);
  const std::string sealed = *AesGcmSeal(key, nonce, "aad", plaintext);
  EXPECT_EQ(*AesGcmOpen(key, nonce, "aad", sealed), plaintext);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    EXPECT_FALSE(AesGcmOpen(key, nonce, "aad", changed).ok()) << i;
  }
  for (size_t cut = 0; cut < sealed.size(); ++cut) {
    EXPECT_EQ(ErrorReason(AesGcmOpen(key, nonce, "aad", sealed.substr(0, cut)).status()),
              "AEAD_OPEN_FAILED");
  }
  EXPECT_FALSE(AesGcmOpen(key, nonce, "aae", sealed).ok());
  EXPECT_FALSE(AesGcmOpen(key, RandomBytes(12), "aad", sealed).ok());
  EXPECT_FALSE(AesGcmOpen(RandomSecret(32), nonce, "aad", sealed).ok());
}

TEST(AesGcmTest, WorksInTheCallersBufferAndWipesItOnFailure) {
  const Secret key = RandomSecret(32);
  const std::string nonce = RandomBytes(12), plaintext = "SYNTHETIC";
  std::vector<uint8_t> buffer(plaintext.begin(), plaintext.end());
  buffer.resize(plaintext.size() + kAesGcmTagSize);
  const auto view = [&](size_t size) {
    return std::string_view(reinterpret_cast<const char*>(buffer.data()), size);
  };
  AMANA_ASSERT_OK(AesGcmSealTo(key, nonce, "", view(plaintext.size()), absl::MakeSpan(buffer)));
  EXPECT_EQ(view(buffer.size()), *AesGcmSeal(key, nonce, "", plaintext));
  const auto out = absl::MakeSpan(buffer.data(), plaintext.size());
  AMANA_ASSERT_OK(AesGcmOpenTo(key, nonce, "", view(buffer.size()), out));
  EXPECT_EQ(view(plaintext.size()), plaintext);
  const std::string sealed = *AesGcmSeal(key, nonce, "", plaintext);
  EXPECT_FALSE(AesGcmOpenTo(key, nonce, "other", sealed, out).ok());
  EXPECT_EQ(view(plaintext.size()), std::string(plaintext.size(), '\0'));
  EXPECT_EQ(ErrorReason(AesGcmOpenTo(key, nonce, "", sealed, absl::MakeSpan(buffer))),
            "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(AesGcmSealTo(key, nonce, "", plaintext, out)), "LENGTH_INVALID");
  EXPECT_EQ(ErrorReason(AesGcmSeal(RandomSecret(16), nonce, "", "").status()), "LENGTH_INVALID");
}

TEST(AesGcmTest, EmptyPlaintext) {
  const Secret key = RandomSecret(32);
  const std::string nonce = RandomBytes(12);
  const std::string sealed = *AesGcmSeal(key, nonce, "aad", "");
  EXPECT_EQ(sealed.size(), kAesGcmTagSize);
  EXPECT_EQ(*AesGcmOpen(key, nonce, "aad", sealed), "");
  EXPECT_FALSE(AesGcmOpen(key, nonce, "", sealed).ok());
}

}  // namespace
}  // namespace amana::crypto
