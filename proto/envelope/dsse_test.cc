#include "proto/envelope/dsse.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "amana/v1/envelope.pb.h"
#include "base/ids.h"
#include "base/status.h"
#include "tests/support/shared.h"
#include "tests/vectors/dsse_hello_world.h"

namespace amana::envelope {
namespace {

struct Vector {
  std::string payload_type, payload, pae, spki, signature;
};

void CheckVector(const Vector& vector) {
  EXPECT_EQ(PreAuthEncoding(vector.payload_type, vector.payload), vector.pae);
  const auto key = crypto::EcdsaPublicKey::FromSpkiDer(FromHex(vector.spki).value());
  ASSERT_TRUE(key.ok()) << key.status();
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(vector.payload_type);
  envelope.set_payload(vector.payload);
  envelope.set_signature(FromHex(vector.signature).value());
  EXPECT_TRUE(VerifyEnvelope(envelope, *key).ok()) << VerifyEnvelope(envelope, *key);
  envelope.set_payload(vector.payload + "!");
  EXPECT_EQ(ErrorReason(VerifyEnvelope(envelope, *key)), "SIGNATURE_INVALID");
}

TEST(Dsse, HelloWorld) {
  const tests::DsseVector& vector = tests::kDsseHelloWorld;
  CheckVector({std::string(vector.payload_type), std::string(vector.payload),
               std::string(vector.pae), std::string(vector.spki_der_hex),
               std::string(vector.signature_der_hex)});
}

TEST(Dsse, SharedVector) {
  const auto path = tests::SharedFile("vectors/dsse/dsse_helloworld.json");
  if (!path.has_value()) return;  // the same vector is in the table above
  const auto json = nlohmann::json::parse(tests::ReadWhole(*path));
  ASSERT_EQ(json["payload_b64"], "aGVsbG8gd29ybGQ=");
  CheckVector({json["payloadType"], "hello world", json["pae"], json["spki_der_hex"],
               json["sig_der_hex_converted_by_researcher"]});
}

TEST(Dsse, LengthsAreDecimalAndOfBytes) {
  EXPECT_EQ(PreAuthEncoding("", ""), "DSSEv1 0  0 ");
  EXPECT_EQ(PreAuthEncoding("t\xc5\xa9", std::string("\0 1", 3)),
            std::string("DSSEv1 3 t\xc5\xa9 3 \0 1", 18));
}

class SignedTest : public testing::Test {
 protected:
  void SetUp() override { envelope_ = SignStatement(kReferralType, "payload", key_).value(); }
  std::string Verify() const { return ErrorReason(VerifyEnvelope(envelope_, key_.PublicKey())); }

  const crypto::EcdsaPrivateKey key_ = crypto::EcdsaPrivateKey::Generate().value();
  v1::SignedEnvelope envelope_;
};

TEST_F(SignedTest, Verifies) {
  EXPECT_EQ(Verify(), "");
  EXPECT_EQ(envelope_.payload(), "payload");
  EXPECT_EQ(envelope_.payload_type(), kReferralType);
}

TEST_F(SignedTest, CoversThePayload) {
  envelope_.set_payload("payloaD");
  EXPECT_EQ(Verify(), "SIGNATURE_INVALID");
}

TEST_F(SignedTest, CoversTheType) {
  envelope_.set_payload_type(std::string(kConsentType));
  EXPECT_EQ(Verify(), "SIGNATURE_INVALID");
}

TEST_F(SignedTest, CoversTheBorderBetweenThem) {
  envelope_.set_payload_type(envelope_.payload_type() + " 7");
  EXPECT_EQ(Verify(), "SIGNATURE_INVALID");
}

TEST_F(SignedTest, RefusesNoSignatureAndOthers) {
  const std::string good = envelope_.signature();
  for (const std::string& bad :
       {std::string(), good + '\0', good.substr(1), std::string(70, 'x')}) {
    envelope_.set_signature(bad);
    EXPECT_EQ(Verify(), "SIGNATURE_INVALID") << ToHex(bad);
  }
}

TEST_F(SignedTest, RefusesAnotherKey) {
  const auto other = crypto::EcdsaPrivateKey::Generate().value();
  const absl::Status status = VerifyEnvelope(envelope_, other.PublicKey());
  EXPECT_EQ(ErrorReason(status), "SIGNATURE_INVALID");
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace amana::envelope
