// Match: what a sender may ask, and what it is told. The order itself is routing's.
#include "broker/operations/match.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/clock.h"
#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

using Change = std::function<void(v1::MatchRequest&)>;

absl::StatusOr<v1::MatchResponse> Ask(World& world, const Change& change = {}) {
  v1::MatchRequest request;
  request.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  if (change) change(request);
  return Match(world.context(), World::CallerOf("police"), request);
}

std::string Names(const absl::StatusOr<v1::MatchResponse>& response) {
  if (!response.ok()) return ErrorReason(response.status());
  std::string out;
  for (const v1::Candidate& one : response->candidates()) {
    out += one.address().agency() + '/' + one.address().unit() + ' ';
  }
  return out;
}

TEST(Match, GivesWhatToSealToAndTheEntryItIsFrom) {
  World world;
  AMANA_ASSERT_OK(ReportRoom(world, 4));
  const auto found = Ask(world, [](auto& request) { request.set_county(47); });
  ASSERT_EQ(Names(found), "haven/intake ");
  const v1::Candidate& intake = found->candidates(0);
  EXPECT_EQ(intake.kind(), v1::AGENCY_KIND_SHELTER);
  EXPECT_EQ(intake.county(), 47u);
  EXPECT_EQ(intake.sealing_certificate(), HavenSealer().certificate.der());
  EXPECT_TRUE(intake.health_qualified());
  const routing::Agency* const haven = DirectoryOf(world)->agency(*AgencyId::Create("haven"));
  EXPECT_EQ(intake.entry_version(), haven->version);
  EXPECT_EQ(intake.entry_sha256(), haven->digest.bytes());
  EXPECT_EQ(intake.free(), 4u);
  EXPECT_EQ(intake.capacity_unix_ms(), ToUnixMillis(world.clock().Now()));
  EXPECT_EQ(std::vector<int>(intake.reasons().begin(), intake.reasons().end()),
            (std::vector<int>{v1::MATCH_REASON_IN_COUNTY, v1::MATCH_REASON_TAKES_EVERYBODY,
                              v1::MATCH_REASON_CAPACITY_FREE}));
  EXPECT_EQ(found->missing(), v1::ROUTE_GAP_UNSPECIFIED);
}

TEST(Match, SaysWhatWasMissing) {
  World world;
  const auto missing = [&](const Change& change) {
    const auto found = Ask(world, change);
    EXPECT_EQ(Names(found), "");
    return found.ok() ? found->missing() : v1::ROUTE_GAP_UNSPECIFIED;
  };
  EXPECT_EQ(missing([](auto& r) { r.set_service(v1::SERVICE_TYPE_ASYLUM); }),
            v1::ROUTE_GAP_SERVICE);
  EXPECT_EQ(missing([](auto& r) { r.add_exclude()->set_agency("haven"); }),
            v1::ROUTE_GAP_ALL_ASKED);
  // The embassy has no key to seal to either.
  EXPECT_EQ(missing([](auto& r) { r.set_service(v1::SERVICE_TYPE_CONSULAR); }),
            v1::ROUTE_GAP_OTHER);
  ChangeEntry(world, "haven", [](auto& entry) {
    entry.mutable_units(1)->clear_ages();
    entry.mutable_units(1)->add_ages(v1::SUBJECT_CLASS_MINOR);
    entry.mutable_units(1)->clear_sexes();
    entry.mutable_units(1)->add_sexes(v1::SEX_CONSTRAINT_FEMALE);
    entry.mutable_units(1)->add_counties(3);
  });
  EXPECT_EQ(missing([](auto& r) { r.set_county(4); }), v1::ROUTE_GAP_COUNTY);
  EXPECT_EQ(missing([](auto& r) { r.set_age_class(v1::SUBJECT_CLASS_ADULT); }), v1::ROUTE_GAP_AGE);
  EXPECT_EQ(missing([](auto& r) { r.set_sex(v1::SEX_CONSTRAINT_MALE); }), v1::ROUTE_GAP_SEX);
  // One whom it takes, with others whom it does not.
  EXPECT_EQ(missing([](auto& r) { r.add_family_ages(v1::SUBJECT_CLASS_ADULT); }),
            v1::ROUTE_GAP_AGE);
  EXPECT_EQ(missing([](auto& r) { r.add_family_sexes(v1::SEX_CONSTRAINT_MALE); }),
            v1::ROUTE_GAP_SEX);
  AMANA_ASSERT_OK(ReportRoom(world, 2));
  EXPECT_EQ(missing([](auto& r) { r.set_places(3); }), v1::ROUTE_GAP_CAPACITY);
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.set_places(2); })), "haven/intake ");
  EXPECT_EQ(
      ErrorReason(
          Ask(world, [](auto& r) { r.add_family_ages(v1::SUBJECT_CLASS_UNSPECIFIED); }).status()),
      "FIELD_INVALID");
  EXPECT_EQ(
      ErrorReason(Ask(world, [](auto& r) { r.add_family_sexes(v1::SEX_CONSTRAINT_ANY); }).status()),
      "FIELD_INVALID");
  world.clock().Advance(absl::Minutes(1));
  AMANA_ASSERT_OK(ReportRoom(world, 0));
  EXPECT_EQ(missing([](auto&) {}), v1::ROUTE_GAP_CAPACITY);
  world.clock().Advance(absl::Hours(25));
  EXPECT_EQ(Names(Ask(world)), "haven/intake ");
}

