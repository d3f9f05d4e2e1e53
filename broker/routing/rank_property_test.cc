// What holds of every ranking, over random directories and questions.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <vector>

#include "base/testing.h"
#include "broker/routing/rank.h"
#include "broker/routing/testing.h"

namespace amana::routing {
namespace {

constexpr int kRounds = 300;

std::vector<Address> Addresses(const Ranking& ranking) {
  std::vector<Address> out;
  for (const Candidate& candidate : ranking.candidates) out.push_back(candidate.unit->address);
  return out;
}

std::set<Address> Set(const Ranking& ranking) {
  const std::vector<Address> all = Addresses(ranking);
  return {all.begin(), all.end()};
}

Ranking Ranked(const Directory& directory, const RankRequest& request) {
  auto ranking = Rank(directory, request);
  AMANA_EXPECT_OK(ranking);
  return ranking.value_or(Ranking());
}

struct Round {
  std::mt19937& random;
  std::vector<AgencyPtr> agencies;
  DirectoryPtr directory;
  RankRequest request;
  Ranking ranking;
};

void Rounds(unsigned seed, const std::function<void(Round&)>& check) {
  std::mt19937 random(seed);
  size_t candidates = 0;
  for (int i = 0; i < kRounds; ++i) {
    Round round{random, RandomAgencies(random, 30), {}, RandomRequest(random), {}};
    round.directory = Directory::Of(round.agencies);
    round.ranking = Ranked(*round.directory, round.request);
    candidates += round.ranking.candidates.size();
    check(round);
  }
  EXPECT_GT(candidates, static_cast<size_t>(kRounds));  // else nothing was shown
}

TEST(RankProperty, TheOrderDoesNotDependOnTheOrderOfTheInput) {
  Rounds(1, [](Round& round) {
    std::shuffle(round.agencies.begin(), round.agencies.end(), round.random);
    const DirectoryPtr other = Directory::Of(round.agencies);
    const Ranking again = Ranked(*other, round.request);
    EXPECT_EQ(Addresses(again), Addresses(round.ranking));
    EXPECT_EQ(again.missing, round.ranking.missing);
    EXPECT_EQ(again.fell, round.ranking.fell);
  });
}

TEST(RankProperty, AnExclusionNeverAddsACandidateAndMovesNobody) {
  Rounds(2, [](Round& round) {
    std::vector<Address> expected = Addresses(round.ranking);
    for (const AgencyPtr& agency : round.agencies) {
      if (round.random() % 4 != 0) continue;
      const bool whole = round.random() % 2 == 0;
      const Address out{agency->id, whole ? UnitId() : agency->units[0].address.unit};
      (round.random() % 2 == 0 ? round.request.excluded : round.request.asked).push_back(out);
      std::erase_if(expected, [&](const Address& one) {
        return one.agency == out.agency && (whole || one == out);
      });
      EXPECT_EQ(Addresses(Ranked(*round.directory, round.request)), expected);
    }
  });
}

TEST(RankProperty, ALimitOnlyCutsTheEndOff) {
  Rounds(3, [](Round& round) {
    std::vector<Address> all = Addresses(round.ranking);
    round.request.limit = 1 + round.random() % 8;
    const Ranking some = Ranked(*round.directory, round.request);
    all.resize(std::min(all.size(), round.request.limit));
    EXPECT_EQ(Addresses(some), all);
    EXPECT_EQ(some.missing, round.ranking.missing);
  });
}

TEST(RankProperty, EveryCandidateTakesThePersonAndNobodyWhoDoesIsLeftOut) {
  Rounds(4, [](Round& round) {
    const RankRequest& asked = round.request;
    const std::set<Address> candidates = Set(round.ranking);
    for (const AgencyPtr& agency : round.agencies) {
      for (const Unit& unit : agency->units) {
        const Room* const room = unit.RoomFor(asked.service, asked.now);
        const bool takes =
            unit.services.Has(asked.service) && (asked.county == 0 || unit.Serves(asked.county)) &&
            (asked.age_class == v1::SUBJECT_CLASS_UNSPECIFIED || unit.ages.Has(asked.age_class)) &&
            (asked.sex <= v1::SEX_CONSTRAINT_ANY || unit.sexes.Has(asked.sex)) &&
            (asked.service != v1::SERVICE_TYPE_INTERPRETATION || asked.language.empty() ||
             unit.Speaks(asked.language)) &&
            (agency->kind != v1::AGENCY_KIND_EMBASSY ||
             asked.embassy_contact == v1::EMBASSY_CONTACT_CONSENTED) &&
            (room == nullptr || room->free > 0);
        EXPECT_EQ(candidates.contains(unit.address), takes) << ToString(unit.address);
      }
    }
  });
}

TEST(RankProperty, AReportThatIsOldIsAsNone) {
  Rounds(5, [](Round& round) {
    std::vector<AgencyPtr> forgotten;
    for (const AgencyPtr& agency : round.agencies) {
      Agency without = *agency;
      for (Unit& unit : without.units) {
        if (round.request.now - unit.capacity.counted > kCapacityCounts) unit.capacity = {};
      }
      forgotten.push_back(std::make_shared<const Agency>(std::move(without)));
    }
    const DirectoryPtr other = Directory::Of(forgotten);
    EXPECT_EQ(Addresses(Ranked(*other, round.request)), Addresses(round.ranking));
  });
}

TEST(RankProperty, WhatWasMissingIsWhatTheLastOfThemFellTo) {
  Rounds(6, [](Round& round) {
    round.request.county = 1;
    round.request.sex = v1::SEX_CONSTRAINT_MALE;
    const Ranking ranking = Ranked(*round.directory, round.request);
    EXPECT_EQ(ranking.missing == v1::ROUTE_GAP_UNSPECIFIED, !ranking.candidates.empty());
    if (ranking.missing <= v1::ROUTE_GAP_SERVICE) return;
    EXPECT_GT(ranking.fell[ranking.missing], 0u);
  });
}

}  // namespace
}  // namespace amana::routing
