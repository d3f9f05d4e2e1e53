#include "broker/routing/testing.h"

#include <algorithm>
#include <string>
#include <utility>

namespace amana::routing {
namespace {

int Draw(std::mt19937& random, int below) {
  return static_cast<int>(random() % static_cast<uint32_t>(below));
}
bool Chance(std::mt19937& random, int percent) { return Draw(random, 100) < percent; }

template <class Code>
codes::CodeSet<Code> Some(std::mt19937& random, int last, int percent) {
  codes::CodeSet<Code> set;
  for (int code = 1; code <= last; ++code) {
    if (Chance(random, percent)) set.Add(static_cast<Code>(code));
  }
  return set;
}

SexSet SomeSexes(std::mt19937& random) {
  const int kind = Draw(random, 4);
  if (kind == 0) return {v1::SEX_CONSTRAINT_FEMALE};
  if (kind == 1) return {v1::SEX_CONSTRAINT_MALE};
  return {v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE};
}

Capacity SomeCapacity(std::mt19937& random, ServiceSet services) {
  Capacity capacity;
  if (Chance(random, 30)) return capacity;
  capacity.counted = TestNow() - absl::Hours(Draw(random, 48));
  for (const v1::ServiceType service : services) {
    const auto total = static_cast<uint32_t>(1 + Draw(random, 40));
    capacity.rooms.push_back(
        {service, total, static_cast<uint32_t>(Draw(random, static_cast<int>(total) + 1))});
  }
  return capacity;
}

Unit RandomUnit(std::mt19937& random, const std::string& address) {
  Unit unit = TestUnit(address, Some<v1::ServiceType>(random, v1::ServiceType_MAX, 25),
                       static_cast<uint32_t>(1 + Draw(random, 47)));
  if (Chance(random, 50)) {
    unit.counties.set(unit.county);
    for (int i = 0; i < 10; ++i) unit.counties.set(static_cast<size_t>(1 + Draw(random, 47)));
  }
  unit.ages = Some<v1::SubjectClass>(random, v1::SubjectClass_MAX, 70);
  unit.sexes = SomeSexes(random);
  for (const char* language : {"eng", "kik", "luo", "som", "swa"}) {
    if (Chance(random, 40)) unit.languages.emplace_back(language);
  }
  unit.access = Some<v1::Accessibility>(random, v1::Accessibility_MAX, 50);
  for (int day = 0; day < 7 && Chance(random, 60); ++day) unit.hours.push_back({day, 480, 1020});
  unit.capacity = SomeCapacity(random, unit.services);
  return unit;
}

}  // namespace

Unit TestUnit(std::string_view address, ServiceSet services, uint32_t county) {
  Unit unit;
  unit.address = ParseAddress(address, "unit").value();
  unit.services = services;
  unit.county = county;
  unit.ages = {v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR, v1::SUBJECT_CLASS_AGE_UNKNOWN};
  unit.sexes = {v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE};
  return unit;
}

AgencyPtr TestAgency(std::vector<Unit> units, v1::AgencyKind kind) {
  Agency agency;
  agency.id = units.at(0).address.agency;
  agency.version = 1;
  agency.kind = kind;
  agency.country = "KE";
  agency.units = std::move(units);
  std::sort(agency.units.begin(), agency.units.end(),
            [](const Unit& a, const Unit& b) { return a.address < b.address; });
  return std::make_shared<const Agency>(std::move(agency));
}

std::vector<AgencyPtr> RandomAgencies(std::mt19937& random, int agencies) {
  std::vector<AgencyPtr> out;
  for (int i = 0; i < agencies; ++i) {
    std::vector<Unit> units;
    const int count = 1 + Draw(random, 3);
    for (int j = 0; j < count; ++j) {
      units.push_back(RandomUnit(random, "a" + std::to_string(i) + "/u" + std::to_string(j)));
    }
    const int kind = 1 + Draw(random, v1::AgencyKind_MAX);
    out.push_back(TestAgency(std::move(units), static_cast<v1::AgencyKind>(kind)));
  }
  return out;
}

RankRequest RandomRequest(std::mt19937& random) {
  RankRequest request;
  request.service = static_cast<v1::ServiceType>(1 + Draw(random, v1::ServiceType_MAX));
  request.county = static_cast<uint32_t>(Draw(random, 48));
  request.age_class = static_cast<v1::SubjectClass>(Draw(random, v1::SubjectClass_MAX + 1));
  request.sex = static_cast<v1::SexConstraint>(Draw(random, v1::SexConstraint_MAX + 1));
  if (Chance(random, 50)) request.language = "swa";
  request.access = Some<v1::Accessibility>(random, v1::Accessibility_MAX, 20);
  request.urgency = static_cast<v1::Urgency>(1 + Draw(random, v1::Urgency_MAX));
  request.embassy_contact =
      static_cast<v1::EmbassyContact>(1 + Draw(random, v1::EmbassyContact_MAX));
  request.now = TestNow();
  return request;
}

}  // namespace amana::routing
