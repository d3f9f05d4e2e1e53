#include "certs/authority_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/key_request.h"
#include "tests/support/test_pki.h"

namespace amana::certs {
namespace {

using crypto::CertUsage;
using crypto::Role;

class AuthorityFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(folder_.Init("amana.example", 3650));
    AMANA_ASSERT_OK(folder_.AddAgency(police_, std::nullopt, 1825));
  }

  std::string NewCsr(const std::string& name) {
    const auto request = crypto::NewKeyAndCsr(dir_.File("agency"), name,
                                              *crypto::ParseSpiffeId(kId), CertUsage::kSigning);
    EXPECT_TRUE(request.ok()) << request.status();
    return request->csr_pem;
  }

  SignRequest Request(const std::string& csr_pem) {
    SignRequest request;
    request.csr_pem = csr_pem;
    request.spiffe = *crypto::ParseSpiffeId(kId);
    request.usage = CertUsage::kSigning;
    return request;
  }

  static constexpr char kId[] = "spiffe://amana.example/agency/police/system/west";
  const TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'900'000'000)};
  const AuthorityFolder folder_{dir_.File("pki"), clock_};
  const AgencyId police_ = *AgencyId::Create("police");
};

TEST_F(AuthorityFolderTest, KeysAreReadableByTheirOwnerOnlyAndNeverReplaced) {
  for (const char* const key : {"pki/root.key", "pki/agencies/police/ca.key"}) {
    struct stat info {};
    ASSERT_EQ(stat(dir_.File(key).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0400u) << key;
  }
  EXPECT_EQ(ErrorReason(folder_.Init("amana.example", 10).status()), "FILE_EXISTS");
  EXPECT_EQ(ErrorReason(folder_.AddAgency(police_, std::nullopt, 10).status()), "FILE_EXISTS");
}

TEST_F(AuthorityFolderTest, WhatItSignsChainsToItsRoot) {
  const auto done = folder_.Sign(Request(NewCsr("one")));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(crypto::ToUri(done->certificate.spiffe()), kId);
  EXPECT_EQ(done->requested, done->certificate.spiffe());
  const auto root = crypto::Certificate::FromPem(*RealFileSystem().Read(folder_.root_path()));
  const auto issuing = crypto::ParsePemBundle(*RealFileSystem().Read(folder_.issuing_path()));
  ASSERT_TRUE(root.ok() && issuing.ok());
  const auto verifier = crypto::ChainVerifier::Create({.roots = {*root}, .issuing = *issuing});
  ASSERT_TRUE(verifier.ok()) << verifier.status();
  AMANA_EXPECT_OK((*verifier)->Verify(done->certificate, clock_.Now(), CertUsage::kSigning));
  AMANA_EXPECT_OK((*verifier)->Verify(done->certificate, clock_.Now() + absl::Hours(24) * 90));
  EXPECT_FALSE((*verifier)->Verify(done->certificate, clock_.Now() + absl::Hours(24) * 91).ok());
}

TEST_F(AuthorityFolderTest, RefusesUnknownAgenciesBadSpansAndBadRequests) {
  SignRequest request = Request(NewCsr("one"));
  request.spiffe.agency = *AgencyId::Create("shelter");
  EXPECT_EQ(ErrorReason(folder_.Sign(request).status()), "AGENCY_UNKNOWN");
  request = Request(NewCsr("two"));
  request.days = 0;
  EXPECT_EQ(ErrorReason(folder_.Sign(request).status()), "DAYS_INVALID");
  request.days = 1900;  // longer than the issuing CA
  EXPECT_EQ(ErrorReason(folder_.Sign(request).status()), "CERT_PROFILE_INVALID");
  EXPECT_EQ(ErrorReason(folder_.Sign(Request("no request")).status()), "CSR_INVALID");
}

TEST_F(AuthorityFolderTest, AnAgencyMayHoldItsOwnKey) {
  const auto shelter = *AgencyId::Create("shelter");
  const auto ca = folder_.AddAgency(shelter, NewCsr("ca"), 1825);
  ASSERT_TRUE(ca.ok()) << ca.status();
  EXPECT_EQ(ca->ca_agency(), shelter);
  EXPECT_FALSE(std::filesystem::exists(dir_.File("pki/agencies/shelter/ca.key")));
  EXPECT_EQ(crypto::ParsePemBundle(*RealFileSystem().Read(folder_.issuing_path()))->size(), 2u);
}

// A key without its certificate is what a crash leaves: the next attempt goes on with it.
TEST_F(AuthorityFolderTest, ContinuesAfterACrashBetweenKeyAndCertificate) {
  const auto moi = *AgencyId::Create("moi");
  AMANA_ASSERT_OK(folder_.AddAgency(moi, std::nullopt, 1825));
  ASSERT_TRUE(std::filesystem::remove(folder_.agency_path(moi)));
  const auto again = folder_.AddAgency(moi, std::nullopt, 1825);
  ASSERT_TRUE(again.ok()) << again.status();
  const auto key =
      crypto::EcdsaPrivateKey::FromPem(*crypto::ReadKeyFile(dir_.File("pki/agencies/moi/ca.key")));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->PublicKey(), again->public_key());
}

