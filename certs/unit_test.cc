#include "certs/unit.h"

#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "proto/crypto/key_request.h"

namespace amana::certs {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class UnitTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(folder_.Init("amana.example", 3650));
    for (const char* agency : {"haven", "police"}) {
      AMANA_ASSERT_OK(folder_.AddAgency(*AgencyId::Create(agency, ""), std::nullopt, 1825));
    }
  }
  static UnitName Name(const char* agency, const char* unit, const char* person = nullptr) {
    UnitName name{*AgencyId::Create(agency, ""), *UnitId::Create(unit, "")};
    if (person != nullptr) name.person = *PersonId::Create(person, "");
    return name;
  }
  // The requests of a unit, all as `amana keys new` names them.
  std::string Requests(const std::string& agency, const std::string& unit,
                       const std::string& person, const std::string& folder) {
    const std::string base = "spiffe://amana.example/agency/" + agency + "/";
    const std::string end = "/" + unit;
    const std::pair<const char*, std::string> wanted[] = {
        {"tls", base + "system" + end},
        {"signing", base + "system" + end},
        {"sealing", base + "system" + end},
        {"person", base + "person" + end + "/" + person}};
    for (const auto& [name, id] : wanted) {
      AMANA_EXPECT_OK(crypto::NewKeyAndCsr(folder, name, *crypto::ParseSpiffeId(id),
                                           crypto::CertUsage::kSigning));
    }
    return folder;
  }
  EnrolRequest Wanted(const UnitName& name, const std::string& folder) {
    return {name, folder, dir_.File("registry/") + name.agency.value()};
  }
  size_t InForce(const std::string& agency) {
    size_t count = 0;
    const std::vector<Listed> listed = folder_.List().value();
    for (const Listed& entry : listed) {
      count += entry.certificate.usage() != crypto::CertUsage::kCa &&
                       entry.certificate.spiffe().agency.value() == agency &&
                       entry.state != CertState::kRevoked
                   ? 1
                   : 0;
    }
    return count;
  }

  const TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1930000000)};
  const AuthorityFolder folder_{dir_.File("pki"), clock_};
};

TEST_F(UnitTest, AFolderOfRequestsIsCertifiedAndRegisteredInOneStepThatMayBeTakenAgain) {
  const UnitName name = Name("haven", "intake", "p-1");
  const std::string keys = Requests("haven", "intake", "p-1", dir_.File("keys"));
  for (const bool first : {true, false}) {
    const auto enrolled = Enrol(folder_, Wanted(name, keys));
    AMANA_ASSERT_OK(enrolled);
    ASSERT_THAT(*enrolled, SizeIs(4));
    for (const Enrolled& one : *enrolled) {
      EXPECT_EQ(one.made, first) << one.name;
      EXPECT_EQ(one.certificate.spiffe().person.has_value(), one.name == "person");
      EXPECT_TRUE(*RealFileSystem().Exists(keys + "/" + one.name + ".pem"));
    }
    // What to seal to is the directory's to say.
    EXPECT_THAT(*RealFileSystem().List(dir_.File("registry/haven")), SizeIs(3));
    // As if it had ended before the last was registered.
    AMANA_ASSERT_OK(
        RealFileSystem().Remove(dir_.File("registry/haven/") +
                                RealFileSystem().List(dir_.File("registry/haven"))->front()));
  }
  EXPECT_EQ(InForce("haven"), 4u);
}

TEST_F(UnitTest, ARequestThatDoesNotSayWhatItIsForIsRefused) {
  const std::string keys = dir_.File("keys");
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(keys));
  EXPECT_EQ(ErrorReason(Enrol(folder_, Wanted(Name("haven", "intake"), keys)).status()),
            "NO_REQUESTS");
  Requests("haven", "intake", "p-1", keys);
  EXPECT_EQ(ErrorReason(Enrol(folder_, Wanted(Name("haven", "intake"), keys)).status()),
            "REQUEST_NAME_UNKNOWN")
      << "a person's, and no person is named";
  AMANA_ASSERT_OK(RealFileSystem().Rename(keys + "/person.csr", keys + "/broker.csr"));
  EXPECT_EQ(ErrorReason(Enrol(folder_, Wanted(Name("haven", "intake", "p-1"), keys)).status()),
            "REQUEST_NAME_UNKNOWN");
}

TEST_F(UnitTest, ACertificateForAnotherKeyIsNotReplaced) {
  const std::string keys = Requests("haven", "intake", "p-1", dir_.File("keys"));
  AMANA_ASSERT_OK(Enrol(folder_, Wanted(Name("haven", "intake", "p-1"), keys)));
  const std::string other = Requests("haven", "intake", "p-1", dir_.File("other"));
  AMANA_ASSERT_OK(RealFileSystem().Rename(other + "/tls.csr", keys + "/tls.csr"));
  EXPECT_EQ(ErrorReason(Enrol(folder_, Wanted(Name("haven", "intake", "p-1"), keys)).status()),
            "FILE_EXISTS");
}

TEST_F(UnitTest, AllOfAUnitOrAPersonIsRevokedAndNothingOfOthers) {
  for (const char* unit : {"intake", "night"}) {
    const std::string keys = Requests("haven", unit, "p-1", dir_.File(unit));
    AMANA_ASSERT_OK(Enrol(folder_, Wanted(Name("haven", unit, "p-1"), keys)));
  }
  AMANA_ASSERT_OK(Enrol(folder_, Wanted(Name("police", "desk", "p-1"),
                                        Requests("police", "desk", "p-1", dir_.File("police")))));
  const std::string list = dir_.File("revoked.txt");
  const auto person = RevokeUnit(folder_, Name("haven", "intake", "p-1"), "telephone lost", list);
  AMANA_ASSERT_OK(person);
  EXPECT_THAT(*person, SizeIs(1));
  const auto unit = RevokeUnit(folder_, Name("haven", "intake"), "laptop lost", list);
  AMANA_ASSERT_OK(unit);
  EXPECT_THAT(*unit, SizeIs(3));
  EXPECT_THAT(*RevokeUnit(folder_, Name("haven", "intake"), "laptop lost", list), IsEmpty());
  EXPECT_THAT(*crypto::ParseRevocationList(*RealFileSystem().Read(list)), SizeIs(4));
  EXPECT_EQ(InForce("haven"), 4u);
  EXPECT_EQ(InForce("police"), 4u);
  EXPECT_EQ(ErrorReason(RevokeUnit(folder_, Name("haven", "attic"), "lost", "").status()),
            "NOTHING_TO_REVOKE");
}

}  // namespace
}  // namespace amana::certs
