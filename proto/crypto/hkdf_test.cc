#include "proto/crypto/hkdf.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"
#include "tests/support/shared.h"
#include "tests/vectors/crypto_symmetric.h"

namespace amana::crypto {
namespace {

std::string Hex(std::string_view hex) { return *FromHex(hex); }

void Check(int id, std::string_view input_key, std::string_view salt, std::string_view info,
           size_t size, std::string_view output, bool valid) {
  const auto derived = Hkdf(Hex(salt), Secret(Hex(input_key)), Hex(info), size);
  EXPECT_EQ(derived.ok(), valid) << "tcId " << id;
  if (valid) {
    EXPECT_TRUE(derived->SameAs(Secret(Hex(output)))) << "tcId " << id;
  } else {
    EXPECT_EQ(ErrorReason(derived.status()), "LENGTH_INVALID") << "tcId " << id;
  }
}

TEST(HkdfTest, Selection) {
  for (const auto& v : tests::kHkdfVectors) {
    Check(v.id, v.input_key, v.salt, v.info, v.size, v.output, v.valid);
  }
}

TEST(HkdfTest, Wycheproof) {
  const auto path = tests::SharedFile("vectors/wycheproof/hkdf_sha256_test.json");
  if (!path.has_value()) return;  // the selection has run
  const auto file = nlohmann::json::parse(tests::ReadWhole(*path));
  size_t run = 0;
  for (const auto& group : file["testGroups"]) {
    for (const auto& t : group["tests"]) {
      const auto text = [&](const char* name) { return t[name].get<std::string>(); };
      Check(t["tcId"], text("ikm"), text("salt"), text("info"), t["size"], text("okm"),
            t["result"] == "valid");
      ++run;
    }
  }
  EXPECT_EQ(run, file["numberOfTests"].get<size_t>());
}

// RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
TEST(HmacTest, TheRfcsVectors) {
  EXPECT_EQ(HmacSha256(Secret(std::string(20, '\x0b')), "Hi There").hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HmacSha256(Secret("Jefe"), {"what do ya want ", "", "for nothing?"}).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HmacSha256(Secret(std::string(131, '\xaa')),
                       "Test Using Larger Than Block-Size Key - Hash Key First")
                .hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  // No key at all: HMAC of the empty message (known from RFC 2104's definition).
  EXPECT_EQ(HmacSha256(Secret(), "").hex(),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace amana::crypto