TEST(Match, LeavesOutWhoCannotBeSealedTo) {
  World world;
  world.registry_files().Revoke(HavenSealer().certificate.id());
  world.ReloadRegistry();
  EXPECT_EQ(Ask(world)->missing(), v1::ROUTE_GAP_OTHER);
}

TEST(Match, LeavesOutWhoTheRegistryKnowsOtherwise) {
  World world;
  world.registry_files().Edit("kind = \"SHELTER\"", "kind = \"EMBASSY\"");
  world.ReloadRegistry();
  EXPECT_EQ(Ask(world)->missing(), v1::ROUTE_GAP_OTHER);
}

TEST(Match, NeverProposesTheOneWhoAsks) {
  World world;
  ChangeEntry(world, "police", [](auto& entry) {
    AddUnit(entry, {"home", {v1::SERVICE_TYPE_ACCOMMODATION}});
    SealTo(*entry.mutable_units(1), {});
    entry.mutable_units(1)->add_sealing_certificates(
        std::string(tests::TestSealer("police", "home").certificate.der()));
  });
  const auto as = [](const char* agency, const char* unit) {
    return [=](v1::MatchRequest& request) {
      request.mutable_sender()->set_agency(agency);
      request.mutable_sender()->set_unit(unit);
    };
  };
  EXPECT_EQ(Names(Ask(world)), "haven/intake police/home ");
  EXPECT_EQ(Names(Ask(world, as("police", "desk"))), "haven/intake police/home ");
  EXPECT_EQ(Names(Ask(world, as("police", "home"))), "haven/intake ");
  EXPECT_EQ(Names(Ask(world, as("haven", "intake"))), "SENDER_NOT_CALLER");
  EXPECT_EQ(Names(Ask(world, [](auto& request) { request.set_limit(1); })), "haven/intake ");
}

TEST(Match, RefusesQuestionsThatAreNone) {
  World world;
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.clear_service(); })), "SERVICE_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.set_county(48); })), "COUNTY_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.set_language("Swahili"); })), "LANGUAGE_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.set_limit(51); })), "FIELD_INVALID");
  EXPECT_EQ(Names(Ask(world,
                      [](auto& r) {
                        for (int i = 0; i < 65; ++i) r.add_exclude()->set_agency("haven");
                      })),
            "FIELD_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.add_exclude()->set_agency("No Agency"); })),
            "ID_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.add_access(v1::Accessibility(99)); })),
            "FIELD_INVALID");
  EXPECT_EQ(Names(Ask(world, [](auto& r) { r.set_sex(v1::SexConstraint(99)); })), "FIELD_INVALID");
}

}  // namespace
}  // namespace amana::operations
