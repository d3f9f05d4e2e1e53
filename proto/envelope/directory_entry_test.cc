#include "proto/envelope/directory_entry.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/status.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

using crypto::CertUsage;
using crypto::Role;
using Entry = v1::DirectoryEntry;

absl::Time Now() { return absl::FromUnixSeconds(1900000000); }

Entry Sample() {
  return TestEntry("haven", v1::AGENCY_KIND_SHELTER,
                   {{"coast", {v1::SERVICE_TYPE_ACCOMMODATION}, 1},
                    {"intake", {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_MEDICAL}}});
}

absl::StatusOr<EntryStatement> Create(const Entry& entry) {
  return EntryStatement::Create(SignEntry(entry, Now(), TestKeeper("haven")).entry);
}

TEST(EntryStatement, ViewsAValidEntry) {
  const auto first = Create(Sample());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->agency().value(), "haven");
  EXPECT_EQ(first->version(), 1u);
  EXPECT_TRUE(first->previous().is_zero());
  EXPECT_EQ(first->digest(), PayloadDigest(first->envelope()));
  EXPECT_EQ(first->cert_id(), TestKeeper("haven").certificate.id());
  EXPECT_EQ(first->sealing(0).at(0), tests::TestSealer("haven", "coast").certificate);
  const auto second = Create(NextEntry(Sample(), first->digest()));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->version(), 2u);
  EXPECT_EQ(second->previous(), first->digest());
}

TEST(EntryStatement, TheCertificateThatBecameValidLastComesFirst) {
  const auto spiffe = tests::TestSpiffe("haven", Role::kSystem, "intake");
  const auto made = [&](int days) {
    return tests::MakeTestCert(spiffe, CertUsage::kSealing, Now() + absl::Hours(24 * days),
                               tests::TestNotAfter())
        .certificate;
  };
  const crypto::Certificate older = made(-9), newest = made(-1), middle = made(-4);
  Entry entry = Sample();
  entry.mutable_units(1)->clear_sealing_certificates();
  for (const auto& one : {older, newest, middle}) {
    entry.mutable_units(1)->add_sealing_certificates(std::string(one.der()));
  }
  const auto statement = Create(entry);
  ASSERT_TRUE(statement.ok()) << statement.status();
  EXPECT_EQ(statement->sealing(1), (std::vector<crypto::Certificate>{newest, middle, older}));
}

struct Case {
  std::function<void(Entry&)> change;
  const char* field;  // empty: good
  const char* reason = "DIRECTORY_FIELD_INVALID";
};

void Check(std::initializer_list<Case> cases) {
  int row = 0;
  for (const Case& one : cases) {
    Entry entry = Sample();
    one.change(entry);
    const auto statement = Create(entry);
    EXPECT_EQ(ErrorField(statement.status()), one.field) << row << ' ' << statement.status();
    EXPECT_EQ(ErrorReason(statement.status()), *one.field == '\0' ? "" : one.reason) << row;
    ++row;
  }
}

v1::DirectoryUnit& Unit(Entry& entry) { return *entry.mutable_units(0); }

TEST(EntryStatement, ChecksTheAgency) {
  Check({
      {[](Entry& e) { e.clear_units(); }, ""},
      {[](Entry& e) { e.set_agency("Haven"); }, "agency", "ID_INVALID"},
      {[](Entry& e) { e.clear_version(); }, "version"},
      {[](Entry& e) { e.set_previous_sha256(std::string(32, 'x')); }, "previous_sha256"},
      {[](Entry& e) { e.set_version(2); }, "previous_sha256", "LENGTH_INVALID"},
      {[](Entry& e) { e.clear_kind(); }, "kind"},
      {[](Entry& e) { e.set_country("Ke"); }, "country"},
      {[](Entry& e) { e.mutable_units()->SwapElements(0, 1); }, "units"},
      {[](Entry& e) { *e.add_units() = e.units(1); }, "units"},
      {[](Entry& e) { Unit(e).set_unit("a/b"); }, "units[0].unit", "ID_INVALID"},
  });
}

