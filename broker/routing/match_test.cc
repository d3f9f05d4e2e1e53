#include "broker/routing/match.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::routing {
namespace {

Provider MakeProvider(std::string_view agency, std::string_view unit, uint32_t county,
                      std::vector<v1::ServiceType> services) {
  Provider provider;
  provider.address = {AgencyId::Create(agency).value(), UnitId::Create(unit).value()};
  provider.kind = v1::AGENCY_KIND_SHELTER;
  provider.county = county;
  provider.services = std::move(services);
  return provider;
}

const std::vector<Provider>& Providers() {
  static const auto& providers = *new std::vector<Provider>{
      MakeProvider("haven", "nairobi", 47,
                   {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_MEDICAL}),
      MakeProvider("haven", "mombasa", 1, {v1::SERVICE_TYPE_ACCOMMODATION}),
      MakeProvider("amani", "home", 47, {v1::SERVICE_TYPE_ACCOMMODATION}),
      MakeProvider("mission", "abroad", 0, {v1::SERVICE_TYPE_ACCOMMODATION}),
      MakeProvider("clinic", "kilifi", 3, {v1::SERVICE_TYPE_MEDICAL}),
      MakeProvider("idle", "unit", 47, {}),
  };
  return providers;
}

std::vector<std::string> Order(v1::ServiceType service, uint32_t county) {
  std::vector<std::string> names;
  const absl::StatusOr<std::vector<Candidate>> found =
      MatchRecipients(Providers(), service, county);
  AMANA_EXPECT_OK(found);
  for (const Candidate& candidate : *found) names.push_back(ToString(candidate.address));
  return names;
}

TEST(Match, FiltersByServiceAndOrdersByCountyThenAddress) {
  using Names = std::vector<std::string>;
  const v1::ServiceType home = v1::SERVICE_TYPE_ACCOMMODATION;
  EXPECT_EQ(Order(home, 0),
            (Names{"amani/home", "haven/mombasa", "haven/nairobi", "mission/abroad"}));
  EXPECT_EQ(Order(home, 47),
            (Names{"amani/home", "haven/nairobi", "haven/mombasa", "mission/abroad"}));
  EXPECT_EQ(Order(home, 1),
            (Names{"haven/mombasa", "amani/home", "haven/nairobi", "mission/abroad"}));
  EXPECT_EQ(Order(v1::SERVICE_TYPE_MEDICAL, 3), (Names{"clinic/kilifi", "haven/nairobi"}));
  EXPECT_EQ(Order(v1::SERVICE_TYPE_ASYLUM, 3), Names{});
}

TEST(Match, SaysWhyACandidateStandsWhereItStands) {
  const auto found = MatchRecipients(Providers(), v1::SERVICE_TYPE_MEDICAL, 3);
  AMANA_ASSERT_OK(found);
  EXPECT_TRUE(found->at(0).same_county);
  EXPECT_FALSE(found->at(1).same_county);
  EXPECT_EQ(found->at(1).county, 47u);
  EXPECT_EQ(found->at(1).kind, v1::AGENCY_KIND_SHELTER);
}

TEST(Match, DoesNotDependOnTheOrderOfTheProviders) {
  std::vector<Provider> shuffled = Providers();
  std::mt19937 random(5);
  const auto expected = MatchRecipients(Providers(), v1::SERVICE_TYPE_ACCOMMODATION, 1);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    EXPECT_EQ(*MatchRecipients(shuffled, v1::SERVICE_TYPE_ACCOMMODATION, 1), *expected);
  }
}

TEST(Match, RefusesUnknownServicesAndCounties) {
  EXPECT_EQ(ErrorReason(MatchRecipients({}, v1::SERVICE_TYPE_UNSPECIFIED, 1).status()),
            "SERVICE_INVALID");
  EXPECT_EQ(ErrorReason(MatchRecipients({}, static_cast<v1::ServiceType>(99), 1).status()),
            "SERVICE_INVALID");
  EXPECT_EQ(ErrorReason(MatchRecipients({}, v1::SERVICE_TYPE_MEDICAL, 48).status()),
            "COUNTY_INVALID");
  AMANA_EXPECT_OK(MatchRecipients({}, v1::SERVICE_TYPE_MEDICAL, 47));
}

}  // namespace
}  // namespace amana::routing
