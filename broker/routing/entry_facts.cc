#include "broker/routing/entry_facts.h"

#include <utility>

#include "base/clock.h"

namespace amana::routing {
namespace {

template <class Code>
codes::CodeSet<Code> SetOf(const google::protobuf::RepeatedField<int>& values) {
  codes::CodeSet<Code> set;
  for (const int value : values) set.Add(static_cast<Code>(value));
  return set;
}

SlaWindows WindowsOf(const v1::SlaOverride& sla) {
  return {absl::Minutes(sla.acknowledge_minutes()), absl::Minutes(sla.decide_minutes()),
          absl::Minutes(sla.start_minutes())};
}

Unit UnitOf(const AgencyId& agency, const v1::DirectoryUnit& entry) {
  Unit unit;
  unit.address = {agency, UnitId::Create(entry.unit()).value_or(UnitId())};
  unit.services = SetOf<v1::ServiceType>(entry.services());
  unit.county = entry.county();
  for (const uint32_t county : entry.counties()) unit.counties.set(county);
  unit.ages = SetOf<v1::SubjectClass>(entry.ages());
  // Whoever takes both need not know which it is.
  if (unit.ages.ContainsAll({v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR})) {
    unit.ages.Add(v1::SUBJECT_CLASS_AGE_UNKNOWN);
  }
  unit.sexes = SetOf<v1::SexConstraint>(entry.sexes());
  unit.languages.assign(entry.languages().begin(), entry.languages().end());
  unit.access = SetOf<v1::Accessibility>(entry.accessibility());
  for (const v1::OpeningHours& open : entry.hours()) {
    unit.hours.push_back({static_cast<int>(open.weekday()) - 1,
                          static_cast<int>(open.from_minute()),
                          static_cast<int>(open.until_minute())});
  }
  for (const v1::SlaOverride& sla : entry.sla()) {
    unit.sla[static_cast<size_t>(sla.urgency())] = WindowsOf(sla);
  }
  unit.duty_phone = entry.duty_phone();
  return unit;
}

}  // namespace

Agency FromEntry(const envelope::EntryStatement& statement) {
  const v1::DirectoryEntry& entry = statement.entry();
  const v1::Qualifications& given = entry.qualifications();
  Agency agency;
  agency.id = statement.agency();
  agency.version = statement.version();
  agency.digest = statement.digest();
  agency.kind = entry.kind();
  agency.country = entry.country();
  agency.health_qualified = given.health_provider() || given.professional_secrecy();
  if (given.health_until_unix_ms() != 0) {
    agency.health_qualified_until = FromUnixMillis(given.health_until_unix_ms());
  }
  if (!given.safeguards().empty()) {
    agency.safeguards_until = FromUnixMillis(given.safeguards_until_unix_ms());
  }
  for (int i = 0; i < entry.units_size(); ++i) {
    agency.units.push_back(UnitOf(agency.id, entry.units(i)));
    agency.units.back().sealing = statement.sealing(i);
  }
  return agency;
}

Capacity FromReport(const v1::CapacityReport& report) {
  Capacity capacity;
  capacity.counted = FromUnixMillis(report.meta().created_unix_ms());
  for (const v1::ServiceCapacity& room : report.services()) {
    capacity.rooms.push_back({room.service(), room.total(), room.free()});
  }
  return capacity;
}

Roster FromRoster(const v1::DutyRoster& roster) {
  Roster out;
  out.set = FromUnixMillis(roster.meta().created_unix_ms());
  for (const v1::Shift& shift : roster.shifts()) {
    out.shifts.push_back({FromUnixMillis(shift.from_unix_ms()),
                          FromUnixMillis(shift.until_unix_ms()),
                          PersonId::Create(shift.person()).value_or(PersonId()), shift.phone()});
  }
  return out;
}

}  // namespace amana::routing
