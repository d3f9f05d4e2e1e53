#include "broker/identity/caller.h"

#include <ctime>
#include <string>

#include "base/status.h"
#include "broker/identity/registry_testing.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::identity {
namespace {

using crypto::CertUsage;
using crypto::Role;

absl::Time At(int year) { return absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone()); }

Trust LoadTrust(const TestRegistry& files) {
  Trust trust;
  trust.registry = Registry::Load(RealFileSystem(), files.path()).value();
  trust.revocations = std::make_shared<const RevocationList>(
      RevocationList::Parse(files.Read("revoked.txt")).value());
  return trust;
}

TEST(Caller, IsWhatItsCertificateSays) {
  const TestRegistry files;
  const Trust trust = LoadTrust(files);
  CallerResolver resolver;
  const auto& person = tests::TestTls("haven", Role::kPerson, "intake", "p1").certificate;
  for (const std::string& bytes : {person.pem(), person.der(), person.pem()}) {
    const absl::StatusOr<Caller> caller = resolver.Resolve(bytes, trust, At(2024));
    AMANA_ASSERT_OK(caller);
    EXPECT_EQ(caller->agency.value(), "haven");
    EXPECT_EQ(caller->role, Role::kPerson);
    EXPECT_EQ(caller->unit->value(), "intake");
    EXPECT_EQ(caller->person->value(), "p1");
    EXPECT_EQ(caller->cert_id, person.id());
  }
  const auto& auditor = tests::TestTls("oversight", Role::kAuditor).certificate;
  EXPECT_EQ(resolver.Resolve(auditor.pem(), trust, At(2024))->role, Role::kAuditor);
}

TEST(Caller, ActsForItsUnitOrItsWholeAgency) {
  const auto address = [](std::string_view text) { return ParseAddress(text, "a").value(); };
  Caller caller;
  caller.agency = AgencyId::Create("haven").value();
  EXPECT_TRUE(caller.ActsFor(address("haven/intake")));
  EXPECT_FALSE(caller.ActsFor(address("police/intake")));
  caller.unit = UnitId::Create("intake").value();
  EXPECT_TRUE(caller.ActsFor(address("haven/intake")));
  EXPECT_FALSE(caller.ActsFor(address("haven/coast")));
}

TEST(Caller, RefusesByName) {
  struct Case {
    std::string certificate;
    const char* reason;
    absl::StatusCode code = absl::StatusCode::kUnauthenticated;
  };
  crypto::SpiffeId elsewhere = tests::TestSpiffe("haven", Role::kSystem);
  const auto permission = absl::StatusCode::kPermissionDenied;
  const Case cases[] = {
      {"", "CERT_MALFORMED"},
      {"no certificate", "CERT_MALFORMED"},
      {std::string("\x30\x03\x02\x01\x01"), "CERT_MALFORMED"},
      {tests::TestSigner("haven", Role::kSystem).certificate.pem(), "CERTIFICATE_NOT_TLS"},
      {tests::TestSealer("haven", "intake").certificate.pem(), "CERTIFICATE_NOT_TLS"},
      {tests::TestAgencyCa("haven").certificate.pem(), "CERTIFICATE_NOT_TLS"},
      {tests::TestTls("stranger", Role::kSystem).certificate.pem(), "AGENCY_UNKNOWN"},
      {tests::MakeForeignCert(elsewhere, CertUsage::kTls).certificate.pem(), "CHAIN_UNTRUSTED"},
      {tests::TestTls("haven", Role::kAuditor).certificate.pem(), "ROLE_NOT_REGISTERED",
       permission},
      {tests::MakeTestCert(elsewhere, CertUsage::kTls, At(2021), At(2022)).certificate.pem(),
       "CERTIFICATE_EXPIRED"},
      {tests::MakeTestCert(elsewhere, CertUsage::kTls, At(2026), At(2027)).certificate.pem(),
       "CERTIFICATE_NOT_YET_VALID"},
  };
  const TestRegistry files;
  const Trust trust = LoadTrust(files);
  CallerResolver resolver;
  for (const Case& c : cases) {
    for (int again = 0; again < 2; ++again) {
      const auto caller = resolver.Resolve(c.certificate, trust, At(2024));
      ASSERT_FALSE(caller.ok()) << c.reason;
      EXPECT_EQ(ErrorReason(caller.status()), c.reason);
      EXPECT_EQ(caller.status().code(), c.code) << c.reason;
    }
  }
}

