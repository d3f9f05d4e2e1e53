#include "proto/envelope/statement.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "amana/v1/referral.pb.h"
#include "base/clock.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

v1::Cancellation Good() {
  v1::Cancellation message;
  *message.mutable_meta() = MakeMeta(SampleSigner().certificate, SampleTime());
  message.set_reason(v1::REASON_SENT_IN_ERROR);
  return message;
}

v1::SignedEnvelope Wrapped(const v1::Cancellation& message) {
  return SignMessage(kCancellationType, message, SampleSigner().key).value();
}

absl::Status Parse(const v1::SignedEnvelope& envelope) {
  return ParseStatement<v1::Cancellation>(envelope, kCancellationType).status();
}

TEST(ParseStatement, RoundTrip) {
  const v1::SignedEnvelope envelope = Wrapped(Good());
  EXPECT_TRUE(VerifyEnvelope(envelope, SampleSigner().certificate.public_key()).ok());
  const auto parsed = ParseStatement<v1::Cancellation>(envelope, kCancellationType);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(Serialize(*parsed), envelope.payload());
  EXPECT_EQ(parsed->meta().cert_id(), SampleSigner().certificate.id().view());
  EXPECT_EQ(amana::FromUnixMillis(parsed->meta().created_unix_ms()), SampleTime());
}

TEST(ParseStatement, RefusesAnotherType) {
  v1::SignedEnvelope envelope = Wrapped(Good());
  for (const std::string type :
       {"", "application/vnd.amana.cancellation.v2+protobuf", "application/json"}) {
    envelope.set_payload_type(type);
    EXPECT_EQ(ErrorReason(Parse(envelope)), "PAYLOAD_TYPE_UNEXPECTED") << type;
  }
}

TEST(ParseStatement, RefusesWhatIsNotCanonical) {
  v1::SignedEnvelope envelope = Wrapped(Good());
  envelope.mutable_payload()->append("\x98\x06\x01");  // field 99
  EXPECT_EQ(ErrorReason(Parse(envelope)), "UNKNOWN_FIELD");
  EXPECT_EQ(ErrorField(Parse(envelope)), "99");
}

struct MetaCase {
  const char* name;
  std::function<void(v1::Cancellation&)> change;
  const char* reason;
  const char* field;
};

TEST(ParseStatement, NamesWhatIsWrongWithMeta) {
  const MetaCase cases[] = {
      {"none", [](auto& m) { m.clear_meta(); }, "META_INVALID", "meta"},
      {"no suite", [](auto& m) { m.mutable_meta()->clear_suite(); }, "SUITE_UNSUPPORTED",
       "meta.suite"},
      {"suite 2", [](auto& m) { m.mutable_meta()->set_suite(2); }, "SUITE_UNSUPPORTED",
       "meta.suite"},
      {"no certificate", [](auto& m) { m.mutable_meta()->clear_cert_id(); }, "LENGTH_INVALID",
       "meta.cert_id"},
      {"31 bytes", [](auto& m) { m.mutable_meta()->set_cert_id(std::string(31, 'c')); },
       "LENGTH_INVALID", "meta.cert_id"},
      {"no time", [](auto& m) { m.mutable_meta()->clear_created_unix_ms(); }, "META_INVALID",
       "meta.created_unix_ms"},
      {"before 1970", [](auto& m) { m.mutable_meta()->set_created_unix_ms(-1); }, "META_INVALID",
       "meta.created_unix_ms"},
      {"after 9999", [](auto& m) { m.mutable_meta()->set_created_unix_ms(INT64_MAX); },
       "META_INVALID", "meta.created_unix_ms"},
  };
  for (const MetaCase& one : cases) {
    v1::Cancellation message = Good();
    one.change(message);
    const absl::Status status = Parse(Wrapped(message));
    EXPECT_EQ(ErrorReason(status), one.reason) << one.name;
    EXPECT_EQ(ErrorField(status), one.field) << one.name;
  }
}

TEST(CheckFreshness, BoundsAreInside) {
  const v1::StatementMeta meta = MakeMeta(SampleSigner().certificate, SampleTime());
  const auto at = [&meta](absl::Duration after) {
    return ErrorReason(CheckFreshness(meta, SampleTime() + after));
  };
  EXPECT_EQ(at(absl::ZeroDuration()), "");
  EXPECT_EQ(at(-absl::Minutes(5)), "");
  EXPECT_EQ(at(-absl::Minutes(5) - absl::Milliseconds(1)), "CREATED_IN_FUTURE");
  EXPECT_EQ(at(absl::Hours(14 * 24)), "");
  EXPECT_EQ(at(absl::Hours(14 * 24) + absl::Milliseconds(1)), "STATEMENT_TOO_OLD");
  const FreshnessLimits strict = {absl::ZeroDuration(), absl::Hours(1)};
  EXPECT_EQ(ErrorReason(CheckFreshness(meta, SampleTime() + absl::Hours(2), strict)),
            "STATEMENT_TOO_OLD");
  EXPECT_EQ(CheckFreshness(meta, SampleTime() + absl::Hours(2), strict).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(PayloadDigest, IsSha256OfThePayloadAlone) {
  v1::SignedEnvelope envelope;
  envelope.set_payload("abc");  // FIPS 180-4, appendix B.1
  EXPECT_EQ(PayloadDigest(envelope).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HasUnknownFields, LooksAtTheMessageItself) {
  v1::SectionBody body;
  EXPECT_FALSE(HasUnknownFields(body));
  ASSERT_TRUE(body.ParseFromString("\x98\x06\x01"));
  EXPECT_TRUE(HasUnknownFields(body));
}

}  // namespace
}  // namespace amana::envelope
