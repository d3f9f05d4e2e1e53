// What a broker must refuse, through the wire: each with its own reason and field, nothing stored,
// and counted against whoever asked.
#include <gtest/gtest.h>

#include <functional>

#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/testing.h"
#include "proto/crypto/random.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"
#include "tests/support/http_get.h"

namespace amana::tests {
namespace {

using crypto::CertUsage;
using crypto::Role;

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";

// Registered, and not for signing.
const TestIdentity& Tls() { return TestTls("haven", Role::kSystem, "intake"); }
const TestIdentity& Police() { return TestSigner("police", Role::kSystem, "desk"); }

// One broker for all rows: nothing that is refused may leave a trace for the next.
class BadInputTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new BrokerWorld();
    world_->Register("haven", "tls", Tls().certificate);
    broker_ = new BrokerProcess(*world_);
    AMANA_EXPECT_OK(broker_->Start());
    for (const char* name : {"police", "intake", "auditor", "operator"}) {
      auto endpoint = Endpoint::Open(world_->agency_config(name));
      AMANA_EXPECT_OK(endpoint.status());
      endpoints_[name] = (*std::move(endpoint)).release();
    }
    consent_ = new ConsentUse{SampleConsent(absl::Now()), {}};
    const auto queued = police().sender().QueueConsent(consent_->record);
    AMANA_EXPECT_OK(queued.status());
    consent_->digest = queued->digest;
    const auto flushed = police().sender().Flush();
    AMANA_EXPECT_OK(flushed.status());
    AMANA_EXPECT_OK(flushed->trouble);
  }
  static void TearDownTestSuite() {
    for (auto& [name, endpoint] : endpoints_) delete endpoint;
    AMANA_EXPECT_OK(broker_->Stop());
    delete consent_;
    delete broker_;
    delete world_;
  }

  static Endpoint& police() { return *endpoints_.at("police"); }
  static Endpoint& haven() { return *endpoints_.at("intake"); }

  // A good submission, but for what `edit` does to its draft before it is sealed.
  static v1::Submission Sealed(
      const std::function<void(envelope::SubmissionDraft&)>& edit = [](auto&) {},
      const TestIdentity& signer = Police()) {
    const sdk::ReferralDraft sample =
        SampleReferral(*consent_, AddressOf("haven/intake"), kContent, absl::Now());
    envelope::SubmissionDraft draft;
    draft.header = sample.header;
    draft.header.set_referral_id(crypto::RandomBytes(16));
    draft.header.set_version(1);
    draft.header.mutable_sender()->set_agency("police");
    draft.header.mutable_sender()->set_unit("desk");
    draft.created = absl::Now();
    draft.sections = sample.sections;
    draft.recipients.push_back(
        {{AddressOf("haven/intake"), TestSealer("haven", "intake").certificate}, {}});
    edit(draft);
    auto sealed = envelope::SealSubmission(draft, signer.key, signer.certificate);
    AMANA_EXPECT_OK(sealed.status());
    return std::move(sealed->submission);
  }

  static v1::Submission Edited(const std::function<void(v1::Submission&)>& edit) {
    v1::Submission submission = Sealed();
    edit(submission);
    return submission;
  }

  // With another header, signed as it then is: for what the library itself would not make.
  static v1::Submission Resigned(const std::function<void(v1::ReferralHeader&)>& edit,
                                 const TestIdentity& signer = Police()) {
    return Edited([&](v1::Submission& submission) {
      v1::ReferralHeader header;
      header.ParseFromString(submission.header().payload());
      edit(header);
      auto signed_header = envelope::SignMessage(envelope::kReferralType, header, signer.key);
      AMANA_EXPECT_OK(signed_header.status());
      *submission.mutable_header() = *signed_header;
    });
  }

  static absl::Status Submit(const v1::Submission& submission, Endpoint& caller = police()) {
    v1::SubmitRequest request;
    *request.mutable_submission() = submission;
    return caller.client().Call(sdk::kSubmit, request).status();
  }

  static uint64_t LogSize() {
    const auto newest =
        sdk::FetchCheckpoint(police().client(), police().identity().log(), 0, Digest());
    AMANA_EXPECT_OK(newest.status());
    return newest.ok() ? newest->checkpoint.size() : 0;
  }

