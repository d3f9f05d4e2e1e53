#include "agency-adapters/sdk/identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "agency-adapters/sdk/broker_check.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ed25519.h"
#include "proto/envelope/testing.h"
#include "tests/support/test_pki.h"

namespace amana::sdk {
namespace {

using crypto::CertUsage;
using crypto::Role;

std::string Vkey() {
  static const std::string* const vkey = new std::string(
      transparency::NoteVerifier::Create("test/log", transparency::NoteKeyType::kEd25519,
                                         crypto::Ed25519PrivateKey::Generate()->PublicKey())
          ->vkey());
  return *vkey;
}

// A folder as a shelter's endpoint has it.
class IdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put("agency.toml",
        "agency = \"shelter-a\"\nunit = \"intake\"\ntrust_domain = \"test.amana.example\"\n"
        "broker = \"localhost:8443\"\n");
    Put("trust/root.pem", tests::TestRootPem());
    Put("trust/agencies/all.pem", tests::TestBundlePem({"shelter-a", "amana"}));
    Put("trust/agencies/README", "not a certificate");
    Put("trust/log.vkey", Vkey() + "\n");
    PutPair("tls", tests::TestTls("shelter-a", Role::kSystem, "intake"));
    PutPair("signing", tests::TestSigner("shelter-a", Role::kSystem, "intake"));
    PutPair("person", tests::TestSigner("shelter-a", Role::kPerson, "intake", "worker"));
    PutPair("sealing", tests::TestSealer("shelter-a", "intake"));
    PutPair("sealing-old",
            tests::TestCert("shelter-a", Role::kSystem, "intake", "", CertUsage::kSealing, 1));
  }
  void Put(const std::string& name, const std::string& content, unsigned mode = 0644) {
    const std::string path = dir_.File(name);
    AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(FolderOf(path)));
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, content, mode));
  }
  void PutPair(const std::string& name, const tests::TestIdentity& identity) {
    Put("keys/" + name + ".key", identity.key_pem, 0400);
    Put("keys/" + name + ".pem", identity.chain_pem);
  }
  void Remove(const std::string& name) {
    AMANA_ASSERT_OK(RealFileSystem().Remove(dir_.File(name)));
  }
  absl::StatusOr<Identity> Load() { return Identity::Load(dir_.File("agency.toml")); }
  std::string RefusedField() {
    const auto identity = Load();
    EXPECT_EQ(ErrorReason(identity.status()), "IDENTITY_INVALID") << identity.status();
    return ErrorField(identity.status());
  }

  TempDir dir_;
};

TEST_F(IdentityTest, LoadsAFolderByItsDefaults) {
  const auto identity = Load();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(ToString(identity->address().value()), "shelter-a/intake");
  EXPECT_EQ(identity->broker(), "localhost:8443");
  EXPECT_EQ(identity->broker_agency().value(), "amana");
  EXPECT_EQ(identity->data(), dir_.File("data"));
  EXPECT_EQ(identity->sealing().size(), 2u);
  EXPECT_EQ(identity->log().vkey(), Vkey());
  EXPECT_FALSE((*identity->Signer())->certificate.spiffe().person.has_value());
  EXPECT_EQ((*identity->PersonSigner())->certificate.spiffe().person->value(), "worker");
  EXPECT_EQ(crypto::ParsePemBundle(identity->tls_chain_pem())->size(), 2u);
}

TEST_F(IdentityTest, APersonsSigningKeyServesAsThePersons) {
  Remove("keys/person.key");
  EXPECT_EQ(ErrorReason(Load()->PersonSigner().status()), "PERSON_KEY_MISSING");
  PutPair("signing", tests::TestSigner("shelter-a", Role::kPerson, "intake", "worker"));
  EXPECT_TRUE(Load()->PersonSigner().ok());
}

TEST_F(IdentityTest, AKeyWithoutItsCertificateIsPassedOver) {
  Remove("keys/signing.pem");
  Remove("keys/sealing.pem");
  const auto identity = Load();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(ErrorReason(identity->Signer().status()), "SIGNING_KEY_MISSING");
  EXPECT_EQ(identity->sealing().size(), 1u);
  Remove("keys/tls.pem");
  EXPECT_EQ(RefusedField(), "tls");
}

TEST_F(IdentityTest, KeysMustBePrivate) {
  ASSERT_EQ(chmod(dir_.File("keys/signing.key").c_str(), 0644), 0);
  EXPECT_EQ(ErrorReason(Load().status()), "KEY_FILE_PERMISSIONS");
}

