// What a unit says of itself: room and duty.
#include <gtest/gtest.h>

#include <string>

#include "base/clock.h"
#include "broker/operations/get_directory.h"
#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

using crypto::Role;

const Address kIntake = *ParseAddress("haven/intake", "unit");

// haven with both its units.
void List(World& world) {
  ChangeEntry(world, "haven", [](v1::DirectoryEntry& entry) {
    *entry.mutable_units() =
        envelope::TestEntry("haven", v1::AGENCY_KIND_SHELTER,
                            {{"coast", {}, 1}, {"intake", {v1::SERVICE_TYPE_ACCOMMODATION}}})
            .units();
    entry.mutable_units(1)->set_duty_phone("+254700000001");
  });
}

template <class Response>
std::string Reason(const absl::StatusOr<Response>& response) {
  return ErrorReason(response.status());
}

uint32_t FreeAt(World& world) {
  const routing::Unit* const unit = DirectoryOf(world)->unit(kIntake);
  return unit == nullptr || unit->capacity.rooms.empty() ? 999 : unit->capacity.rooms[0].free;
}

TEST(ReportCapacity, TheNewestOfTheUnitsOwnCounts) {
  World world;
  List(world);
  AMANA_ASSERT_OK(ReportRoom(world, 4));
  EXPECT_EQ(FreeAt(world), 4u);
  world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(ReportRoom(world, 3, {}, HavenPerson()));
  EXPECT_EQ(FreeAt(world), 3u);
  const auto events = EventsFrom(world, LogSize(world) - 1);
  EXPECT_EQ(events.at(0).event.kind, v1::EVENT_KIND_CAPACITY_REPORTED);
  EXPECT_EQ(events.at(0).event.actor_unit.value(), "intake");
  EXPECT_EQ(events.at(0).event.actor_person.value(), "worker-1");
}

TEST(ReportCapacity, NothingOlderNorFromTheFuture) {
  World world;
  List(world);
  AMANA_ASSERT_OK(ReportRoom(world, 4));
  const auto at = [&](absl::Duration after) {
    return Reason(ReportRoom(world, 2, [&](v1::CapacityReport& report) {
      report.mutable_meta()->set_created_unix_ms(ToUnixMillis(world.clock().Now() + after));
    }));
  };
  EXPECT_EQ(at(absl::ZeroDuration()), "WORD_OUTDATED");
  EXPECT_EQ(at(-absl::Minutes(1)), "WORD_OUTDATED");
  EXPECT_EQ(at(absl::Minutes(6)), "CREATED_IN_FUTURE");
  EXPECT_EQ(FreeAt(world), 4u);
  EXPECT_EQ(at(absl::Minutes(1)), "");
}

TEST(ReportCapacity, TheSameAgainIsTheSame) {
  World world;
  List(world);
  const auto first = ReportRoom(world, 4);
  AMANA_ASSERT_OK(first);
  const absl::Time then = world.clock().Now();
  world.clock().Advance(absl::Hours(24 * 20));
  const auto again = ReportRoom(world, 4, [&](v1::CapacityReport& report) {
    report.mutable_meta()->set_created_unix_ms(ToUnixMillis(then));
  });
  AMANA_ASSERT_OK(again);
  EXPECT_EQ(again->receipt().event().seed(), first->receipt().event().seed());
}

TEST(ReportCapacity, OnlyTheUnitSaysIt) {
  World world;
  EXPECT_EQ(
      Reason(ReportRoom(
          world, 4, [](v1::CapacityReport& report) { report.mutable_unit()->set_unit("nowhere"); },
          tests::TestSigner("haven", Role::kPerson, "office", "keeper"))),
      "SIGNER_WRONG_UNIT");
  List(world);
  world.registry_files().Add("haven", "coast",
                             tests::TestSigner("haven", Role::kSystem, "coast").certificate);
  world.ReloadRegistry();
  EXPECT_EQ(Reason(ReportRoom(world, 4, {}, tests::TestSigner("haven", Role::kSystem, "coast"))),
            "SIGNER_WRONG_UNIT");
  EXPECT_EQ(Reason(ReportRoom(world, 4, {}, PoliceSigner())), "SENDER_NOT_CALLER");
  EXPECT_EQ(Reason(ReportRoom(world, 4, {}, tests::TestSigner("haven", Role::kSystem, "x"))),
            "SIGNER_UNKNOWN");
  EXPECT_EQ(FreeAt(world), 999u);
}