  // What the broker has counted.
  static double Refusals(std::string_view agency, std::string_view reason) {
    const std::string metrics = HttpGet(broker_->metrics_port(), "/metrics");
    const std::string line = "amana_refusals_total{agency=\"" + std::string(agency) +
                             "\",reason=\"" + std::string(reason) + "\"} ";
    const size_t at = metrics.find(line);
    return at == std::string::npos ? 0 : std::stod(metrics.substr(at + line.size()));
  }

  // `call` is refused so, stores nothing and is counted once.
  static void ExpectRefused(std::string_view agency, std::string_view reason,
                            std::string_view field, const std::function<absl::Status()>& call) {
    const uint64_t size = LogSize();
    const double counted = Refusals(agency, reason);
    const absl::Status status = call();
    EXPECT_EQ(ErrorReason(status), reason) << status;
    EXPECT_EQ(ErrorField(status), field) << status;
    EXPECT_NE(status.code(), absl::StatusCode::kInternal) << status;
    EXPECT_EQ(Refusals(agency, reason), counted + 1) << reason << " is not counted";
    EXPECT_EQ(LogSize(), size) << reason << " stored something";
  }

  static BrokerWorld* world_;
  static BrokerProcess* broker_;
  static std::map<std::string, Endpoint*> endpoints_;
  static ConsentUse* consent_;
};
BrokerWorld* BadInputTest::world_ = nullptr;
BrokerProcess* BadInputTest::broker_ = nullptr;
std::map<std::string, Endpoint*> BadInputTest::endpoints_;
ConsentUse* BadInputTest::consent_ = nullptr;

struct Row {
  std::string reason;
  std::string field;
  std::function<v1::Submission()> make;
};

TEST_F(BadInputTest, Signatures) {
  const Row rows[] = {
      {"SIGNATURE_INVALID", "",
       [] {
         return Edited(
             [](v1::Submission& s) { s.mutable_header()->mutable_signature()->back() ^= 1; });
       }},
      {"SIGNATURE_INVALID", "",
       [] { return Edited([](v1::Submission& s) { s.mutable_header()->clear_signature(); }); }},
      {"SIGNATURE_INVALID", "",
       [] {  // another key of the same agency's
         return Resigned([](v1::ReferralHeader&) {}, TestSigner("haven", Role::kSystem, "intake"));
       }},
      {"SIGNATURE_INVALID", "",
       [] {  // signed for another purpose
         return Edited([](v1::Submission& s) {
           const std::string payload = s.header().payload();
           *s.mutable_header() =
               *envelope::SignStatement(envelope::kSeenType, payload, Police().key);
           s.mutable_header()->set_payload_type(std::string(envelope::kReferralType));
         });
       }},
      {"PAYLOAD_TYPE_UNEXPECTED", "payload_type",
       [] {
         return Edited([](v1::Submission& s) {
           s.mutable_header()->set_payload_type(std::string(envelope::kSeenType));
         });
       }},
      {"SIGNER_UNKNOWN", "meta.cert_id",
       [] {
         return Resigned([](v1::ReferralHeader& header) {
           header.mutable_meta()->set_cert_id(std::string(32, 'x'));
         });
       }},
      {"SIGNER_WRONG_USAGE", "meta.cert_id",
       [] {
         return Resigned([](v1::ReferralHeader& header) {
           header.mutable_meta()->set_cert_id(Tls().certificate.id().bytes());
         });
       }},
      {"SUITE_UNSUPPORTED", "meta.suite",
       [] {
         return Resigned([](v1::ReferralHeader& header) { header.mutable_meta()->set_suite(2); });
       }},
  };
  for (const Row& row : rows) {
    ExpectRefused("police", row.reason, row.field, [&] { return Submit(row.make()); });
  }
}