TEST(EntryStatement, ChecksWhomAUnitTakesAndWhere) {
  using U = v1::DirectoryUnit;
  const auto unit = [](const std::function<void(U&)>& change) {
    return [change](Entry& entry) { change(Unit(entry)); };
  };
  Check({
      {unit([](U& u) { u.add_services(v1::SERVICE_TYPE_ACCOMMODATION); }), "units[0].services"},
      {unit([](U& u) { u.clear_ages(); }), "units[0].ages"},
      {unit([](U& u) { u.clear_sexes(); }), "units[0].sexes"},
      {unit([](U& u) { u.set_sexes(0, v1::SEX_CONSTRAINT_ANY); }), "units[0].sexes"},
      {unit([](U& u) { u.clear_services(), u.clear_ages(), u.clear_sexes(); }), ""},
      {unit([](U& u) { u.set_county(0); }), "units[0].county"},
      {unit([](U& u) { u.set_county(48); }), "units[0].county"},
      {[](Entry& e) { e.set_country("UG"); }, "units[0].county"},
      {unit([](U& u) { u.add_counties(1), u.add_counties(47); }), ""},
      {unit([](U& u) { u.add_counties(2), u.add_counties(1); }), "units[0].counties"},
      {unit([](U& u) { u.add_counties(48); }), "units[0].counties"},
      {unit([](U& u) { u.add_languages("swa"); }), ""},
      {unit([](U& u) { u.add_languages("sw"); }), "units[0].languages"},
      {unit([](U& u) { u.add_languages("swa"), u.add_languages("eng"); }), "units[0].languages"},
      {unit([](U& u) { u.set_duty_phone("+254700000001"); }), ""},
      {unit([](U& u) { u.set_duty_phone("0700000001"); }), "units[0].duty_phone"},
      {unit([](U& u) { u.set_duty_phone("+25470000000x"); }), "units[0].duty_phone"},
  });
}

TEST(EntryStatement, ChecksHoursAndSla) {
  const auto hours = [](uint32_t weekday, uint32_t from, uint32_t until) {
    return [=](Entry& entry) {
      v1::OpeningHours& noon = *Unit(entry).add_hours();
      noon.set_weekday(3), noon.set_from_minute(600), noon.set_until_minute(720);
      v1::OpeningHours& open = *Unit(entry).add_hours();
      open.set_weekday(weekday), open.set_from_minute(from), open.set_until_minute(until);
    };
  };
  const auto sla = [](uint32_t acknowledge, uint32_t decide, uint32_t start) {
    return [=](Entry& entry) {
      v1::SlaOverride& one = *Unit(entry).add_sla();
      one.set_urgency(v1::URGENCY_URGENT), one.set_acknowledge_minutes(acknowledge);
      one.set_decide_minutes(decide), one.set_start_minutes(start);
    };
  };
  Check({
      {hours(3, 720, 1440), ""},
      {hours(3, 719, 800), "units[0].hours"},
      {hours(2, 800, 900), "units[0].hours"},
      {hours(8, 800, 900), "units[0].hours"},
      {hours(4, 900, 900), "units[0].hours"},
      {hours(4, 900, 1441), "units[0].hours"},
      {sla(5, 5, 5), ""},
      {sla(4, 10, 10), "units[0].sla"},
      {sla(20, 10, 10), "units[0].sla"},
      {sla(10, 10, 30 * 24 * 60 + 1), "units[0].sla"},
      {[&](Entry& e) { sla(5, 5, 5)(e), sla(5, 5, 5)(e); }, "units[0].sla.urgency"},
  });
}

TEST(EntryStatement, ChecksQualifications) {
  using Q = v1::Qualifications;
  const auto given = [](const std::function<void(Q&)>& change) {
    return [change](Entry& entry) { change(*entry.mutable_qualifications()); };
  };
  Check({
      {given([](Q& q) { q.set_health_provider(true), q.set_health_until_unix_ms(1); }), ""},
      {given([](Q& q) { q.set_health_until_unix_ms(1); }), "qualifications.health_until_unix_ms"},
      {given([](Q& q) { q.set_safeguards("ODPC/2026/14"), q.set_safeguards_until_unix_ms(1); }),
       ""},
      {given([](Q& q) { q.set_safeguards("no words"); }), "qualifications.safeguards"},
      {given([](Q& q) { q.set_safeguards("ODPC/1"); }), "qualifications.safeguards_until_unix_ms"},
      {given([](Q& q) { q.set_safeguards_until_unix_ms(1); }),
       "qualifications.safeguards_until_unix_ms"},
  });
}