TEST_F(IdentityTest, RefusesWhatIsNotItsOwn) {
  PutPair("tls", tests::TestTls("police-a", Role::kSystem, "desk"));
  EXPECT_EQ(RefusedField(), "tls");
  PutPair("tls", tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  EXPECT_EQ(RefusedField(), "tls");
  PutPair("tls", tests::TestTls("shelter-a", Role::kSystem, "intake"));
  PutPair("signing", tests::TestSigner("shelter-a", Role::kSystem, "night"));
  EXPECT_EQ(RefusedField(), "signing");
  PutPair("signing", tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  PutPair("person", tests::TestSigner("shelter-a", Role::kSystem, "intake"));
  EXPECT_EQ(RefusedField(), "person");
  Remove("keys/person.key");
  Put("keys/sealing.key", tests::TestSealer("shelter-a", "night").key_pem, 0400);
  EXPECT_EQ(RefusedField(), "sealing");
  PutPair("sealing", tests::TestSealer("shelter-a", "intake"));
  PutPair("signing", tests::MakeForeignCert(tests::TestSpiffe("shelter-a", Role::kSystem, "intake"),
                                            CertUsage::kSigning));
  EXPECT_EQ(RefusedField(), "signing");
}

TEST_F(IdentityTest, ReportsEveryMistakeOfTheFile) {
  Put("agency.toml", "agency = 7\nunknown = 1\n");
  const auto identity = Load();
  EXPECT_EQ(ErrorReason(identity.status()), "CONFIG_INVALID");
  for (const char* const key : {"agency", "unknown", "trust_domain", "broker"}) {
    EXPECT_NE(std::string(identity.status().message()).find(key), std::string::npos) << key;
  }
}

TEST_F(IdentityTest, NobodyIsSealedToUnaskedUnlessTheFileNamesThem) {
  EXPECT_TRUE(Load()->wraps().agencies.empty());
  EXPECT_TRUE(Load()->wraps().kinds.empty());
  const std::string file = RealFileSystem().Read(dir_.File("agency.toml")).value();
  Put("agency.toml", file + "[wraps]\nagencies = [\"haven\"]\nkinds = [\"SHELTER\", \"HEALTH\"]\n");
  const auto identity = Load();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->wraps().Names(*AgencyId::Create("haven")));
  EXPECT_FALSE(identity->wraps().Names(*AgencyId::Create("police")));
  EXPECT_EQ(identity->wraps().kinds,
            (codes::AgencyKindSet{v1::AGENCY_KIND_SHELTER, v1::AGENCY_KIND_HEALTH}));
  Put("agency.toml", file + "[wraps]\nagencies = [\"No Agency\"]\nkinds = [\"PALACE\"]\n");
  const std::string message(Load().status().message());
  EXPECT_NE(message.find("wraps.agencies"), std::string::npos) << message;
  EXPECT_NE(message.find("wraps.kinds"), std::string::npos) << message;
}

TEST_F(IdentityTest, TheLogsKeyMayStandInTheFile) {
  Remove("trust/log.vkey");
  EXPECT_EQ(ErrorReason(Load().status()), "FILE_NOT_FOUND");
  Put("agency.toml",
      "agency = \"shelter-a\"\ntrust_domain = \"test.amana.example\"\nbroker = \"b:1\"\n"
      "log_vkey = \"" +
          Vkey() + "\"\n");
  const auto identity = Load();
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(ErrorReason(identity->address().status()), "IDENTITY_INVALID");
}

// --- whom it takes for the broker

class BrokerCheckTest : public IdentityTest {
 protected:
  std::string Judge(const tests::TestIdentity& broker) {
    const Identity identity = Load().value();
    const FakeClock clock(envelope::SampleTime());
    const BrokerCheck check(identity, clock);
    return ErrorReason(check(broker.certificate.pem(), broker.chain_pem));
  }
};

TEST_F(BrokerCheckTest, OnlyTheBrokersOwnCertificateWillDo) {
  EXPECT_EQ(Judge(tests::TestBrokerTls()), "");
  EXPECT_EQ(Judge(tests::TestTls("amana", Role::kOperator, "ops", "root")), "IDENTITY_INVALID");
  // Another agency's CA may issue a broker's certificate for its own agency only.
  EXPECT_EQ(Judge(tests::TestBrokerTls("shelter-a")), "IDENTITY_INVALID");
  EXPECT_EQ(
      Judge(tests::MakeForeignCert(tests::TestSpiffe("amana", Role::kBroker), CertUsage::kTls)),
      "CHAIN_UNTRUSTED");
  EXPECT_EQ(
      Judge(tests::MakeTestCert(tests::TestSpiffe("amana", Role::kBroker), CertUsage::kTls,
                                tests::TestNotBefore(), tests::TestNotBefore() + absl::Hours(1))),
      "CERT_EXPIRED");
}

TEST_F(BrokerCheckTest, TheIssuingCaMayComeWithTheCertificate) {
  Put("trust/agencies/all.pem", tests::TestBundlePem({"shelter-a"}));
  EXPECT_EQ(Judge(tests::TestBrokerTls()), "");
}

}  // namespace
}  // namespace amana::sdk