TEST(Caller, RefusesAnotherTrustDomain) {
  constexpr std::string_view kElsewhere = "other.example";
  crypto::SpiffeId spiffe = tests::TestSpiffe("haven", Role::kSystem);
  spiffe.trust_domain = kElsewhere;
  const crypto::Validity validity{At(2021), At(2030)};
  const auto root_key = crypto::EcdsaPrivateKey::Generate().value();
  const auto ca_key = crypto::EcdsaPrivateKey::Generate().value();
  const crypto::Authority root{crypto::MakeRoot(root_key, kElsewhere, validity).value(), root_key};
  const crypto::Authority ca{
      crypto::IssueAgencyCa(root, ca_key.PublicKey(), kElsewhere, spiffe.agency, validity).value(),
      ca_key};
  const auto certificate =
      crypto::IssueEndEntity(ca, crypto::EcdsaPrivateKey::Generate()->PublicKey(),
                             {spiffe, CertUsage::kTls, validity, {}, {}})
          .value();
  const TestRegistry files;
  CallerResolver resolver;
  EXPECT_EQ(ErrorReason(resolver.Resolve(certificate.pem(), LoadTrust(files), At(2024)).status()),
            "TRUST_DOMAIN_UNKNOWN");
}

TEST(Caller, RevocationAndExpiryAreJudgedOnEveryCall) {
  TestRegistry files;
  const std::string pem = tests::TestTls("haven", Role::kSystem).certificate.pem();
  CallerResolver resolver;
  Trust trust = LoadTrust(files);
  AMANA_ASSERT_OK(resolver.Resolve(pem, trust, At(2024)));
  EXPECT_EQ(ErrorReason(resolver.Resolve(pem, trust, At(2051)).status()), "CERTIFICATE_EXPIRED");
  EXPECT_EQ(ErrorReason(resolver.Resolve(pem, trust, At(2019)).status()),
            "CERTIFICATE_NOT_YET_VALID");
  const CertId ids[] = {tests::TestTls("haven", Role::kSystem).certificate.id(),
                        tests::TestAgencyCa("haven").certificate.id(),
                        tests::TestRoot().certificate.id()};
  for (const CertId& id : ids) {
    trust.revocations = std::make_shared<const RevocationList>(
        RevocationList::Parse(id.hex() + " 2024-01-01T00:00:00Z test\n").value());
    const auto caller = resolver.Resolve(pem, trust, At(2024));
    EXPECT_EQ(caller.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ErrorReason(caller.status()), "CERTIFICATE_REVOKED");
  }
  trust.revocations = std::make_shared<const RevocationList>();
  AMANA_EXPECT_OK(resolver.Resolve(pem, trust, At(2024)));
}

TEST(Caller, WhatIsRememberedIsForgottenWithTheRegistry) {
  TestRegistry files;
  CallerResolver resolver;
  const std::string pem = tests::TestTls("haven", Role::kSystem, "coast").certificate.pem();
  AMANA_ASSERT_OK(resolver.Resolve(pem, LoadTrust(files), At(2024)));
  files.Edit("kind = \"SHELTER\"", "kind = \"SHELTER\"\nroles = [\"person\"]");
  EXPECT_EQ(ErrorReason(resolver.Resolve(pem, LoadTrust(files), At(2024)).status()),
            "ROLE_NOT_REGISTERED");
}

// In processor time; the bound is wide, for sanitizers and a busy machine.
TEST(Caller, AKnownCallerCostsAboutAMicrosecond) {
  const TestRegistry files;
  const Trust trust = LoadTrust(files);
  CallerResolver resolver;
  const std::string pem = tests::TestTls("haven", Role::kSystem).certificate.pem();
  constexpr int kCalls = 100'000;
  const std::clock_t start = std::clock();
  for (int i = 0; i < kCalls; ++i) ASSERT_TRUE(resolver.Resolve(pem, trust, At(2024)).ok());
  const double microseconds =
      1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kCalls;
  RecordProperty("microseconds_per_call", std::to_string(microseconds));
  EXPECT_LT(microseconds, 50);
}

}  // namespace
}  // namespace amana::identity