TEST(EntryStatement, ASealingCertificateIsForSealingToThisUnit) {
  const auto with = [](const tests::TestIdentity& identity) {
    return [&identity](Entry& e) {
      Unit(e).add_sealing_certificates(std::string(identity.certificate.der()));
    };
  };
  constexpr char kField[] = "units[0].sealing_certificates[1]";
  Check({
      {with(tests::TestCert("haven", Role::kSystem, "coast", "", CertUsage::kSealing, 1)), ""},
      {with(tests::TestSealer("haven", "coast")), kField},  // twice
      {with(tests::TestSealer("haven", "intake")), kField},
      {with(tests::TestSealer("police", "coast")), kField},
      {with(tests::TestSigner("haven", Role::kSystem, "coast")), kField},
      {[](Entry& e) { Unit(e).add_sealing_certificates("no certificate"); }, kField},
  });
}

TEST(EntryStatement, IsBounded) {
  Entry many = TestEntry("haven", v1::AGENCY_KIND_SHELTER, {});
  for (int i = 100; i < 165; ++i) {
    *many.add_units() = TestEntry("haven", v1::AGENCY_KIND_SHELTER, {{"u", {}}}).units(0);
    many.mutable_units()->rbegin()->set_unit("u" + std::to_string(i));
    many.mutable_units()->rbegin()->clear_sealing_certificates();
  }
  EXPECT_EQ(ErrorField(Create(many).status()), "units");
  many.mutable_units()->RemoveLast();
  EXPECT_TRUE(Create(many).ok());

  Entry languages = Sample();
  for (char c = 'a'; c <= 'z'; ++c) {
    Unit(languages).add_languages(std::string("a") + c + 'a');
    Unit(languages).add_languages(std::string("a") + c + 'b');
  }
  EXPECT_EQ(ErrorField(Create(languages).status()), "units[0].languages");

  Entry certificates = Sample();
  for (int i = 1; i <= kMaxSealingCertificates; ++i) {
    Unit(certificates)
        .add_sealing_certificates(
            std::string(tests::TestCert("haven", Role::kSystem, "coast", "", CertUsage::kSealing, i)
                            .certificate.der()));
  }
  EXPECT_EQ(ErrorField(Create(certificates).status()), "units[0].sealing_certificates");

  Entry huge = Sample();
  Unit(huge).add_sealing_certificates(std::string(kMaxEntryBytes, 'x'));
  EXPECT_EQ(ErrorField(Create(huge).status()), "payload");
}

TEST(ParseApproval, ChecksItsForm) {
  const SignedEntry entry = SignEntry(Sample(), Now());
  const auto approval = ParseApproval(entry.approval);
  ASSERT_TRUE(approval.ok()) << approval.status();
  EXPECT_EQ(approval->entry_sha256(), entry.digest.bytes());
  EXPECT_EQ(ErrorReason(ParseApproval(entry.entry).status()), "PAYLOAD_TYPE_UNEXPECTED");
  v1::DirectoryApproval shorter = *approval;
  shorter.set_entry_sha256("short");
  const auto resigned = SignMessage(kDirectoryApprovalType, shorter, TestCoordinator().key).value();
  EXPECT_EQ(ErrorField(ParseApproval(resigned).status()), "entry_sha256");
  v1::DirectoryApproval of_none = *approval;
  of_none.clear_version();
  const auto unversioned =
      SignMessage(kDirectoryApprovalType, of_none, TestCoordinator().key).value();
  EXPECT_EQ(ErrorField(ParseApproval(unversioned).status()), "version");
}

}  // namespace
}  // namespace amana::envelope
