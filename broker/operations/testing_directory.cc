#include "broker/operations/testing_directory.h"

#include <utility>

#include "base/clock.h"
#include "broker/operations/get_directory.h"
#include "broker/operations/set_directory_entry.h"
#include "broker/operations/unit_word.h"

namespace amana::operations {

absl::StatusOr<v1::SetDirectoryEntryResponse> SetEntry(World& world,
                                                       const envelope::SignedEntry& entry,
                                                       std::string_view caller) {
  v1::SetDirectoryEntryRequest request;
  *request.mutable_entry() = entry.entry;
  *request.mutable_approval() = entry.approval;
  return Await<v1::SetDirectoryEntryResponse>([&](auto reply) {
    SetDirectoryEntry(world.context(), World::CallerOf(caller), request, std::move(reply));
  });
}

v1::DirectoryEntry EntryOf(World& world, std::string_view agency) {
  v1::GetDirectoryEntryRequest request;
  request.set_agency(std::string(agency));
  const auto found = GetDirectoryEntry(world.context(), request);
  v1::DirectoryEntry entry;
  if (found.ok()) {
    EXPECT_TRUE(entry.ParseFromString(found->entry().entry().payload()));
    return entry;
  }
  const identity::Agency* const known =
      world.context().trust()->registry->agency(*AgencyId::Create(agency));
  entry.set_agency(std::string(agency));
  entry.set_kind(known->kind);
  entry.set_country(known->country);
  return entry;
}

envelope::SignedEntry NextEntryOf(World& world, std::string_view agency,
                                  const Edit<v1::DirectoryEntry>& edit) {
  v1::DirectoryEntry entry = EntryOf(world, agency);
  Digest previous;
  if (entry.version() > 0) {
    previous = DirectoryOf(world)->agency(*AgencyId::Create(agency))->digest;
    entry = envelope::NextEntry(std::move(entry), previous);
  } else {
    entry.set_version(1);
  }
  if (edit) edit(entry);
  return envelope::SignEntry(std::move(entry), world.clock().Now(), envelope::TestKeeper(agency));
}

void ChangeEntry(World& world, std::string_view agency, const Edit<v1::DirectoryEntry>& edit) {
  AMANA_EXPECT_OK(SetEntry(world, NextEntryOf(world, agency, edit)).status());
}

void AddUnit(v1::DirectoryEntry& entry, const envelope::TestUnit& unit) {
  v1::DirectoryUnit& added = *entry.add_units();
  added = envelope::TestEntry(entry.agency(), entry.kind(), {unit}).units(0);
  added.clear_sealing_certificates();
}

void SealTo(v1::DirectoryUnit& unit, std::initializer_list<int> generations) {
  unit.clear_sealing_certificates();
  for (const int generation : generations) {
    unit.add_sealing_certificates(std::string(HavenSealer(generation).certificate.der()));
  }
}

void SealIntakeTo(World& world, std::initializer_list<int> generations) {
  ChangeEntry(world, "haven", [&](v1::DirectoryEntry& entry) {
    SealTo(*entry.mutable_units()->rbegin(), generations);
  });
}

absl::StatusOr<v1::ReportCapacityResponse> ReportRoom(World& world, uint32_t free,
                                                      const Edit<v1::CapacityReport>& edit,
                                                      const tests::TestIdentity& by) {
  v1::CapacityReport report;
  *report.mutable_meta() = world.Meta(by);
  report.mutable_unit()->set_agency("haven");
  report.mutable_unit()->set_unit("intake");
  v1::ServiceCapacity& room = *report.add_services();
  room.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  room.set_total(10);
  room.set_free(free);
  if (edit) edit(report);
  v1::ReportCapacityRequest request;
  *request.mutable_report() = world.Sign(envelope::kCapacityReportType, report, by);
  return Await<v1::ReportCapacityResponse>([&](auto reply) {
    ReportCapacity(world.context(), World::CallerOf(by.certificate.spiffe().agency.value()),
                   request, std::move(reply));
  });
}

absl::StatusOr<v1::SetDutyRosterResponse> SetRoster(World& world, const Edit<v1::DutyRoster>& edit,
                                                    const tests::TestIdentity& by) {
  v1::DutyRoster roster;
  *roster.mutable_meta() = world.Meta(by);
  roster.mutable_unit()->set_agency("haven");
  roster.mutable_unit()->set_unit("intake");
  v1::Shift& shift = *roster.add_shifts();
  shift.set_from_unix_ms(ToUnixMillis(world.clock().Now()));
  shift.set_until_unix_ms(ToUnixMillis(world.clock().Now() + absl::Hours(8)));
  shift.set_person("worker-1");
  if (edit) edit(roster);
  v1::SetDutyRosterRequest request;
  *request.mutable_roster() = world.Sign(envelope::kDutyRosterType, roster, by);
  return Await<v1::SetDutyRosterResponse>([&](auto reply) {
    SetDutyRoster(world.context(), World::CallerOf(by.certificate.spiffe().agency.value()), request,
                  std::move(reply));
  });
}

routing::DirectoryPtr DirectoryOf(World& world) {
  auto current = world.store().Read().value()->directory().Current();
  AMANA_EXPECT_OK(current.status());
  return current.ok() ? *std::move(current) : routing::Directory::Empty();
}

}  // namespace amana::operations
