// For tests: the directory of the World, changed as its agencies change it.
#ifndef AMANA_BROKER_OPERATIONS_TESTING_DIRECTORY_H_
#define AMANA_BROKER_OPERATIONS_TESTING_DIRECTORY_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "amana/v1/directory_service.pb.h"
#include "broker/operations/testing.h"
#include "broker/operations/testing_acts.h"
#include "proto/envelope/directory_testing.h"

namespace amana::operations {

absl::StatusOr<v1::SetDirectoryEntryResponse> SetEntry(World& world,
                                                       const envelope::SignedEntry& entry,
                                                       std::string_view caller = "secretariat");
// The newest version; one without units before there is any.
v1::DirectoryEntry EntryOf(World& world, std::string_view agency);
// The version after it, edited, signed by whom it must be. The test fails where it is refused.
void ChangeEntry(World& world, std::string_view agency, const Edit<v1::DirectoryEntry>& edit);
// The same without setting it.
envelope::SignedEntry NextEntryOf(World& world, std::string_view agency,
                                  const Edit<v1::DirectoryEntry>& edit = {});

// A unit that takes everybody from everywhere, day and night, without a key to seal to.
void AddUnit(v1::DirectoryEntry& entry, const envelope::TestUnit& unit);
// Has these generations of HavenSealer's certificates, and no others.
void SealTo(v1::DirectoryUnit& unit, std::initializer_list<int> generations);
// The same of haven/intake, in a new version of its entry.
void SealIntakeTo(World& world, std::initializer_list<int> generations);

// haven/intake says that so many of 10 places are free.
absl::StatusOr<v1::ReportCapacityResponse> ReportRoom(
    World& world, uint32_t free, const Edit<v1::CapacityReport>& edit = {},
    const tests::TestIdentity& by = HavenSigner());
// haven/intake says that worker-1 is on duty for the next 8 hours.
absl::StatusOr<v1::SetDutyRosterResponse> SetRoster(World& world,
                                                    const Edit<v1::DutyRoster>& edit = {},
                                                    const tests::TestIdentity& by = HavenPerson());

routing::DirectoryPtr DirectoryOf(World& world);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TESTING_DIRECTORY_H_
