#include "broker/identity/registry.h"

#include <filesystem>
#include <string>

#include "base/status.h"
#include "broker/identity/registry_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_pki.h"

namespace amana::identity {
namespace {

using crypto::CertUsage;
using crypto::Role;
using testing::HasSubstr;

absl::Time At(int year) { return absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone()); }
AgencyId Agency1(std::string_view id) { return AgencyId::Create(id).value(); }

std::shared_ptr<const Registry> Load(const TestRegistry& files) {
  auto registry = Registry::Load(RealFileSystem(), files.path());
  AMANA_EXPECT_OK(registry);
  return registry.ok() ? *registry : nullptr;
}

TEST(Registry, ReadsAgencies) {
  const TestRegistry files;
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  EXPECT_EQ(registry->trust_domain(), "test.amana.example");
  EXPECT_EQ(registry->revocations_path(), files.File("revoked.txt"));
  ASSERT_EQ(registry->agencies().size(), 5u);
  EXPECT_TRUE(registry->Coordinates(Agency1("secretariat")));
  EXPECT_FALSE(registry->Coordinates(Agency1("haven")));
  EXPECT_EQ(registry->agencies()[0].id, Agency1("consulate"));

  const Agency* const haven = registry->agency(Agency1("haven"));
  ASSERT_NE(haven, nullptr);
  EXPECT_EQ(haven->name, "SYNTHETIC shelter");
  EXPECT_EQ(haven->kind, v1::AGENCY_KIND_SHELTER);
  EXPECT_EQ(haven->country, "KE");
  EXPECT_TRUE(haven->MayHave(Role::kPerson));
  EXPECT_FALSE(haven->MayHave(Role::kAuditor));
  EXPECT_EQ(registry->agency(Agency1("consulate"))->country, "UG");
  EXPECT_EQ(registry->agency(Agency1("oversight"))->roles, std::vector{Role::kAuditor});
  EXPECT_EQ(registry->agency(Agency1("nobody")), nullptr);
}

TEST(Registry, FindsCertificatesByFingerprint) {
  TestRegistry files;
  const auto& signer = tests::TestSigner("haven", Role::kPerson, "intake", "p1").certificate;
  const auto& tls = tests::TestTls("haven", Role::kSystem, "intake").certificate;
  files.Add("haven", "p1", signer);
  // With its chain, as tools write it.
  files.Write("haven/intake.pem",
              tls.pem() + tests::TestAgencyCa("haven").certificate.pem() + tests::TestRootPem());
  files.Write("haven/README.txt", "not a certificate");
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  const RegisteredCertificate* const found = registry->SigningCertificate(signer.id());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->agency, Agency1("haven"));
  EXPECT_EQ(found->role, Role::kPerson);
  EXPECT_EQ(found->unit->value(), "intake");
  EXPECT_EQ(found->person->value(), "p1");
  EXPECT_EQ(found->issuer, tests::TestAgencyCa("haven").certificate.id());
  EXPECT_EQ(registry->SigningCertificate(tls.id()), nullptr);
  EXPECT_NE(registry->FindCertificate(tls.id()), nullptr);
  EXPECT_EQ(registry->FindCertificate(CertId()), nullptr);
}

TEST(Registry, WhateverUnitACertificateNamesIsOne) {
  TestRegistry files;
  const auto& attic = tests::TestSigner("haven", Role::kSystem, "attic").certificate;
  files.Add("haven", "attic", attic);
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  AMANA_EXPECT_OK(registry->CheckIdentity(attic));
  // Also of a key to seal to, which stands in no registry.
  AMANA_EXPECT_OK(registry->CheckIdentity(tests::TestSealer("haven", "attic").certificate));
}

TEST(Registry, TheDigestIsOfEverythingReadAndOfNothingElse) {
  TestRegistry a, b;
  EXPECT_EQ(Load(a)->digest(), Load(b)->digest());
  const auto& signer = tests::TestSigner("police", Role::kSystem, "desk").certificate;
  a.Add("police", "one", signer);
  EXPECT_NE(Load(a)->digest(), Load(b)->digest());
  b.Add("police", "one", signer);
  EXPECT_EQ(Load(a)->digest(), Load(b)->digest());
  b.Revoke(signer.id());
  b.Write("police/notes.txt", "ignored");
  EXPECT_EQ(Load(a)->digest(), Load(b)->digest());
  b.Edit("# SYNTHETIC", "# SYNTHETIC.");
  EXPECT_NE(Load(a)->digest(), Load(b)->digest());
}