TEST(ReportCapacity, OfAUnitInTheDirectoryAndOfWhatItOffers) {
  World world;
  List(world);
  EXPECT_EQ(Reason(ReportRoom(world, 4,
                              [](v1::CapacityReport& report) {
                                report.mutable_services(0)->set_service(v1::SERVICE_TYPE_MEDICAL);
                              })),
            "FIELD_INVALID");
  ChangeEntry(world, "haven", [](auto& entry) { entry.mutable_units()->RemoveLast(); });
  EXPECT_EQ(Reason(ReportRoom(world, 4)), "UNIT_UNKNOWN");
  world.clock().SetSynchronised(false);
  EXPECT_EQ(Reason(ReportRoom(world, 4)), "CLOCK_NOT_TRUSTED");
}

v1::GetDutyResponse Duty(World& world, absl::Time at = absl::UnixEpoch()) {
  v1::GetDutyRequest request;
  request.mutable_unit()->set_agency("haven");
  request.mutable_unit()->set_unit("intake");
  request.set_at_unix_ms(ToUnixMillis(at));
  const auto duty = GetDuty(world.context(), request);
  AMANA_EXPECT_OK(duty.status());
  return duty.value_or(v1::GetDutyResponse());
}

TEST(DutyRoster, SaysWhoIsOnDutyAndIsGivenAsItWasSigned) {
  World world;
  List(world);
  EXPECT_FALSE(Duty(world).has_roster());
  AMANA_ASSERT_OK(SetRoster(world));
  const v1::GetDutyResponse now = Duty(world);
  ASSERT_EQ(now.on_duty_size(), 1);
  EXPECT_EQ(now.on_duty(0).person(), "worker-1");
  EXPECT_EQ(now.on_duty(0).phone(), "+254700000001");
  EXPECT_EQ(now.certificate(), HavenPerson().certificate.der());
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(now.roster(), HavenPerson().certificate.public_key()));
  EXPECT_EQ(Duty(world, world.clock().Now() + absl::Hours(8)).on_duty_size(), 0);
  v1::GetDirectoryEntryRequest request;
  request.set_agency("haven");
  const auto entry = GetDirectoryEntry(world.context(), request);
  AMANA_ASSERT_OK(entry);
  EXPECT_EQ(entry->units(1).on_duty(0), "worker-1");
}

TEST(DutyRoster, ANewerOneReplacesIt) {
  World world;
  List(world);
  AMANA_ASSERT_OK(SetRoster(world));
  EXPECT_EQ(Reason(SetRoster(world, [](auto& roster) { roster.clear_shifts(); })), "WORD_OUTDATED");
  world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(SetRoster(world, [](auto& roster) { roster.clear_shifts(); }));
  EXPECT_EQ(Duty(world).on_duty_size(), 0);
  EXPECT_TRUE(Duty(world).has_roster());
}

TEST(DutyRoster, IsTheUnitsOwn) {
  World world;
  List(world);
  EXPECT_EQ(Reason(SetRoster(world, {}, PoliceSigner())), "SENDER_NOT_CALLER");
  EXPECT_EQ(
      Reason(SetRoster(world, [](auto& roster) { roster.mutable_unit()->set_unit("coast"); })),
      "SIGNER_WRONG_UNIT");
  v1::GetDutyRequest request;
  request.mutable_unit()->set_agency("haven");
  request.mutable_unit()->set_unit("nowhere");
  EXPECT_EQ(ErrorReason(GetDuty(world.context(), request).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::operations
