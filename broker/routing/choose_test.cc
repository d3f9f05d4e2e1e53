#include "broker/routing/choose.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::routing {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1900000000);

Address At(std::string_view agency) {
  return {AgencyId::Create(agency).value(), UnitId::Create("home").value()};
}

Unit Shelter(std::string_view agency, uint32_t county,
             std::optional<uint32_t> free = std::nullopt) {
  Unit unit;
  unit.address = At(agency);
  unit.services.Add(v1::SERVICE_TYPE_ACCOMMODATION);
  unit.county = county;
  unit.ages.Add(v1::SUBJECT_CLASS_ADULT);
  unit.sexes.Add(v1::SEX_CONSTRAINT_FEMALE);
  unit.sexes.Add(v1::SEX_CONSTRAINT_MALE);
  if (free.has_value()) {
    unit.capacity = {kNow, {{v1::SERVICE_TYPE_ACCOMMODATION, 10, *free}}};
  }
  return unit;
}

DirectoryPtr DirectoryOf(std::vector<Unit> units) {
  std::vector<AgencyPtr> agencies;
  for (Unit& unit : units) {
    Agency agency;
    agency.id = unit.address.agency;
    agency.version = 1;
    agency.units.push_back(std::move(unit));
    agencies.push_back(std::make_shared<const Agency>(std::move(agency)));
  }
  return Directory::Of(std::move(agencies));
}

ChooseRequest Request() {
  ChooseRequest request;
  request.rank.service = v1::SERVICE_TYPE_ACCOMMODATION;
  request.rank.county = 47;
  request.rank.age_class = v1::SUBJECT_CLASS_ADULT;
  request.rank.now = kNow;
  return request;
}

struct Asked {
  std::vector<std::string> names;  // in the order in which consent was asked about them
};

std::string Chosen(const Directory& directory, const ChooseRequest& request,
                   const std::set<std::string>& denied = {}, Asked* asked = nullptr,
                   Reserved reserved = ReservesNothing) {
  const auto choice = Choose(directory, request, AdmitsAll, reserved, [&](const Address& address) {
    if (asked != nullptr) asked->names.push_back(address.agency.value());
    return !denied.contains(address.agency.value());
  });
  AMANA_EXPECT_OK(choice.status());
  if (!choice.ok()) return "error";
  if (choice->recipient.has_value()) return choice->recipient->agency.value();
  std::string text = v1::RouteGap_Name(choice->missing);
  if (choice->not_permitted.has_value()) text += " " + choice->not_permitted->agency.value();
  return text;
}

TEST(Choose, TheFirstOfTheRankingAndOneAtATime) {
  const DirectoryPtr directory = DirectoryOf({Shelter("amani", 1), Shelter("bahari", 47)});
  ChooseRequest request = Request();
  Asked asked;
  EXPECT_EQ(Chosen(*directory, request, {}, &asked), "bahari");  // sits in the county
  EXPECT_EQ(asked.names, (std::vector<std::string>{"bahari"}));
  request.rank.sealed = {At("amani")};
  EXPECT_EQ(Chosen(*directory, request), "amani");
  request.rank.asked = {At("amani")};
  EXPECT_EQ(Chosen(*directory, request), "bahari");
  request.rank.asked = {At("amani"), At("bahari")};
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_ALL_ASKED");
}

TEST(Choose, TheSendersOrderStandsAndNobodyElseIsAsked) {
  const DirectoryPtr directory = DirectoryOf(
      {Shelter("amani", 47), Shelter("bahari", 47, 0), Shelter("chai", 1), Shelter("dada", 1)});
  ChooseRequest request = Request();
  request.order = {At("bahari"), At("dada"), At("chai")};
  EXPECT_EQ(Chosen(*directory, request), "dada");  // bahari is full
  request.rank.asked = {At("dada")};
  EXPECT_EQ(Chosen(*directory, request), "chai");
  request.rank.asked = {At("dada"), At("chai")};
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_CAPACITY");  // bahari may have room again
  request.order = {At("nobody")};
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_OTHER");
}

TEST(Choose, WhomConsentDeniesIsPassedOver) {
  const DirectoryPtr directory = DirectoryOf({Shelter("amani", 47), Shelter("bahari", 47)});
  ChooseRequest request = Request();
  EXPECT_EQ(Chosen(*directory, request, {"amani"}), "bahari");
  EXPECT_EQ(Chosen(*directory, request, {"amani", "bahari"}), "ROUTE_GAP_CONSENT amani");
  request.order = {At("bahari"), At("amani")};
  EXPECT_EQ(Chosen(*directory, request, {"bahari"}), "amani");
  EXPECT_EQ(Chosen(*directory, request, {"amani", "bahari"}), "ROUTE_GAP_CONSENT bahari");
}

TEST(Choose, SaysWhatWasMissing) {
  Unit women = Shelter("amani", 47);
  women.sexes = {v1::SEX_CONSTRAINT_FEMALE};
  const DirectoryPtr directory = DirectoryOf({women});
  ChooseRequest request = Request();
  request.rank.sex = v1::SEX_CONSTRAINT_MALE;
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_SEX");
  request.rank.age_class = v1::SUBJECT_CLASS_MINOR;
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_AGE");
  request.order = {At("amani")};
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_AGE");
  request.rank.service = v1::SERVICE_TYPE_MEDICAL;
  EXPECT_EQ(Chosen(*directory, request), "ROUTE_GAP_SERVICE");
}

TEST(Choose, APlaceThatIsHeldForAnotherIsNotFree) {
  const DirectoryPtr directory = DirectoryOf({Shelter("amani", 47, 1), Shelter("bahari", 1, 5)});
  const auto held = [](const Address& unit, v1::ServiceType) -> uint32_t {
    return unit == At("amani") ? 1 : 0;
  };
  EXPECT_EQ(Chosen(*directory, Request()), "amani");
  EXPECT_EQ(Chosen(*directory, Request(), {}, nullptr, held), "bahari");
}

// The one of forty whom consent permits is found, and everybody before is asked about once.
TEST(Choose, LooksFurtherThanTheFirstFew) {
  std::vector<Unit> units;
  std::set<std::string> denied;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "shelter-" + std::to_string(10 + i);
    units.push_back(Shelter(name, 47));
    if (i < 39) denied.insert(name);
  }
  const DirectoryPtr directory = DirectoryOf(units);
  Asked asked;
  EXPECT_EQ(Chosen(*directory, Request(), denied, &asked), "shelter-49");
  EXPECT_EQ(asked.names.size(), 40u);
  EXPECT_EQ(std::set<std::string>(asked.names.begin(), asked.names.end()).size(), 40u);
}

TEST(Choose, RefusesWhatIsNoRequest) {
  const DirectoryPtr directory = Directory::Empty();
  const auto permits = [](const Address&) { return true; };
  EXPECT_EQ(ErrorReason(Choose(*directory, {}, AdmitsAll, ReservesNothing, permits).status()),
            "SERVICE_INVALID");
}

}  // namespace
}  // namespace amana::routing