TEST(Registry, AnAgencysCaMayBeRotated) {
  TestRegistry files;
  const auto key = crypto::EcdsaPrivateKey::Generate().value();
  const crypto::Authority next{
      crypto::IssueAgencyCa(tests::TestRoot(), key.PublicKey(), tests::kTestTrustDomain,
                            Agency1("haven"), {tests::TestNotBefore(), tests::TestNotAfter()})
          .value(),
      key};
  const auto signer_key = crypto::EcdsaPrivateKey::Generate().value();
  const auto issued = crypto::IssueEndEntity(next, signer_key.PublicKey(),
                                             {tests::TestSpiffe("haven", Role::kSystem, "intake"),
                                              CertUsage::kSigning,
                                              {At(2022), At(2028)},
                                              {},
                                              {}})
                          .value();
  const auto& old = tests::TestSigner("haven", Role::kSystem, "intake").certificate;
  files.Add("haven", "old", old);
  files.Add("haven", "new", issued);
  files.Write("ca/haven.pem",
              tests::TestAgencyCa("haven").certificate.pem() + next.certificate.pem());
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  EXPECT_EQ(registry->FindCertificate(issued.id())->issuer, next.certificate.id());
  EXPECT_EQ(registry->FindCertificate(old.id())->issuer,
            tests::TestAgencyCa("haven").certificate.id());
}

TEST(Registry, AnExpiredCertificateIsNoReasonToRefuseTheRest) {
  TestRegistry files;
  const auto expired = tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem, "intake"),
                                           CertUsage::kSigning, At(2021), At(2022));
  files.Add("haven", "expired", expired.certificate);
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  AMANA_EXPECT_OK(registry->CheckTime(expired.certificate, At(2021)));
  EXPECT_EQ(ErrorReason(registry->CheckTime(expired.certificate, At(2024))), "CERT_EXPIRED");
}

// Each change makes the registry be refused with these words; every other line stays good.
TEST(Registry, RefusesEveryWrongValueWithFileLineAndExpectation) {
  struct Case {
    const char* from;
    const char* to;
    const char* where;
    const char* expected;
  };
  const Case cases[] = {
      {"trust_domain = \"test.amana.example\"", "trust_domain = \"Test/Example\"",
       "registry.toml:2: trust_domain", ""},
      {"trust_domain = \"test.amana.example\"", "", "trust_domain", "missing"},
      {"trust_domain = \"test.amana.example\"", "trust_domain = \"other.example\"",
       "registry.toml:12: agency[0].issuing_ca", "of this trust domain"},
      {"ca/root.pem", "ca/none.pem", "registry.toml:3: root_ca", "not found"},
      {"ca/root.pem", "ca/police.pem", "registry.toml:3: root_ca", "self-signed"},
      {"ca/root.pem", "revoked.txt", "registry.toml:3: root_ca", "certificates in PEM"},
      {"revocations = \"revoked.txt\"", "", "revocations", "missing"},
      {"id = \"police\"", "id = \"Police\"", "registry.toml:8: agency[0].id", "a-z"},
      {"id = \"police\"", "id = \"haven\"", "agency[1].id", "given twice"},
      {"name = \"SYNTHETIC police\"", "name = \"\"", "registry.toml:9: agency[0].name", "100"},
      {"kind = \"POLICE\"", "kind = \"ARMY\"", "registry.toml:10: agency[0].kind", "SHELTER"},
      {"kind = \"POLICE\"", "kind = \"UNSPECIFIED\"", "registry.toml:10: agency[0].kind", ""},
      {"country = \"UG\"", "country = \"Uganda\"", "agency[2].country", "ISO 3166-1"},
      {"issuing_ca = \"ca/police.pem\"", "issuing_ca = \"ca/haven.pem\"",
       "registry.toml:12: agency[0].issuing_ca", "this agency"},
      {"certificates = \"police\"", "certificates = \"nowhere\"",
       "registry.toml:13: agency[0].certificates", "not found"},
      {"certificates = \"police\"", "certificate = \"police\"",
       "registry.toml:13: agency[0].certificate", "unknown key"},
      {"certificates = \"police\"", "roles = [\"king\"]", "registry.toml:13: agency[0].roles",
       "auditor"},
      {"kind = \"POLICE\"", "kind = \"POLICE\"\napprovers = [\"Officer 7\"]", "agency[0].approvers",
       "ids of persons"},
      {"[\"secretariat\"]", "[\"nobody\"]", "registry.toml:5: coordinating_agencies",
       "of this registry"},
      {"[\"secretariat\"]", "[\"oversight\"]", "coordinating_agencies", "may have coordinators"},
      {"[\"secretariat\"]", "[\"The Secretariat\"]", "coordinating_agencies", "ids of agencies"},
      {"revocations =", "guardian_flags = [\"6f\"]\nrevocations =", "guardian_flags", "32"},
      // What is in the directory now.
      {"country = \"UG\"", "country = \"UG\"\ncounty = 3", "agency[2].county", "unknown key"},
      {"country = \"UG\"", "country = \"UG\"\n[[agency.unit]]\nid = \"desk\"", "agency[2].unit",
       "unknown key"},
      {"# SYNTHETIC", "= ", "registry.toml:1", ""},
  };
  for (const Case& c : cases) {
    TestRegistry files;
    files.Edit(c.from, c.to);
    const auto registry = Registry::Load(RealFileSystem(), files.path());
    ASSERT_FALSE(registry.ok()) << c.to;
    EXPECT_EQ(ErrorReason(registry.status()), "REGISTRY_INVALID");
    EXPECT_THAT(std::string(registry.status().message()), HasSubstr(c.where)) << c.to;
    EXPECT_THAT(std::string(registry.status().message()), HasSubstr(c.expected)) << c.to;
  }
}

