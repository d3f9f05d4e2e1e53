// A mirror of police-a's with two SYNTHETIC referrals in it, and bundles made from it, honest and
// not.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FOR_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agency-adapters/auditor/bundle.h"
#include "agency-adapters/auditor/bundle_checks.h"
#include "agency-adapters/auditor/bundle_file.h"
#include "agency-adapters/auditor/bundle_text.h"
#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/testing.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "tests/support/test_pki.h"

namespace amana::auditor {

using sdk::EventField;
using sdk::testing::FakeBroker;
using sdk::testing::SampleEvent;

inline constexpr uint64_t kBefore = 300;  // entries of nobody's

inline ReferralId Referral(char id) { return ReferralId::FromBytes(std::string(16, id)).value(); }

inline std::string TimeBytes(absl::Time time) {
  std::string bytes(8, '\0');
  uint64_t millis = static_cast<uint64_t>(absl::ToUnixMillis(time));
  for (size_t i = 8; i-- > 0; millis >>= 8) bytes[i] = static_cast<char>(millis & 0xff);
  return bytes;
}

inline absl::Time Second(int second) { return envelope::SampleTime() + absl::Seconds(second); }

// Of what police-a sent, with the counter that the sequencer gives, one second later each.
inline SampleEvent Own(v1::EventKind kind, int counter, char referral) {
  return {kind,
          {},
          StatementKey{AgencyId::Create("police-a").value(), Referral(referral), 1},
          {{EventField::kSenderCounter, std::string(1, static_cast<char>(counter))},
           {EventField::kTime, TimeBytes(Second(counter))}}};
}

class BundleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    book_ = MirrorBook::Open(dir_.path()).value();
    // Referrals 'a' and 'b' in turn; the signer of the first is named.
    for (int counter = 1; counter <= 8; ++counter) {
      SampleEvent event =
          Own(counter < 3 ? v1::EVENT_KIND_SUBMISSION_ACCEPTED : v1::EVENT_KIND_GRANT_ADDED,
              counter, counter % 2 == 1 ? 'a' : 'b');
      if (counter == 1) {
        event.more[EventField::kActorAgency] = "police-a";
        event.more[EventField::kCertId] = Officer().certificate.id().bytes();
      }
      broker_.Append(event);
    }
    broker_.answers["/amana.v1.AuditService/GetCertificate"] = [](const std::string&) {
      v1::GetCertificateResponse response;
      response.set_certificate(Officer().certificate.der());
      return response.SerializeAsString();
    };
    AMANA_ASSERT_OK(
        Follow(*client_, RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
  }

  static const tests::TestIdentity& Officer() {
    return tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "officer");
  }
  static sdk::SigningIdentity SignerOf(const tests::TestIdentity& test) {
    return {test.certificate, test.key};
  }

  BundleRequest Asking(EventQuery query) {
    return {RealFileSystem(), dir_.path(),      *book_,        identity_,
            Second(100),      std::move(query), "Case 12/2031"};
  }
  Bundle Make(EventQuery query) {
    auto bundle = MakeBundle(Asking(std::move(query)));
    EXPECT_TRUE(bundle.ok()) << bundle.status();
    return *std::move(bundle);
  }
  BundleTrust Trust() {
    BundleTrust trust{broker_.log(), Second(1000)};
    trust.authorities = &identity_.authorities();
    return trust;
  }
  Verdict Judge(const std::string& file) { return Overall(CheckBundle(file, Trust()).results); }

  // Who has the signer's key changes the evidence, and words and signature follow.
  std::string Forge(const std::function<void(v1::EvidenceBundle&)>& change) {
    v1::EvidenceBundle evidence = Make({.referral = Referral('a')}).evidence;
    change(evidence);
    const sdk::SigningIdentity signer = SignerOf(Officer());
    const auto words = StatementOf(evidence, signer.certificate);
    return *WriteBundleFile(words.ok() ? *words : "No words.\n", envelope::Serialize(evidence),
                            signer);
  }

  TempDir dir_;
  FakeBroker broker_{kBefore};
  std::unique_ptr<sdk::Client> client_ = broker_.Connect();
  std::unique_ptr<MirrorBook> book_;
  sdk::Identity identity_ = sdk::testing::OfficerIdentity(broker_.log());
};

inline std::string Failing(const JudgedBundle& judged) {
  std::string text;
  for (const CheckResult& result : judged.results) {
    if (!result.failure.ok()) {
      text +=
          (text.empty() ? "" : " ") + std::string(result.name) + ":" + ErrorReason(result.failure);
    }
  }
  return text;
}

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FOR_TEST_H_
