#include "broker/routing/directory.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "broker/routing/testing.h"

namespace amana::routing {
namespace {

constexpr v1::ServiceType kHome = v1::SERVICE_TYPE_ACCOMMODATION;

Address At(std::string_view text) { return ParseAddress(text, "unit").value(); }

Agency Version(uint32_t version, std::vector<Unit> units) {
  Agency agency = *TestAgency(std::move(units));
  agency.version = version;
  return agency;
}

TEST(Directory, FindsAgenciesAndUnits) {
  const DirectoryPtr directory = Directory::Of(
      {TestAgency({TestUnit("haven/intake", {kHome}), TestUnit("haven/coast", {kHome})}),
       TestAgency({TestUnit("amani/home", {kHome})})});
  ASSERT_EQ(directory->agencies().size(), 2u);
  EXPECT_EQ(directory->agencies()[0]->id.value(), "amani");
  EXPECT_EQ(directory->unit(At("haven/coast"))->address, At("haven/coast"));
  EXPECT_EQ(directory->unit(At("haven/other")), nullptr);
  EXPECT_EQ(directory->unit(At("other/intake")), nullptr);
  EXPECT_EQ(directory->agency(At("other/intake").agency), nullptr);
  EXPECT_TRUE(Directory::Empty()->agencies().empty());
}

TEST(Directory, OfTwoVersionsTheLaterCounts) {
  const auto one = std::make_shared<const Agency>(Version(1, {TestUnit("haven/intake", {})}));
  const auto two = std::make_shared<const Agency>(Version(2, {TestUnit("haven/intake", {})}));
  for (const auto& both : {std::vector{one, two}, std::vector{two, one}}) {
    const DirectoryPtr directory = Directory::Of(both);
    ASSERT_EQ(directory->agencies().size(), 1u);
    EXPECT_EQ(directory->agencies()[0]->version, 2u);
  }
}

TEST(Directory, AChangeLeavesTheOneBeforeAsItWas) {
  const DirectoryPtr before = Directory::Of({TestAgency({TestUnit("haven/intake", {kHome})})});
  const DirectoryPtr more = before->With(Version(1, {TestUnit("amani/home", {kHome})}));
  const DirectoryPtr after =
      more->With(Version(2, {TestUnit("haven/coast", {}), TestUnit("haven/intake", {})}));
  EXPECT_EQ(before->agencies().size(), 1u);
  EXPECT_EQ(more->agencies().size(), 2u);
  EXPECT_EQ(more->agencies()[0]->id.value(), "amani");
  EXPECT_EQ(after->agencies()[0], more->agencies()[0]);  // shared
  EXPECT_TRUE(before->unit(At("haven/intake"))->services.Has(kHome));
  EXPECT_FALSE(after->unit(At("haven/intake"))->services.Has(kHome));
}

TEST(Directory, WhatAUnitSaidItselfStaysWithIt) {
  const Capacity capacity{TestNow(), {{kHome, 10, 4}}};
  const Roster roster{TestNow(), {{TestNow(), TestNow() + absl::Hours(1), {}, ""}}};
  const DirectoryPtr said =
      Directory::Of({TestAgency({TestUnit("haven/intake", {kHome}), TestUnit("haven/coast", {})})})
          ->With(At("haven/intake"), capacity)
          ->With(At("haven/intake"), roster);
  EXPECT_EQ(said->unit(At("haven/intake"))->capacity, capacity);
  EXPECT_EQ(said->unit(At("haven/coast"))->capacity, Capacity());
  const DirectoryPtr next = said->With(Version(2, {TestUnit("haven/intake", {})}));
  EXPECT_EQ(next->unit(At("haven/intake"))->capacity, capacity);
  EXPECT_EQ(next->unit(At("haven/intake"))->roster, roster);
  // Gone and back: what it said is not its any more.
  const DirectoryPtr back = next->With(Version(3, {TestUnit("haven/coast", {})}))
                                ->With(Version(4, {TestUnit("haven/intake", {})}));
  EXPECT_EQ(back->unit(At("haven/intake"))->capacity, Capacity());
}

TEST(Unit, ServesTheCountiesItNamesOrAll) {
  Unit unit = TestUnit("haven/intake", {kHome});
  EXPECT_TRUE(unit.Serves(1));
  unit.counties.set(3);
  EXPECT_TRUE(unit.Serves(3));
  EXPECT_FALSE(unit.Serves(1));
  EXPECT_FALSE(unit.Serves(4000));
}

TEST(Unit, IsOpenInKenyasTime) {
  Unit unit = TestUnit("haven/intake", {kHome});
  absl::Time monday;  // 2030-03-18 08:00 in Nairobi
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2030-03-18T05:00:00Z", &monday, nullptr));
  EXPECT_TRUE(unit.OpenAt(monday - absl::Hours(5)));  // says nothing: day and night
  unit.hours = {{0, 480, 1020}, {6, 600, 660}};
  EXPECT_TRUE(unit.OpenAt(monday));
  EXPECT_FALSE(unit.OpenAt(monday - absl::Minutes(1)));
  EXPECT_TRUE(unit.OpenAt(monday + absl::Minutes(539)));
  EXPECT_FALSE(unit.OpenAt(monday + absl::Minutes(540)));
  EXPECT_TRUE(unit.OpenAt(monday - absl::Hours(22)));  // Sunday, 10:00
  EXPECT_FALSE(unit.OpenAt(monday + absl::Hours(24)));
}

TEST(Unit, ARoomReportCountsForADay) {
  Unit unit = TestUnit("haven/intake", {kHome});
  EXPECT_EQ(unit.RoomFor(kHome, TestNow()), nullptr);
  unit.capacity = {TestNow(), {{kHome, 10, 4}}};
  ASSERT_NE(unit.RoomFor(kHome, TestNow()), nullptr);
  EXPECT_EQ(unit.RoomFor(kHome, TestNow() + kCapacityCounts)->free, 4u);
  EXPECT_EQ(unit.RoomFor(kHome, TestNow() + kCapacityCounts + absl::Milliseconds(1)), nullptr);
  EXPECT_EQ(unit.RoomFor(v1::SERVICE_TYPE_MEDICAL, TestNow()), nullptr);
}

TEST(Unit, SaysWhoIsOnDutyAndOnWhichLine) {
  Unit unit = TestUnit("haven/intake", {kHome});
  unit.duty_phone = "+254700000001";
  const auto shift = [](int from, int until, std::string_view person, std::string phone) {
    return Shift{TestNow() + absl::Hours(from), TestNow() + absl::Hours(until),
                 PersonId::Create(person).value(), std::move(phone)};
  };
  unit.roster.shifts = {shift(0, 8, "day", ""), shift(4, 12, "late", "+254700000002"),
                        shift(12, 20, "night", "")};
  const auto names = [&](int hour) {
    std::string out;
    for (const Shift& one : unit.OnDuty(TestNow() + absl::Hours(hour))) {
      out += one.person.value() + one.phone + ' ';
    }
    return out;
  };
  EXPECT_EQ(names(-1), "");
  EXPECT_EQ(names(0), "day+254700000001 ");
  EXPECT_EQ(names(5), "day+254700000001 late+254700000002 ");
  EXPECT_EQ(names(8), "late+254700000002 ");
  EXPECT_EQ(names(12), "night+254700000001 ");
  EXPECT_EQ(names(20), "");
}

TEST(Unit, HasItsOwnWindowsWhereItSaysSo) {
  Unit unit = TestUnit("haven/intake", {kHome});
  EXPECT_EQ(unit.Sla(v1::URGENCY_URGENT), DefaultSla(v1::URGENCY_URGENT));
  const SlaWindows own{absl::Hours(1), absl::Hours(2), absl::Hours(3)};
  unit.sla[v1::URGENCY_URGENT] = own;
  EXPECT_EQ(unit.Sla(v1::URGENCY_URGENT), own);
  EXPECT_EQ(unit.Sla(v1::URGENCY_NORMAL), DefaultSla(v1::URGENCY_NORMAL));
}

}  // namespace
}  // namespace amana::routing
