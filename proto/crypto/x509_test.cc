#include "proto/crypto/x509.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "proto/crypto/ssl_ptr.h"
#include "tests/support/test_pki.h"

namespace amana::crypto {
namespace {

using tests::TestAgencyCa;
using tests::TestRoot;

const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

// The same certificate with s replaced by n - s: it verifies as well, with another fingerprint.
std::string WithOtherSignatureForm(const std::string& der) {
  const unsigned char* cursor = Bytes(der);
  const X509Ptr x509(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  const ASN1_BIT_STRING* bits = nullptr;
  X509_get0_signature(&bits, nullptr, x509.get());
  cursor = ASN1_STRING_get0_data(bits);
  const EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &cursor, ASN1_STRING_length(bits)));
  BIGNUM* order = nullptr;
  BN_hex2bn(&order, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const BignumPtr own_order(order);
  BIGNUM* const other = BN_new();
  BN_sub(other, order, ECDSA_SIG_get0_s(signature.get()));
  ECDSA_SIG_set0(signature.get(), BN_dup(ECDSA_SIG_get0_r(signature.get())), other);
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &encoded);
  ASN1_STRING_set(const_cast<ASN1_BIT_STRING*>(bits), encoded, size);
  OPENSSL_free(encoded);
  unsigned char* twin = nullptr;
  const int twin_size = i2d_X509(x509.get(), &twin);
  std::string result(reinterpret_cast<const char*>(twin), static_cast<size_t>(twin_size));
  OPENSSL_free(twin);
  return result;
}

TEST(CertificateTest, TellsWhatItWasIssuedFor) {
  const auto& signer = tests::TestSigner("shelter", Role::kPerson, "mombasa", "p7").certificate;
  EXPECT_EQ(ToUri(signer.spiffe()), "spiffe://test.amana.example/agency/shelter/person/mombasa/p7");
  EXPECT_EQ(signer.usage(), CertUsage::kSigning);
  EXPECT_EQ(signer.not_before(), tests::TestNotBefore());
  EXPECT_EQ(signer.not_after(), tests::TestNotAfter());
  EXPECT_EQ(signer.issuer_key_id(), TestAgencyCa("shelter").certificate.key_id());
  EXPECT_EQ(signer.serial_hex().size(), 32u);
  EXPECT_FALSE(signer.self_issued());
  EXPECT_EQ(tests::TestTls("shelter", Role::kSystem).certificate.usage(), CertUsage::kTls);
  EXPECT_EQ(tests::TestSealer("shelter", "mombasa").certificate.usage(), CertUsage::kSealing);
  EXPECT_EQ(TestRoot().certificate.usage(), CertUsage::kCa);
  EXPECT_TRUE(TestRoot().certificate.self_issued());
  EXPECT_TRUE(TestRoot().certificate.ca_agency().empty());
  EXPECT_EQ(TestAgencyCa("shelter").certificate.ca_agency().value(), "shelter");
  EXPECT_EQ(tests::TestBrokerTls().certificate.dns_names(), std::vector<std::string>{"localhost"});
  EXPECT_EQ(tests::TestBrokerTls().certificate.ip_addresses(),
            std::vector<std::string>{"127.0.0.1"});
}

TEST(CertificateTest, SurvivesPemAndDer) {
  const auto& one = tests::TestTls("police", Role::kSystem).certificate;
  const auto from_der = Certificate::FromDer(one.der());
  const auto from_pem = Certificate::FromPem(one.pem());
  ASSERT_TRUE(from_der.ok() && from_pem.ok());
  EXPECT_EQ(*from_der, one);
  EXPECT_EQ(*from_pem, one);
  EXPECT_EQ(from_pem->id(), one.id());
  EXPECT_EQ(from_pem->public_key(), one.public_key());
}

TEST(CertificateTest, ReadsBundles) {
  const auto& identity = tests::TestTls("police", Role::kSystem);
  const auto bundle = ParsePemBundle("a comment\n" + identity.chain_pem);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  ASSERT_EQ(bundle->size(), 2u);
  EXPECT_EQ((*bundle)[0], identity.certificate);
  EXPECT_EQ((*bundle)[1], TestAgencyCa("police").certificate);
  EXPECT_EQ(ErrorReason(ParsePemBundle("nothing").status()), "CERT_MALFORMED");
  std::string broken = identity.chain_pem;
  broken.resize(broken.size() - 40);
  EXPECT_EQ(ErrorReason(ParsePemBundle(broken).status()), "CERT_MALFORMED");
}

TEST(CertificateTest, RefusesBytesThatAreNotExactlyOneCertificate) {
  const std::string der = tests::TestTls("police", Role::kSystem).certificate.der();
  EXPECT_EQ(ErrorReason(Certificate::FromDer("").status()), "CERT_MALFORMED");
  EXPECT_EQ(ErrorReason(Certificate::FromDer(der + "x").status()), "CERT_MALFORMED");
  for (size_t cut = 0; cut < der.size(); cut += 7) {
    EXPECT_FALSE(Certificate::FromDer(std::string_view(der).substr(0, cut)).ok());
  }
}

// Whatever bit is turned, the result is refused as a certificate or no longer trusted.
TEST(CertificateTest, NoChangedBitIsTrusted) {
  const auto verifier = tests::TestVerifier({"police"});
  const std::string der = tests::TestSigner("police", Role::kSystem).certificate.der();
  for (size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    const auto parsed = Certificate::FromDer(changed);
    EXPECT_FALSE(parsed.ok() && verifier->Verify(*parsed, kNow).ok()) << "byte " << i;
  }
}

// Revocation goes by fingerprint: (r, n - s) must not be a second certificate.
TEST(CertificateTest, RefusesTheOtherFormOfItsSignature) {
  const std::string der = tests::TestSigner("police", Role::kSystem).certificate.der();
  const std::string twin = WithOtherSignatureForm(der);
  ASSERT_NE(twin, der);
  EXPECT_EQ(ErrorReason(Certificate::FromDer(twin).status()), "CERT_PROFILE_INVALID");
}

TEST(ChainVerifierTest, AcceptsWhatAPinnedAuthoritySigned) {
  const auto verifier = tests::TestVerifier({"police", "shelter"});
  for (const auto* identity :
       {&tests::TestTls("police", Role::kSystem), &tests::TestSigner("shelter", Role::kSystem),
        &tests::TestSealer("shelter", "mombasa")}) {
    for (int again = 0; again < 2; ++again) {
      EXPECT_TRUE(verifier->Verify(identity->certificate, kNow).ok());
      EXPECT_TRUE(
          verifier->Verify(identity->certificate, kNow, identity->certificate.usage()).ok());
    }
  }
  const auto& police = tests::TestTls("police", Role::kSystem).certificate;
  EXPECT_EQ(ErrorReason(verifier->Verify(police, kNow, CertUsage::kSigning)), "CERT_USAGE_INVALID");
  ASSERT_TRUE(verifier->IssuerOf(police).ok());
  EXPECT_EQ(*verifier->IssuerOf(police), TestAgencyCa("police").certificate);
}

TEST(ChainVerifierTest, RefusesStrangersAndAuthorities) {
  const auto verifier = tests::TestVerifier({"police"});
  const auto spiffe = tests::TestSpiffe("police", Role::kSystem);
  const struct {
    Certificate certificate;
    std::string_view reason;
  } cases[] = {
      {tests::MakeForeignCert(spiffe, CertUsage::kTls).certificate, "CHAIN_UNTRUSTED"},
      {tests::TestTls("shelter", Role::kSystem).certificate, "CHAIN_UNTRUSTED"},
      {TestAgencyCa("police").certificate, "CERT_USAGE_INVALID"},
      {TestRoot().certificate, "CERT_USAGE_INVALID"},
  };
  for (const auto& c : cases) {
    const absl::Status status = verifier->Verify(c.certificate, kNow);
    EXPECT_EQ(ErrorReason(status), c.reason);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  }
}

TEST(ChainVerifierTest, JudgesTimeOnEveryCallAndTheLastSecondIsInside) {
  const auto verifier = tests::TestVerifier({"police"});
  const auto identity = tests::MakeTestCert(tests::TestSpiffe("police", Role::kSystem),
                                            CertUsage::kTls, kNow, kNow + absl::Hours(1));
  const auto& certificate = identity.certificate;
  EXPECT_TRUE(verifier->Verify(certificate, kNow).ok());
  EXPECT_EQ(ErrorReason(verifier->Verify(certificate, kNow - absl::Milliseconds(1))),
            "CERT_NOT_YET_VALID");
  EXPECT_TRUE(verifier->Verify(certificate, kNow + absl::Hours(1) + absl::Milliseconds(999)).ok());
  EXPECT_EQ(ErrorReason(verifier->Verify(certificate, kNow + absl::Hours(1) + absl::Seconds(1))),
            "CERT_EXPIRED");
  EXPECT_TRUE(verifier->Verify(certificate, kNow).ok());
}

TEST(ChainVerifierTest, IssuingAuthoritiesMayBeTheAnchors) {
  const auto verifier =
      ChainVerifier::Create({.roots = {}, .issuing = {TestAgencyCa("police").certificate}});
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  EXPECT_TRUE((*verifier)->Verify(tests::TestTls("police", Role::kSystem).certificate, kNow).ok());
  EXPECT_EQ(
      ErrorReason((*verifier)->Verify(tests::TestTls("shelter", Role::kSystem).certificate, kNow)),
      "CHAIN_UNTRUSTED");
}

TEST(ChainVerifierTest, RefusesToPinWhatIsNoAuthority) {
  const auto& leaf = tests::TestTls("police", Role::kSystem).certificate;
  const auto& root = TestRoot().certificate;
  const auto& issuing = TestAgencyCa("police").certificate;
  const Certificate foreign_leaf =
      tests::MakeForeignCert(tests::TestSpiffe("police", Role::kSystem), CertUsage::kTls)
          .certificate;
  const auto reason = [](ChainVerifier::Authorities authorities) {
    return ErrorReason(ChainVerifier::Create(std::move(authorities)).status());
  };
  EXPECT_EQ(reason({.roots = {leaf}, .issuing = {}}), "CERT_USAGE_INVALID");
  EXPECT_EQ(reason({.roots = {issuing}, .issuing = {}}), "CERT_USAGE_INVALID");
  EXPECT_EQ(reason({.roots = {root}, .issuing = {foreign_leaf}}), "CERT_USAGE_INVALID");
  EXPECT_EQ(reason({.roots = {root}, .issuing = {tests::ForeignAgencyCa("police")}}),
            "CHAIN_UNTRUSTED");
}

TEST(ChainVerifierTest, ServesManyThreads) {
  const auto verifier = tests::TestVerifier({"police"});
  std::vector<Certificate> certificates;
  certificates.reserve(8);
  for (int i = 0; i < 8; ++i) {
    certificates.push_back(
        tests::TestCert("police", Role::kSystem, "", "", CertUsage::kTls, i).certificate);
  }
  std::vector<std::thread> threads;
  std::atomic<int> refused = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        for (const Certificate& c : certificates) refused += verifier->Verify(c, kNow).ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace amana::crypto
