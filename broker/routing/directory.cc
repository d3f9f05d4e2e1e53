#include "broker/routing/directory.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"

namespace amana::routing {
namespace {

// No daylight saving there.
absl::TimeZone Kenya() { return absl::FixedTimeZone(3 * 60 * 60); }

bool Earlier(const AgencyPtr& agency, const AgencyId& id) { return agency->id < id; }

// What a unit said itself outlives the entry it was said under.
void KeepWordsOf(const Agency& before, Agency& agency) {
  for (Unit& unit : agency.units) {
    const Unit* const known = before.unit(unit.address.unit);
    if (known == nullptr) continue;
    unit.capacity = known->capacity;
    unit.roster = known->roster;
  }
}

}  // namespace

bool Unit::Serves(uint32_t county_number) const {
  return counties.none() || (county_number < counties.size() && counties.test(county_number));
}

bool Unit::Speaks(std::string_view language) const {
  return std::binary_search(languages.begin(), languages.end(), language);
}

bool Unit::OpenAt(absl::Time at) const {
  if (hours.empty()) return true;
  const absl::CivilMinute now = absl::ToCivilMinute(at, Kenya());
  const int weekday = static_cast<int>(absl::GetWeekday(now));
  const int minute = now.hour() * 60 + now.minute();
  return std::any_of(hours.begin(), hours.end(), [&](const OpeningHours& open) {
    return open.weekday == weekday && open.from <= minute && minute < open.until;
  });
}

SlaWindows Unit::Sla(v1::Urgency urgency) const {
  const auto index = static_cast<size_t>(urgency);
  if (index < sla.size() && sla[index].has_value()) return *sla[index];
  return DefaultSla(urgency);
}

const Room* Unit::RoomFor(v1::ServiceType service, absl::Time now) const {
  if (now - capacity.counted > kCapacityCounts) return nullptr;
  for (const Room& room : capacity.rooms) {
    if (room.service == service) return &room;
  }
  return nullptr;
}

std::vector<Shift> Unit::OnDuty(absl::Time at) const {
  std::vector<Shift> out;
  for (const Shift& shift : roster.shifts) {
    if (at < shift.from) break;
    if (at >= shift.until) continue;
    out.push_back(shift);
    if (shift.phone.empty()) out.back().phone = duty_phone;
  }
  return out;
}

const Unit* Agency::unit(const UnitId& wanted) const {
  const auto found =
      std::lower_bound(units.begin(), units.end(), wanted,
                       [](const Unit& unit, const UnitId& key) { return unit.address.unit < key; });
  return found == units.end() || found->address.unit != wanted ? nullptr : &*found;
}

DirectoryPtr Directory::Empty() { return Of({}); }

DirectoryPtr Directory::Of(std::vector<AgencyPtr> agencies) {
  std::sort(agencies.begin(), agencies.end(), [](const AgencyPtr& a, const AgencyPtr& b) {
    return a->id != b->id ? a->id < b->id : a->version > b->version;
  });
  agencies.erase(std::unique(agencies.begin(), agencies.end(),
                             [](const AgencyPtr& a, const AgencyPtr& b) { return a->id == b->id; }),
                 agencies.end());
  return DirectoryPtr(new Directory(std::move(agencies)));
}

DirectoryPtr Directory::With(Agency agency_now) const {
  if (const Agency* const before = agency(agency_now.id); before != nullptr) {
    KeepWordsOf(*before, agency_now);
  }
  return Replacing(std::make_shared<const Agency>(std::move(agency_now)));
}

DirectoryPtr Directory::With(const Address& address, Capacity capacity) const {
  Agency changed = *agency(address.agency);
  for (Unit& unit : changed.units) {
    if (unit.address == address) unit.capacity = std::move(capacity);
  }
  return Replacing(std::make_shared<const Agency>(std::move(changed)));
}

DirectoryPtr Directory::With(const Address& address, Roster roster) const {
  Agency changed = *agency(address.agency);
  for (Unit& unit : changed.units) {
    if (unit.address == address) unit.roster = std::move(roster);
  }
  return Replacing(std::make_shared<const Agency>(std::move(changed)));
}

DirectoryPtr Directory::Replacing(AgencyPtr agency) const {
  std::vector<AgencyPtr> agencies = agencies_;
  const auto at = std::lower_bound(agencies.begin(), agencies.end(), agency->id, Earlier);
  if (at != agencies.end() && (*at)->id == agency->id) {
    *at = std::move(agency);
  } else {
    agencies.insert(at, std::move(agency));
  }
  return DirectoryPtr(new Directory(std::move(agencies)));
}

const Agency* Directory::agency(const AgencyId& id) const {
  const auto found = std::lower_bound(agencies_.begin(), agencies_.end(), id, Earlier);
  return found == agencies_.end() || (*found)->id != id ? nullptr : found->get();
}

const Unit* Directory::unit(const Address& address) const {
  const Agency* const owner = agency(address.agency);
  return owner == nullptr ? nullptr : owner->unit(address.unit);
}

}  // namespace amana::routing
