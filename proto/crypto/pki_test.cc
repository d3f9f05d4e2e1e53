#include "proto/crypto/pki.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "tests/support/test_pki.h"

namespace amana::crypto {
namespace {

using tests::TestAgencyCa;
using tests::TestRoot;
using tests::TestSpiffe;

EndEntity Profile(SpiffeId spiffe, CertUsage usage) {
  EndEntity profile;
  profile.spiffe = std::move(spiffe);
  profile.usage = usage;
  profile.validity = {tests::TestNotBefore(), tests::TestNotAfter()};
  return profile;
}

std::string Reason(const Authority& ca, const EndEntity& profile) {
  return ErrorReason(
      IssueEndEntity(ca, EcdsaPrivateKey::Generate()->PublicKey(), profile).status());
}

TEST(CsrTest, CarriesKeyAndWish) {
  const auto key = EcdsaPrivateKey::Generate();
  const SpiffeId id = TestSpiffe("police", Role::kPerson, "west", "p1");
  const auto pem = MakeCsr(*key, id);
  ASSERT_TRUE(pem.ok()) << pem.status();
  const auto csr = Csr::FromPem(*pem);
  ASSERT_TRUE(csr.ok()) << csr.status();
  EXPECT_EQ(csr->public_key(), key->PublicKey());
  EXPECT_EQ(csr->requested(), id);
}

// A request whose signature was not made by its key proves nothing.
TEST(CsrTest, RefusesARequestThatWasChanged) {
  const auto key = EcdsaPrivateKey::Generate();
  const std::string pem = *MakeCsr(*key, TestSpiffe("police", Role::kSystem));
  size_t refused = 0, changed_total = 0;
  for (size_t i = pem.find('\n') + 1; i + 40 < pem.size(); i += 3) {
    if (pem[i] == '\n' || pem[i] == '=') continue;
    std::string changed = pem;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ++changed_total;
    const auto csr = Csr::FromPem(changed);
    refused += csr.ok() ? 0 : 1;
    if (!csr.ok()) {
      EXPECT_EQ(ErrorReason(csr.status()), "CSR_INVALID");
    }
  }
  EXPECT_GT(changed_total, 50u);
  EXPECT_EQ(refused, changed_total);
  EXPECT_EQ(ErrorReason(Csr::FromPem("nothing").status()), "CSR_INVALID");
}

TEST(PkiTest, SerialsDoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto certificate =
        IssueEndEntity(TestAgencyCa("police"), EcdsaPrivateKey::Generate()->PublicKey(),
                       Profile(TestSpiffe("police", Role::kSystem), CertUsage::kTls));
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->serial_hex().size(), 32u);
    EXPECT_TRUE(seen.insert(certificate->serial_hex()).second);
  }
}

TEST(PkiTest, SignsNoProfileButItsOwn) {
  const Authority& police = TestAgencyCa("police");
  const SpiffeId system = TestSpiffe("police", Role::kSystem);
  EXPECT_EQ(Reason(police, Profile(system, CertUsage::kTls)), "");
  EXPECT_EQ(Reason(police, Profile(system, CertUsage::kCa)), "CERT_USAGE_INVALID");
  EXPECT_EQ(Reason(police, Profile(TestSpiffe("shelter", Role::kSystem), CertUsage::kTls)),
            "CERT_PROFILE_INVALID");
  EXPECT_EQ(Reason(police, Profile(TestSpiffe("police", Role::kPerson, "west"), CertUsage::kTls)),
            "CERT_PROFILE_INVALID");
  SpiffeId other_domain = system;
  other_domain.trust_domain = "elsewhere.example";
  EXPECT_EQ(Reason(police, Profile(other_domain, CertUsage::kTls)), "CERT_PROFILE_INVALID");
  EXPECT_EQ(Reason(police, Profile(SpiffeId(), CertUsage::kTls)), "SPIFFE_ID_INVALID");
  EndEntity longer = Profile(system, CertUsage::kTls);
  longer.validity.not_after += absl::Seconds(1);
  EXPECT_EQ(Reason(police, longer), "CERT_PROFILE_INVALID");
  EndEntity empty = Profile(system, CertUsage::kTls);
  empty.validity = {tests::TestNotAfter(), tests::TestNotBefore()};
  EXPECT_EQ(Reason(police, empty), "CERT_PROFILE_INVALID");
  const Authority wrong_key{police.certificate, *EcdsaPrivateKey::Generate()};
  EXPECT_EQ(Reason(wrong_key, Profile(system, CertUsage::kTls)), "KEY_INVALID");
  const auto& leaf = tests::TestTls("police", Role::kSystem);
  EXPECT_EQ(Reason({leaf.certificate, leaf.key}, Profile(system, CertUsage::kTls)),
            "CERT_USAGE_INVALID");
}

TEST(PkiTest, HostNamesAreForBrokersOnly) {
  const Authority& ca = TestAgencyCa("amana");
  EndEntity broker = Profile(TestSpiffe("amana", Role::kBroker), CertUsage::kTls);
  broker.dns_names = {"localhost", "broker.amana.example"};
  broker.ip_addresses = {"127.0.0.1", "::1"};
  EXPECT_EQ(Reason(ca, broker), "");
  EndEntity system = broker;
  system.spiffe.role = Role::kSystem;
  EXPECT_EQ(Reason(ca, system), "CERT_USAGE_INVALID");
  EndEntity signing = broker;
  signing.usage = CertUsage::kSigning;
  EXPECT_EQ(Reason(ca, signing), "CERT_USAGE_INVALID");
  for (const std::string bad : {"", "UPPER", "a,URI:spiffe://x", ".a", "a.", "a..b", "*.a"}) {
    EndEntity profile = broker;
    profile.dns_names = {bad};
    EXPECT_EQ(Reason(ca, profile), "CERT_PROFILE_INVALID") << bad;
  }
  EndEntity address = broker;
  address.ip_addresses = {"localhost"};
  EXPECT_EQ(Reason(ca, address), "CERT_PROFILE_INVALID");
}

TEST(PkiTest, AnAuthorityIsIssuedByARootOnly) {
  const Authority& police = TestAgencyCa("police");
  const auto key = EcdsaPrivateKey::Generate();
  const Validity span = {tests::TestNotBefore(), tests::TestNotAfter()};
  const AgencyId agency = *AgencyId::Create("police");
  AMANA_EXPECT_OK(
      IssueAgencyCa(TestRoot(), key->PublicKey(), tests::kTestTrustDomain, agency, span));
  EXPECT_EQ(
      ErrorReason(
          IssueAgencyCa(police, key->PublicKey(), tests::kTestTrustDomain, agency, span).status()),
      "CERT_PROFILE_INVALID");
  EXPECT_EQ(
      ErrorReason(
          IssueAgencyCa(TestRoot(), key->PublicKey(), "elsewhere.example", agency, span).status()),
      "CERT_PROFILE_INVALID");
  EXPECT_FALSE(MakeRoot(*key, "Not A Domain", span).ok());
}

}  // namespace
}  // namespace amana::crypto
