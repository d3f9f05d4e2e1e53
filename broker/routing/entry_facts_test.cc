#include "broker/routing/entry_facts.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "broker/routing/testing.h"
#include "proto/envelope/directory_testing.h"

namespace amana::routing {
namespace {

Agency FactsOf(const v1::DirectoryEntry& entry) {
  const auto statement =
      envelope::EntryStatement::Create(envelope::SignEntry(entry, TestNow()).entry);
  EXPECT_TRUE(statement.ok()) << statement.status();
  return FromEntry(*statement);
}

v1::DirectoryEntry Full() {
  v1::DirectoryEntry entry = envelope::TestEntry("haven", v1::AGENCY_KIND_SHELTER,
                                                 {{"intake", {v1::SERVICE_TYPE_MEDICAL}, 1}});
  v1::DirectoryUnit& unit = *entry.mutable_units(0);
  unit.add_counties(1), unit.add_counties(3);
  unit.add_languages("swa");
  unit.add_accessibility(v1::ACCESSIBILITY_STEP_FREE);
  unit.set_duty_phone("+254700000001");
  v1::OpeningHours& open = *unit.add_hours();
  open.set_weekday(7), open.set_from_minute(60), open.set_until_minute(120);
  v1::SlaOverride& sla = *unit.add_sla();
  sla.set_urgency(v1::URGENCY_NORMAL);
  sla.set_acknowledge_minutes(5), sla.set_decide_minutes(6), sla.set_start_minutes(7);
  v1::Qualifications& given = *entry.mutable_qualifications();
  given.set_professional_secrecy(true);
  given.set_health_until_unix_ms(ToUnixMillis(TestNow()));
  given.set_safeguards("ODPC/1");
  given.set_safeguards_until_unix_ms(ToUnixMillis(TestNow() + absl::Hours(1)));
  return entry;
}

TEST(EntryFacts, HaveWhatTheEntrySays) {
  const Agency agency = FactsOf(Full());
  EXPECT_EQ(agency.id.value(), "haven");
  EXPECT_EQ(agency.version, 1u);
  EXPECT_EQ(agency.kind, v1::AGENCY_KIND_SHELTER);
  EXPECT_EQ(agency.country, "KE");
  EXPECT_TRUE(agency.health_qualified);
  EXPECT_EQ(agency.health_qualified_until, TestNow());
  EXPECT_EQ(agency.safeguards_until, TestNow() + absl::Hours(1));
  const Unit& unit = agency.units.at(0);
  EXPECT_EQ(ToString(unit.address), "haven/intake");
  EXPECT_EQ(unit.services, ServiceSet{v1::SERVICE_TYPE_MEDICAL});
  EXPECT_EQ(unit.county, 1u);
  EXPECT_TRUE(unit.Serves(3));
  EXPECT_FALSE(unit.Serves(2));
  EXPECT_TRUE(unit.Speaks("swa"));
  EXPECT_TRUE(unit.access.Has(v1::ACCESSIBILITY_STEP_FREE));
  EXPECT_EQ(unit.hours, (std::vector<OpeningHours>{{6, 60, 120}}));
  EXPECT_EQ(unit.Sla(v1::URGENCY_NORMAL),
            (SlaWindows{absl::Minutes(5), absl::Minutes(6), absl::Minutes(7)}));
  EXPECT_EQ(unit.duty_phone, "+254700000001");
  EXPECT_EQ(unit.sealing.at(0), tests::TestSealer("haven", "intake").certificate);
}

TEST(EntryFacts, WithoutQualificationsThereAreNone) {
  v1::DirectoryEntry entry = Full();
  entry.clear_qualifications();
  const Agency agency = FactsOf(entry);
  EXPECT_FALSE(agency.health_qualified);
  EXPECT_EQ(agency.safeguards_until, absl::InfinitePast());
  entry.mutable_qualifications()->set_health_provider(true);
  EXPECT_TRUE(FactsOf(entry).health_qualified);
  EXPECT_EQ(FactsOf(entry).health_qualified_until, absl::InfiniteFuture());
}

TEST(EntryFacts, WhoTakesChildrenAndAdultsTakesThoseOfUnknownAge) {
  v1::DirectoryEntry entry = Full();
  v1::DirectoryUnit& unit = *entry.mutable_units(0);
  EXPECT_TRUE(FactsOf(entry).units[0].ages.Has(v1::SUBJECT_CLASS_AGE_UNKNOWN));
  unit.clear_ages(), unit.add_ages(v1::SUBJECT_CLASS_ADULT);
  EXPECT_FALSE(FactsOf(entry).units[0].ages.Has(v1::SUBJECT_CLASS_AGE_UNKNOWN));
  unit.add_ages(v1::SUBJECT_CLASS_AGE_UNKNOWN);
  EXPECT_TRUE(FactsOf(entry).units[0].ages.Has(v1::SUBJECT_CLASS_AGE_UNKNOWN));
  EXPECT_FALSE(FactsOf(entry).units[0].ages.Has(v1::SUBJECT_CLASS_MINOR));
}

TEST(EntryFacts, OfReportsAndRosters) {
  v1::CapacityReport report;
  report.mutable_meta()->set_created_unix_ms(ToUnixMillis(TestNow()));
  v1::ServiceCapacity& beds = *report.add_services();
  beds.set_service(v1::SERVICE_TYPE_ACCOMMODATION), beds.set_total(20), beds.set_free(3);
  EXPECT_EQ(FromReport(report), (Capacity{TestNow(), {{v1::SERVICE_TYPE_ACCOMMODATION, 20, 3}}}));
  v1::DutyRoster roster;
  roster.mutable_meta()->set_created_unix_ms(ToUnixMillis(TestNow()));
  v1::Shift& shift = *roster.add_shifts();
  shift.set_from_unix_ms(ToUnixMillis(TestNow()));
  shift.set_until_unix_ms(ToUnixMillis(TestNow() + absl::Hours(8)));
  shift.set_person("worker-1"), shift.set_phone("+254700000002");
  EXPECT_EQ(FromRoster(roster),
            (Roster{TestNow(),
                    {{TestNow(), TestNow() + absl::Hours(8), PersonId::Create("worker-1").value(),
                      "+254700000002"}}}));
}

}  // namespace
}  // namespace amana::routing