TEST(Registry, ReadsApproversAndFlags) {
  TestRegistry files;
  files.Edit("revocations =", "guardian_flags = [\"" + std::string(32, 'b') + "\", \"" +
                                  std::string(32, 'a') + "\"]\nrevocations =");
  files.Edit("kind = \"POLICE\"", "kind = \"POLICE\"\napprovers = [\"officer-7\", \"a\"]");
  const auto registry = Load(files);
  ASSERT_NE(registry, nullptr);
  const Agency& police = *registry->agency(Agency1("police"));
  EXPECT_TRUE(police.MayApprove(PersonId::Create("officer-7").value()));
  EXPECT_TRUE(police.MayApprove(PersonId::Create("a").value()));
  EXPECT_FALSE(police.MayApprove(PersonId::Create("officer-8").value()));
  EXPECT_FALSE(police.MayApprove(PersonId()));
  EXPECT_TRUE(registry->GuardianFlagged(Pseudonym::FromHexString(std::string(32, 'a')).value()));
  EXPECT_FALSE(registry->GuardianFlagged(Pseudonym::FromHexString(std::string(32, 'c')).value()));
}

TEST(Registry, RefusesEveryCertificateThatIsNotItsAgencys) {
  struct Case {
    crypto::Certificate certificate;
    const char* expected;
  };
  crypto::SpiffeId elsewhere = tests::TestSpiffe("haven", Role::kSystem, "intake");
  const Case cases[] = {
      {tests::TestSigner("police", Role::kSystem).certificate, "of this agency"},
      {tests::MakeForeignCert(elsewhere, CertUsage::kSigning).certificate, ""},
      {tests::TestSigner("haven", Role::kAuditor).certificate, "role"},
      {tests::TestAgencyCa("police").certificate, "no CA"},
      {tests::TestSealer("haven", "intake").certificate, "directory entry"},
  };
  for (const Case& c : cases) {
    TestRegistry files;
    files.Add("haven", "wrong", c.certificate);
    const auto registry = Registry::Load(RealFileSystem(), files.path());
    ASSERT_FALSE(registry.ok()) << c.expected;
    EXPECT_EQ(ErrorReason(registry.status()), "REGISTRY_INVALID");
    EXPECT_THAT(std::string(registry.status().message()),
                HasSubstr("registry.toml:21: agency[1].certificates: wrong.pem: "));
    EXPECT_THAT(std::string(registry.status().message()), HasSubstr(c.expected));
  }
}

TEST(Registry, ReportsAllFindingsAtOnce) {
  TestRegistry files;
  files.Edit("kind = \"POLICE\"", "kind = \"ARMY\"");
  files.Edit("country = \"UG\"", "country = \"?\"");
  files.Write("police/broken.pem", "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n");
  const auto registry = Registry::Load(RealFileSystem(), files.path());
  const std::string message(registry.status().message());
  EXPECT_THAT(message, HasSubstr("agency[0].kind"));
  EXPECT_THAT(message, HasSubstr("agency[2].country"));
  EXPECT_THAT(message, HasSubstr("agency[0].certificates: broken.pem"));
}

TEST(Registry, WithoutAFileThereIsNoRegistry) {
  EXPECT_EQ(ErrorReason(Registry::Load(RealFileSystem(), "/nowhere/registry.toml").status()),
            "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace amana::identity
