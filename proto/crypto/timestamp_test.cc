#include "proto/crypto/timestamp.h"

#include <gtest/gtest.h>

#include <string>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "tests/support/child_process.h"

namespace amana::crypto {
namespace {

constexpr std::string_view kData = "SYNTHETIC checkpoint\n12\n";

constexpr char kConfig[] = R"(
[req]
distinguished_name = dn
prompt = no
[dn]
CN = SYNTHETIC
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[mail]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, emailProtection
[tsa_config]
dir = .
serial = serial
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha512
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
)";

// An authority made by the openssl program itself.
class TimestampTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("config", kConfig);
    Write("serial", "01\n");
    Write("data", std::string(kData));
    Sh("openssl ecparam -name prime256v1 -genkey -noout -out ca.key && "
       "openssl req -x509 -new -key ca.key -config config -extensions ca -days 2 -out ca.pem");
    Issue("tsa", "tsa");
  }
  void Write(const std::string& name, const std::string& text) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File(name), text, kPrivateFile));
  }
  std::string Read(const std::string& name) {
    return RealFileSystem().Read(dir_.File(name)).value_or("");
  }
  void Sh(const std::string& script) {
    tests::ChildOptions options;
    options.command = {"/bin/sh", "-c", "cd " + dir_.path() + " && { " + script + "; } 2>err"};
    auto child = tests::ChildProcess::Start(options);
    AMANA_ASSERT_OK(child.status());
    ASSERT_EQ((*child)->Wait(absl::Seconds(20)), 0) << script << "\n" << Read("err");
  }
  void Issue(const std::string& name, const std::string& extensions) {
    Sh("openssl ecparam -name prime256v1 -genkey -noout -out " + name +
       ".key && "
       "openssl req -new -key " +
       name + ".key -config config -out " + name +
       ".csr && "
       "openssl x509 -req -in " +
       name +
       ".csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 1 "
       "-extfile config -extensions " +
       extensions + " -out " + name + ".pem");
  }
  void Stamp(const std::string& digest, const std::string& form = "") {
    Sh("openssl ts -query -data data -" + digest +
       " -cert -out query && "
       "openssl ts -reply -queryfile query -config config -section tsa_config -signer tsa.pem "
       "-inkey tsa.key " +
       form + " -out token");
  }
  std::string Reason(const std::string& token, std::string_view data = kData,
                     const std::string& roots = "ca.pem") {
    return ErrorReason(VerifyTimestamp(token, data, Read(roots), "token").status());
  }

  TempDir dir_;
};

TEST_F(TimestampTest, ATokenOfTheOpensslProgramVerifies) {
  const absl::Time before = absl::Now() - absl::Seconds(2);
  for (const char* digest : {"sha256", "sha512"}) {
    Stamp(digest);
    const auto at = VerifyTimestamp(Read("token"), kData, Read("ca.pem"), "token");
    AMANA_ASSERT_OK(at.status());
    EXPECT_GE(*at, before);
    EXPECT_LE(*at, absl::Now() + absl::Seconds(1));
  }
  Stamp("sha256", "-token_out");
  EXPECT_EQ(Reason(Read("token")), "");
}

TEST_F(TimestampTest, WhatIsNotItIsToldApart) {
  Stamp("sha256");
  const std::string token = Read("token");
  EXPECT_EQ(Reason(token, "other data"), "TIMESTAMP_MISMATCH");
  EXPECT_EQ(Reason(""), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(Reason("nonsense"), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(Reason(token + "x"), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(Reason(token.substr(0, token.size() - 1)), "TIMESTAMP_MALFORMED");
  std::string broken = token;
  broken.back() = static_cast<char>(broken.back() ^ 1);  // the signature stands last
  EXPECT_EQ(Reason(broken), "TIMESTAMP_INVALID");
  EXPECT_EQ(Reason(token, kData, "data"), "TIMESTAMP_UNTRUSTED");
  Sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout x.key "
     "-config config -extensions ca -days 2 -out other.pem");
  EXPECT_EQ(Reason(token, kData, "other.pem"), "TIMESTAMP_UNTRUSTED");
  Stamp("sha1");
  EXPECT_EQ(Reason(Read("token")), "TIMESTAMP_MISMATCH");
}

TEST_F(TimestampTest, TheOpensslProgramAnswersOurRequests) {
  const auto answer = [&](const TimestampRequest& request) {
    Write("query", request.der);
    Sh("openssl ts -reply -queryfile query -config config -section tsa_config -signer tsa.pem "
       "-inkey tsa.key -out answer");
    return Read("answer");
  };
  const auto request = MakeTimestampRequest(kData);
  AMANA_ASSERT_OK(request);
  EXPECT_NE(MakeTimestampRequest(kData)->nonce, request->nonce);
  const std::string good = answer(*request);
  const std::string roots = Read("ca.pem");
  const auto granted = OpenTimestampAnswer(good, *request, kData, roots);
  AMANA_ASSERT_OK(granted);
  EXPECT_EQ(VerifyTimestamp(granted->token, kData, roots, "token").value(), granted->time);

  const auto reason = [&](std::string_view bytes, std::string_view data = kData) {
    return ErrorReason(OpenTimestampAnswer(bytes, *request, data, roots).status());
  };
  EXPECT_EQ(reason(""), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(reason("<html>busy</html>"), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(reason(std::string(1 << 20, '0')), "TIMESTAMP_MALFORMED");
  EXPECT_EQ(reason(granted->token), "TIMESTAMP_MALFORMED");  // a token answers nobody
  EXPECT_EQ(reason(good, "other data"), "TIMESTAMP_MISMATCH");
  // Of the same data for another request, and for one without a nonce.
  EXPECT_EQ(reason(answer(*MakeTimestampRequest(kData))), "TIMESTAMP_REPLAYED");
  Stamp("sha256");
  EXPECT_EQ(reason(Read("token")), "TIMESTAMP_REPLAYED");
  Sh("openssl ts -query -data data -sha256 -no_nonce -cert -out query && openssl ts -reply "
     "-queryfile query -config config -section tsa_config -signer tsa.pem -inkey tsa.key -out t");
  EXPECT_EQ(reason(Read("t")), "TIMESTAMP_REPLAYED");
  const std::string refusal("\x30\x05\x30\x03\x02\x01\x02", 7);  // PKIStatusInfo: rejection
  EXPECT_EQ(reason(refusal), "TIMESTAMP_REFUSED");
}

TEST_F(TimestampTest, AnyFlippedBitIsSeen) {
  Stamp("sha256");
  const std::string token = Read("token");
  for (size_t i = 0; i < token.size(); i += 3) {
    std::string broken = token;
    broken[i] = static_cast<char>(broken[i] ^ 0x10);
    const auto at = VerifyTimestamp(broken, kData, Read("ca.pem"), "token");
    // What is not signed (the response's own text, certificates it carries twice) may change, the
    // time stated may not.
    if (at.ok()) {
      EXPECT_EQ(*at, *VerifyTimestamp(token, kData, Read("ca.pem"), "token")) << i;
    }
  }
}

}  // namespace
}  // namespace amana::crypto