TEST_F(BadInputTest, Headers) {
  const Row rows[] = {
      {"HEADER_EXPIRED", "expires_unix_ms",
       [] {
         return Sealed([](envelope::SubmissionDraft& d) {
           d.created = absl::Now() - absl::Hours(2);
           d.header.set_expires_unix_ms(ToUnixMillis(absl::Now() - absl::Hours(1)));
         });
       }},
      {"CREATED_IN_FUTURE", "meta.created_unix_ms",
       [] {
         return Sealed(
             [](envelope::SubmissionDraft& d) { d.created = absl::Now() + absl::Minutes(10); });
       }},
      {"STATEMENT_TOO_OLD", "meta.created_unix_ms",
       [] {
         return Sealed([](envelope::SubmissionDraft& d) {
           d.created = absl::Now() - absl::Hours(14 * 24) - absl::Minutes(1);
         });
       }},
      {"UNKNOWN_FIELD", "2047",
       [] {
         return Edited([](v1::Submission& s) {
           std::string payload = s.header().payload() + std::string("\xfa\x7f\x01x", 4);
           *s.mutable_header() =
               *envelope::SignStatement(envelope::kReferralType, payload, Police().key);
         });
       }},
      {"RECIPIENT_UNKNOWN", "services[0].recipient",
       [] {
         return Sealed([](envelope::SubmissionDraft& d) {
           d.header.mutable_services(0)->mutable_recipient()->set_agency("nobody");
         });
       }},
      {"VERSION_OUT_OF_ORDER", "header.version",
       [] { return Sealed([](envelope::SubmissionDraft& d) { d.header.set_version(2); }); }},
      {"HEADER_FIELD_INVALID", "urgency",
       [] { return Resigned([](v1::ReferralHeader& header) { header.clear_urgency(); }); }},
      {"LENGTH_INVALID", "referral_id",
       [] {
         return Resigned([](v1::ReferralHeader& header) { header.set_referral_id("short"); });
       }},
  };
  for (const Row& row : rows) {
    ExpectRefused("police", row.reason, row.field, [&] { return Submit(row.make()); });
  }
}

