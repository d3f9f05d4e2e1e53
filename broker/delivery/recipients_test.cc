#include "broker/delivery/recipients.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "broker/identity/registry_testing.h"
#include "broker/routing/testing.h"
#include "tests/support/test_pki.h"

namespace amana::delivery {
namespace {

using crypto::Certificate;
using crypto::CertUsage;
using crypto::Role;

absl::Time At(int year) { return absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone()); }
Address Unit(std::string_view text) { return ParseAddress(text, "unit").value(); }

Certificate Sealer(int from, int to) {
  return tests::MakeTestCert(tests::TestSpiffe("haven", Role::kSystem, "intake"),
                             CertUsage::kSealing, At(from), At(to))
      .certificate;
}

struct World {
  identity::TestRegistry files;
  routing::Agency haven =
      *routing::TestAgency({routing::TestUnit("haven/intake", {v1::SERVICE_TYPE_ACCOMMODATION})});

  Recipients Now(int year = 2024) {
    auto trust = std::make_shared<identity::Trust>();
    trust->registry = identity::Registry::Load(RealFileSystem(), files.path()).value();
    trust->revocations = std::make_shared<const identity::RevocationList>(
        identity::RevocationList::Parse(files.Read("revoked.txt")).value());
    return Recipients(routing::Directory::Of({std::make_shared<const routing::Agency>(haven)}),
                      {.now = At(year), .clock_ok = true, .trust = trust});
  }
  CertId Current(int year = 2024) {
    const Recipients now = Now(year);
    const Certificate* const sealing = now.Sealing(Unit("haven/intake"));
    return sealing == nullptr ? CertId() : sealing->id();
  }
};

TEST(Recipients, SealToTheNewestCertificateThatIsValidAndNotRevoked) {
  World world;
  const Certificate first = Sealer(2021, 2027), second = Sealer(2023, 2025);
  world.haven.units[0].sealing = {second, first};
  EXPECT_EQ(world.Current(2020), CertId());
  EXPECT_EQ(world.Current(2022), first.id());
  EXPECT_EQ(world.Current(2024), second.id());
  EXPECT_EQ(world.Current(2026), first.id());
  EXPECT_EQ(world.Current(2028), CertId());
  EXPECT_EQ(world.Now().Sealing(Unit("haven/coast")), nullptr);
  world.files.Revoke(second.id());
  EXPECT_EQ(world.Current(2024), first.id());
  EXPECT_TRUE(world.Now().Admits(world.haven, world.haven.units[0]));
  world.files.Revoke(tests::TestAgencyCa("haven").certificate.id());
  EXPECT_EQ(world.Current(2024), CertId());
  EXPECT_FALSE(world.Now().Admits(world.haven, world.haven.units[0]));
}

TEST(Recipients, AKeyOfAnotherCaIsNone) {
  World world;
  world.haven.units[0].sealing = {
      tests::MakeForeignCert(tests::TestSpiffe("haven", Role::kSystem, "intake"),
                             CertUsage::kSealing)
          .certificate};
  EXPECT_EQ(world.Current(), CertId());
}

TEST(Recipients, WhatIsRevokedMustNotGoAndWhatIsOldMay) {
  World world;
  const Certificate old = Sealer(2021, 2022), gone = Sealer(2021, 2027);
  world.haven.units[0].sealing = {old};
  const auto revoked = [&](const Certificate& one) {
    return world.Now().Revoked(Unit("haven/intake"), one.id());
  };
  EXPECT_FALSE(revoked(old));   // expired
  EXPECT_FALSE(revoked(gone));  // left the entry
  world.files.Revoke(gone.id());
  EXPECT_TRUE(revoked(gone));
  EXPECT_FALSE(revoked(old));
  world.files.Revoke(tests::TestAgencyCa("haven").certificate.id());
  EXPECT_TRUE(revoked(old));
}

TEST(Recipients, AnAgencyIsWhatTheRegistrySaysItIs) {
  World world;
  EXPECT_NE(world.Now().unit(Unit("haven/intake")), nullptr);
  const auto unknown = [&] { return world.Now().unit(Unit("haven/intake")) == nullptr; };
  world.files.Edit("kind = \"SHELTER\"", "kind = \"HEALTH\"");
  EXPECT_TRUE(unknown());
  world.haven.kind = v1::AGENCY_KIND_HEALTH;
  EXPECT_FALSE(unknown());
  world.haven.country = "TZ";
  EXPECT_TRUE(unknown());
  world.haven.country = "KE";
  world.haven.id = AgencyId::Create("stranger").value();
  world.haven.units[0].address.agency = world.haven.id;
  EXPECT_EQ(world.Now().unit(Unit("stranger/intake")), nullptr);
}

TEST(Recipients, TellConsentWhatItAsks) {
  World world;
  world.haven.health_qualified = true;
  world.haven.health_qualified_until = At(2025);
  world.haven.safeguards_until = At(2026);
  const Pseudonym subject = Pseudonym::FromBytes(std::string(16, 'a')).value();
  const auto facts = [&](std::string_view unit = "haven/intake") {
    return world.Now().Facts(Unit(unit), subject);
  };
  EXPECT_EQ(facts().kind, v1::AGENCY_KIND_SHELTER);
  EXPECT_FALSE(facts().abroad);
  EXPECT_FALSE(facts().IsEmbassy());
  EXPECT_TRUE(facts().health_qualified);
  EXPECT_EQ(facts().health_qualified_until, At(2025));
  EXPECT_EQ(facts().safeguards_until, At(2026));
  EXPECT_FALSE(facts().child_services_only);
  EXPECT_FALSE(facts().guardian_flagged);
  world.haven.units[0].services = {v1::SERVICE_TYPE_PSYCHOSOCIAL,
                                   v1::SERVICE_TYPE_CHILD_PROTECTION};
  EXPECT_TRUE(facts().child_services_only);
  world.haven.units[0].services = {};
  EXPECT_FALSE(facts().child_services_only);
  world.files.Edit("revocations =", "guardian_flags = [\"" + subject.hex() + "\"]\nrevocations =");
  EXPECT_TRUE(facts().guardian_flagged);
  // Of one that is unknown, what denies.
  EXPECT_EQ(facts("haven/coast").kind, v1::AGENCY_KIND_UNSPECIFIED);
  EXPECT_TRUE(facts("haven/coast").abroad);
}

}  // namespace
}  // namespace amana::delivery
