#include "broker/identity/signer.h"

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
AgencyId Haven() { return AgencyId::Create("haven").value(); }

class SignerTest : public testing::Test {
 protected:
  SignerTest() {
    files_.Add("haven", "person", person_.certificate);
    files_.Add("haven", "system", system_);
    files_.Add("haven", "tls", tls_);
    files_.Add("haven", "past", past_);
    files_.Add("haven", "future", future_);
    files_.Add("police", "system", police_);
    registry_ = Registry::Load(RealFileSystem(), files_.path()).value();
  }
  std::string Refusal(const CertId& id, const RevocationList& revoked = {}) {
    const auto signer = ResolveSigner(id, *registry_, revoked, At(2024), Haven());
    EXPECT_EQ(signer.status().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ErrorField(signer.status()), "meta.cert_id");
    return ErrorReason(signer.status());
  }

  const tests::TestIdentity& person_ = tests::TestSigner("haven", Role::kPerson, "intake", "p1");
  const crypto::Certificate system_ = tests::TestSigner("haven", Role::kSystem).certificate;
  const crypto::Certificate tls_ = tests::TestTls("haven", Role::kSystem).certificate;
  const crypto::Certificate police_ = tests::TestSigner("police", Role::kSystem).certificate;
  const crypto::Certificate past_ = tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem),
                                                        CertUsage::kSigning, At(2021), At(2022))
                                        .certificate;
  const crypto::Certificate future_ = tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem),
                                                          CertUsage::kSigning, At(2026), At(2027))
                                          .certificate;
  TestRegistry files_;
  std::shared_ptr<const Registry> registry_;
};

TEST_F(SignerTest, IsWhoHoldsTheCertificate) {
  const auto signer =
      ResolveSigner(person_.certificate.id(), *registry_, RevocationList(), At(2024), Haven());
  AMANA_ASSERT_OK(signer);
  EXPECT_EQ(signer->agency, Haven());
  EXPECT_EQ(signer->role, Role::kPerson);
  EXPECT_EQ(signer->unit->value(), "intake");
  EXPECT_EQ(signer->person->value(), "p1");
  EXPECT_EQ(signer->cert_id, person_.certificate.id());
  const std::string signature = person_.key.Sign("SYNTHETIC").value();
  AMANA_EXPECT_OK(signer->public_key.Verify("SYNTHETIC", signature));
}

TEST_F(SignerTest, RefusesByName) {
  EXPECT_EQ(Refusal(CertId()), "SIGNER_UNKNOWN");
  EXPECT_EQ(Refusal(tls_.id()), "SIGNER_WRONG_USAGE");
  EXPECT_EQ(Refusal(police_.id()), "SENDER_NOT_CALLER");
  EXPECT_EQ(Refusal(past_.id()), "SIGNER_EXPIRED");
  EXPECT_EQ(Refusal(future_.id()), "SIGNER_NOT_YET_VALID");
  for (const CertId& id : {system_.id(), tests::TestAgencyCa("haven").certificate.id(),
                           tests::TestRoot().certificate.id()}) {
    const auto revoked = RevocationList::Parse(id.hex() + " 2024-01-01T00:00:00Z test\n");
    AMANA_ASSERT_OK(revoked);
    EXPECT_EQ(Refusal(system_.id(), *revoked), "SIGNER_REVOKED");
  }
}

TEST_F(SignerTest, SpeaksForItsUnitOrItsWholeAgency) {
  const auto resolve = [this](const CertId& id) {
    return ResolveSigner(id, *registry_, RevocationList(), At(2024), Haven()).value();
  };
  const auto refusal = [](const Signer& signer, std::string_view address) {
    return ErrorReason(CheckSignsFor(signer, ParseAddress(address, "a").value(), "sender"));
  };
  const Signer person = resolve(person_.certificate.id()), system = resolve(system_.id());
  EXPECT_EQ(refusal(person, "haven/intake"), "");
  EXPECT_EQ(refusal(person, "haven/coast"), "SIGNER_WRONG_UNIT");
  EXPECT_EQ(refusal(person, "police/desk"), "SENDER_NOT_CALLER");
  EXPECT_EQ(refusal(system, "haven/coast"), "");
  AMANA_EXPECT_OK(CheckIsPerson(person));
  EXPECT_EQ(ErrorReason(CheckIsPerson(system)), "SIGNER_NOT_PERSON");
}

TEST_F(SignerTest, OnlyAKeyOfAPersonIsAPersons) {
  Signer signer =
      ResolveSigner(person_.certificate.id(), *registry_, RevocationList(), At(2024), Haven())
          .value();
  for (const Role role : {Role::kPerson, Role::kCoordinator, Role::kOperator}) {
    signer.role = role;
    AMANA_EXPECT_OK(CheckIsPerson(signer));
  }
  for (const Role role : {Role::kSystem, Role::kAuditor, Role::kBroker}) {
    signer.role = role;
    EXPECT_FALSE(CheckIsPerson(signer).ok());
  }
  signer.role = Role::kCoordinator;
  signer.person.reset();
  EXPECT_FALSE(CheckIsPerson(signer).ok());
}

}  // namespace
}  // namespace amana::identity