// Other bytes that a lenient parser would read as the same header.
TEST_F(BadInputTest, BytesThatAreNotCanonical) {
  const auto with_payload = [](const std::function<std::string(std::string)>& edit) {
    return Edited([&](v1::Submission& s) {
      const std::string payload = edit(s.header().payload());
      *s.mutable_header() =
          *envelope::SignStatement(envelope::kReferralType, payload, Police().key);
    });
  };
  // Field 3, version: a second time, with two bytes for one, and behind a higher field.
  for (const std::string& tail : {std::string("\x18\x01", 2), std::string("\x18\x81\x00", 3)}) {
    const uint64_t size = LogSize();
    const absl::Status status =
        Submit(with_payload([&](std::string payload) { return payload + tail; }));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_FALSE(ErrorReason(status).empty());
    EXPECT_EQ(LogSize(), size);
  }
  const auto cut =
      with_payload([](std::string payload) { return payload.substr(0, payload.size() - 1); });
  EXPECT_EQ(Submit(cut).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BadInputTest, SectionsAndWraps) {
  const Row rows[] = {
      {"SECTION_MISMATCH", "",
       [] {
         return Edited(
             [](v1::Submission& s) { s.mutable_sections(0)->mutable_ciphertext()->front() ^= 1; });
       }},
      {"SECTION_MISMATCH", "",
       [] {
         return Edited(
             [](v1::Submission& s) { s.mutable_openings(0)->mutable_salt()->front() ^= 1; });
       }},
      {"WRAP_MISMATCH", "",
       [] {
         return Edited([](v1::Submission& s) {
           s.mutable_grants(0)->mutable_wraps(0)->mutable_sealed_key()->front() ^= 1;
         });
       }},
      {"WRAP_RECIPIENT_MISMATCH", "",
       [] {  // of the right agency and unit, registered by nobody
         return Sealed([](envelope::SubmissionDraft& d) {
           d.recipients[0].to.sealing =
               TestCert("haven", Role::kSystem, "intake", "", CertUsage::kSealing, 7).certificate;
         });
       }},
  };
  for (const Row& row : rows) {
    const v1::Submission submission = row.make();
    const uint64_t size = LogSize();
    const double counted = Refusals("police", row.reason);
    const absl::Status status = Submit(submission);
    EXPECT_EQ(ErrorReason(status), row.reason) << status;
    EXPECT_NE(ErrorField(status), "") << status;
    EXPECT_EQ(Refusals("police", row.reason), counted + 1);
    EXPECT_EQ(LogSize(), size);
  }
}

TEST_F(BadInputTest, Sizes) {
  const std::string large(100'000, 's');
  ExpectRefused("police", "SUBMISSION_TOO_LARGE", "submission", [&] {
    v1::Submission submission = Sealed();
    for (int i = 0; i < 3; ++i) {
      submission.mutable_sections(0)->mutable_ciphertext()->append(large);
    }
    return Submit(submission);
  });
  // Over 1 MiB gRPC itself refuses, before there is a caller.
  const uint64_t size = LogSize();
  v1::Submission huge = Sealed();
  huge.mutable_sections(0)->mutable_ciphertext()->append(std::string(1'100'000, 's'));
  const absl::Status status = Submit(huge);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(ErrorReason(status), "CALL_FAILED") << "no judgement of the broker's: no ErrorInfo";
  EXPECT_EQ(LogSize(), size);
}

// The stream it came on ends; the connection and its other calls do not.
TEST_F(BadInputTest, AMessageOfABatchThatIsTooLarge) {
  const uint64_t size = LogSize();
  auto batch = police().client().Open(sdk::kSubmitBatch);
  v1::SubmitBatchRequest request;
  *request.add_submissions() = Sealed();
  request.mutable_submissions(0)->mutable_sections(0)->mutable_ciphertext()->append(
      std::string(1'100'000, 's'));
  AMANA_EXPECT_OK(batch.Write(request));
  const auto answer = batch.Read(absl::Seconds(10));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted) << answer.status();
  EXPECT_EQ(ErrorReason(answer.status()), "CALL_FAILED");
  EXPECT_EQ(LogSize(), size);
  AMANA_EXPECT_OK(police().client().Call(sdk::kListReferrals, v1::ListReferralsRequest()).status());
}

TEST_F(BadInputTest, CallersWhoMayNot) {
  const v1::Submission good = Sealed();
  ExpectRefused("haven", "SENDER_NOT_CALLER", "meta.cert_id",
                [&] { return Submit(good, haven()); });
  ExpectRefused("oversight", "ROLE_NOT_PERMITTED", "",
                [&] { return Submit(good, *endpoints_.at("auditor")); });
  ExpectRefused("amana", "ROLE_NOT_PERMITTED", "",
                [&] { return Submit(good, *endpoints_.at("operator")); });
  ExpectRefused("police", "ROLE_NOT_PERMITTED", "", [&] {
    return police().client().Call(sdk::kListDeadLetters, v1::ListDeadLettersRequest()).status();
  });
  // A header for another unit than the signer's.
  ExpectRefused("police", "SIGNER_WRONG_UNIT", "header.sender", [&] {
    return Submit(Resigned(
        [](v1::ReferralHeader& header) { header.mutable_sender()->set_unit("elsewhere"); }));
  });
  // To a stranger, what is there and what is not are the same.
  AMANA_ASSERT_OK(Submit(good));
  v1::ReferralHeader header;
  header.ParseFromString(good.header().payload());
  v1::GetReferralRequest get;
  get.mutable_referral()->set_sender_agency("police");
  get.mutable_referral()->set_version(1);
  get.mutable_referral()->set_referral_id(header.referral_id());
  const absl::Status there = haven().client().Call(sdk::kGetReferral, get).status();
  get.mutable_referral()->set_referral_id(crypto::RandomBytes(16));
  EXPECT_EQ(ErrorReason(there), "NOT_FOUND");
  EXPECT_EQ(there, haven().client().Call(sdk::kGetReferral, get).status());
}

// The same in a batch: each is judged alone.
TEST_F(BadInputTest, ABadOneInABatchTakesNoOtherWithIt) {
  v1::SubmitBatchRequest request;
  *request.add_submissions() = Sealed();
  *request.add_submissions() =
      Edited([](v1::Submission& s) { s.mutable_header()->mutable_signature()->back() ^= 1; });
  *request.add_submissions() = Sealed();
  const double counted = Refusals("police", "SIGNATURE_INVALID");
  auto stream = police().client().Open(sdk::kSubmitBatch, absl::Seconds(10));
  AMANA_ASSERT_OK(stream.Write(request));
  const auto response = stream.Read(absl::Seconds(10));
  AMANA_ASSERT_OK(response.status());
  ASSERT_TRUE(response->has_value());
  ASSERT_EQ((*response)->results_size(), 3);
  EXPECT_TRUE((*response)->results(0).has_accepted());
  EXPECT_EQ((*response)->results(1).refused().reason(), "SIGNATURE_INVALID");
  EXPECT_TRUE((*response)->results(2).has_accepted());
  EXPECT_EQ(Refusals("police", "SIGNATURE_INVALID"), counted + 1);
}

}  // namespace
}  // namespace amana::tests