TEST_F(AuthorityFolderTest, RotationKeepsTheOldOne) {
  const auto old = folder_.Sign(Request(NewCsr("old")));
  ASSERT_TRUE(old.ok());
  clock_.Advance(absl::Hours(24) * 60);
  const auto rotated = folder_.Rotate(old->certificate, NewCsr("new"), 90);
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->replacement.certificate.spiffe(), old->certificate.spiffe());
  EXPECT_EQ(rotated->replacement.certificate.usage(), old->certificate.usage());
  EXPECT_NE(rotated->replacement.certificate.id(), old->certificate.id());
  const auto listed = folder_.List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 4u);  // root, issuing, old, new
  EXPECT_EQ((*listed)[2].state, CertState::kSuperseded);
  EXPECT_EQ((*listed)[3].state, CertState::kValid);
  clock_.Advance(absl::Hours(24) * 31);
  EXPECT_EQ((*folder_.List())[2].state, CertState::kExpired);
}

TEST_F(AuthorityFolderTest, RotationNeedsANewKeyAndACertificateOfItsOwn) {
  const std::string csr = NewCsr("old");
  const auto old = folder_.Sign(Request(csr));
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(ErrorReason(folder_.Rotate(old->certificate, csr, 90).status()), "KEY_REUSED");
  const auto& foreign = tests::TestSigner("police", Role::kSystem).certificate;
  EXPECT_EQ(ErrorReason(folder_.Rotate(foreign, NewCsr("new"), 90).status()), "CHAIN_UNTRUSTED");
  AMANA_ASSERT_OK(folder_.Revoke(old->certificate.id(), "lost"));
  EXPECT_EQ(ErrorReason(folder_.Rotate(old->certificate, NewCsr("newer"), 90).status()),
            "CERT_REVOKED");
}

TEST_F(AuthorityFolderTest, RevocationIsListedOnce) {
  const auto done = folder_.Sign(Request(NewCsr("one")));
  ASSERT_TRUE(done.ok());
  const auto first = folder_.Revoke(done->certificate.id(), "key lost");
  ASSERT_TRUE(first.ok()) << first.status();
  clock_.Advance(absl::Hours(1));
  const auto again = folder_.Revoke(done->certificate.id(), "another reason");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->revoked_at, first->revoked_at);
  EXPECT_EQ(again->reason, "key lost");
  AMANA_ASSERT_OK(folder_.Revoke(*CertId::FromHexString(std::string(64, 'e')), "not ours"));
  const auto list =
      crypto::ParseRevocationList(*RealFileSystem().Read(folder_.revocation_list_path()));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->size(), 2u);
  const auto listed = folder_.List();
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->back().state, CertState::kRevoked);
  EXPECT_EQ(ErrorReason(folder_.Revoke(CertId(), "two\nlines").status()),
            "REVOCATION_LIST_INVALID");
}

}  // namespace
}  // namespace amana::certs
