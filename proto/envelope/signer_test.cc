#include "proto/envelope/signer.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "tests/support/test_pki.h"

namespace amana::envelope {
namespace {

const AgencyId kAgency = AgencyId::Create("police-a").value();

TEST(Signer, MustBeASigningCertificateOfTheAgency) {
  const auto check = [](const tests::TestIdentity& identity) {
    return ErrorReason(CheckSigner(identity.certificate, kAgency));
  };
  EXPECT_EQ(check(tests::TestSigner("police-a", crypto::Role::kSystem, "desk")), "");
  EXPECT_EQ(check(tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "p1")), "");
  EXPECT_EQ(check(tests::TestSigner("iom-a", crypto::Role::kSystem, "desk")),
            "CERTIFICATE_MISMATCH");
  EXPECT_EQ(check(tests::TestTls("police-a", crypto::Role::kSystem)), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(check(tests::TestSealer("police-a", "desk")), "CERTIFICATE_MISMATCH");
}

TEST(Signer, ASealingCertificateIsItsUnits) {
  const auto check = [](const tests::TestIdentity& identity, std::string_view recipient) {
    return ErrorReason(
        CheckSealsFor(identity.certificate, ParseAddress(recipient, "recipient").value()));
  };
  EXPECT_EQ(check(tests::TestSealer("police-a", "desk"), "police-a/desk"), "");
  EXPECT_EQ(check(tests::TestSealer("police-a", "desk"), "police-a/night"), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(check(tests::TestSealer("police-a", "desk"), "iom-a/desk"), "CERTIFICATE_MISMATCH");
  EXPECT_EQ(check(tests::TestSealer("police-a", ""), "police-a/night"), "");
  EXPECT_EQ(check(tests::TestSigner("police-a", crypto::Role::kSystem, "desk"), "police-a/desk"),
            "CERTIFICATE_MISMATCH");
}

TEST(Signer, MustHoldTheKey) {
  const auto& one = tests::TestSigner("police-a", crypto::Role::kSystem, "desk");
  const auto& other = tests::TestSigner("police-a", crypto::Role::kSystem, "other");
  EXPECT_TRUE(CheckSignerKey(one.certificate, one.key).ok());
  EXPECT_EQ(ErrorReason(CheckSignerKey(one.certificate, other.key)), "CERTIFICATE_MISMATCH");
}

}  // namespace
}  // namespace amana::envelope
