#include "broker/routing/rank.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/testing.h"
#include "broker/routing/testing.h"

namespace amana::routing {
namespace {

constexpr v1::ServiceType kHome = v1::SERVICE_TYPE_ACCOMMODATION;

Address At(std::string_view text) { return ParseAddress(text, "unit").value(); }

RankRequest Ask(uint32_t county = 0) {
  RankRequest request;
  request.service = kHome;
  request.county = county;
  request.now = TestNow();
  return request;
}

// Two shelters' units, each as its test wants it, and one that offers something else.
struct Two {
  Unit a = TestUnit("a/home", {kHome});
  Unit b = TestUnit("b/home", {kHome});
  DirectoryPtr directory;

  explicit Two(const std::function<void(Unit&, Unit&)>& change = [](Unit&, Unit&) {}) {
    change(a, b);
    directory = Directory::Of({TestAgency({a}), TestAgency({b}),
                               TestAgency({TestUnit("clinic/desk", {v1::SERVICE_TYPE_MEDICAL})})});
  }
};

std::string Names(const Ranking& ranking) {
  std::string out;
  for (const Candidate& candidate : ranking.candidates) {
    out += candidate.agency->id.value() + ' ';
  }
  return out;
}

TEST(Rank, RefusesQuestionsThatAreNone) {
  const auto reason = [](const std::function<void(RankRequest&)>& change) {
    RankRequest request = Ask();
    change(request);
    return ErrorReason(Rank(*Directory::Empty(), request).status());
  };
  EXPECT_EQ(reason([](RankRequest&) {}), "");
  EXPECT_EQ(reason([](RankRequest& r) { r.service = v1::SERVICE_TYPE_UNSPECIFIED; }),
            "SERVICE_INVALID");
  EXPECT_EQ(reason([](RankRequest& r) { r.service = static_cast<v1::ServiceType>(99); }),
            "SERVICE_INVALID");
  EXPECT_EQ(reason([](RankRequest& r) { r.county = 48; }), "COUNTY_INVALID");
  EXPECT_EQ(reason([](RankRequest& r) { r.language = "Swahili"; }), "LANGUAGE_INVALID");
}

struct FilterCase {
  const char* name;
  std::function<void(Unit&)> unit;         // what both are
  std::function<void(RankRequest&)> asks;  // what is asked
  v1::RouteGap missing;                    // unspecified: they are candidates
};

void Nothing(Unit&) {}

const std::vector<FilterCase>& Filters() {
  using U = Unit;
  using R = RankRequest;
  constexpr v1::RouteGap kNone = v1::ROUTE_GAP_UNSPECIFIED;
  static const auto* const cases = new std::vector<FilterCase>{
      {"service", Nothing, [](R& r) { r.service = v1::SERVICE_TYPE_ASYLUM; },
       v1::ROUTE_GAP_SERVICE},
      {"every county", Nothing, [](R& r) { r.county = 3; }, kNone},
      {"its county", [](U& u) { u.counties.set(3); }, [](R& r) { r.county = 3; }, kNone},
      {"another county", [](U& u) { u.counties.set(4); }, [](R& r) { r.county = 3; },
       v1::ROUTE_GAP_COUNTY},
      {"a child", [](U& u) { u.ages = {v1::SUBJECT_CLASS_MINOR}; },
       [](R& r) { r.age_class = v1::SUBJECT_CLASS_MINOR; }, kNone},
      {"a child to who takes adults", [](U& u) { u.ages = {v1::SUBJECT_CLASS_ADULT}; },
       [](R& r) { r.age_class = v1::SUBJECT_CLASS_MINOR; }, v1::ROUTE_GAP_AGE},
      {"age unknown", Nothing, [](R& r) { r.age_class = v1::SUBJECT_CLASS_AGE_UNKNOWN; }, kNone},
      {"age unknown to who takes children", [](U& u) { u.ages = {v1::SUBJECT_CLASS_MINOR}; },
       [](R& r) { r.age_class = v1::SUBJECT_CLASS_AGE_UNKNOWN; }, v1::ROUTE_GAP_AGE},
      {"a man", Nothing, [](R& r) { r.sex = v1::SEX_CONSTRAINT_MALE; }, kNone},
      {"a man to who takes women", [](U& u) { u.sexes = {v1::SEX_CONSTRAINT_FEMALE}; },
       [](R& r) { r.sex = v1::SEX_CONSTRAINT_MALE; }, v1::ROUTE_GAP_SEX},
      {"a woman to who takes men", [](U& u) { u.sexes = {v1::SEX_CONSTRAINT_MALE}; },
       [](R& r) { r.sex = v1::SEX_CONSTRAINT_FEMALE; }, v1::ROUTE_GAP_SEX},
      {"sex not told", [](U& u) { u.sexes = {v1::SEX_CONSTRAINT_FEMALE}; },
       [](R& r) { r.sex = v1::SEX_CONSTRAINT_ANY; }, kNone},
      {"a language nobody lists", Nothing, [](R& r) { r.language = "som"; }, kNone},
      {"an interpreter of another language",
       [](U& u) { u.services = {v1::SERVICE_TYPE_INTERPRETATION}; },
       [](R& r) { r.service = v1::SERVICE_TYPE_INTERPRETATION, r.language = "som"; },
       v1::ROUTE_GAP_LANGUAGE},
      {"excluded", Nothing,
       [](R& r) {
         r.excluded = {At("a/home"), {At("b/home").agency, UnitId()}};
       },
       v1::ROUTE_GAP_ALL_ASKED},
      {"asked", Nothing,
       [](R& r) {
         r.asked = {At("b/home"), At("a/home")};
       },
       v1::ROUTE_GAP_ALL_ASKED},
      {"another unit of theirs was asked", Nothing, [](R& r) { r.asked = {At("a/other")}; }, kNone},
      {"full",
       [](U& u) {
         u.capacity = {TestNow(), {{kHome, 9, 0}}};
       },
       [](R&) {}, v1::ROUTE_GAP_CAPACITY},
      {"full for something else",
       [](U& u) {
         u.capacity = {TestNow(), {{v1::SERVICE_TYPE_MEDICAL, 9, 0}}};
       },
       [](R&) {}, kNone},
      {"was full more than a day ago",
       [](U& u) {
         u.capacity = {TestNow() - absl::Hours(25), {{kHome, 9, 0}}};
       },
       [](R&) {}, kNone},
  };
  return *cases;
}

// Others come as well.
const std::vector<FilterCase>& FamilyFilters() {
  using U = Unit;
  using R = RankRequest;
  static const auto* const cases = new std::vector<FilterCase>{
      {"who takes women only, with a son", [](U& u) { u.sexes = {v1::SEX_CONSTRAINT_FEMALE}; },
       [](R& r) {
         r.sex = v1::SEX_CONSTRAINT_FEMALE;
         r.sexes = {v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE};
       },
       v1::ROUTE_GAP_SEX},
      {"who takes adults only, with a child", [](U& u) { u.ages = {v1::SUBJECT_CLASS_ADULT}; },
       [](R& r) {
         r.age_class = v1::SUBJECT_CLASS_ADULT;
         r.ages = {v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR};
       },
       v1::ROUTE_GAP_AGE},
      {"who takes everybody, with all of them", Nothing,
       [](R& r) {
         r.ages = {v1::SUBJECT_CLASS_ADULT, v1::SUBJECT_CLASS_MINOR};
         r.sexes = {v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE};
         r.places = 64;
       },
       v1::ROUTE_GAP_UNSPECIFIED}};
  return *cases;
}

void CheckFilters(const std::vector<FilterCase>& cases) {
  for (const FilterCase& one : cases) {
    const Two two([&](Unit& a, Unit& b) { one.unit(a), one.unit(b); });
    RankRequest request = Ask();
    one.asks(request);
    const auto ranking = Rank(*two.directory, request);
    AMANA_ASSERT_OK(ranking);
    EXPECT_EQ(ranking->missing, one.missing) << one.name;
    const bool stays = one.missing == v1::ROUTE_GAP_UNSPECIFIED;
    EXPECT_EQ(ranking->candidates.size(), stays ? 2u : 0u) << one.name;
    const bool counted = !stays && one.missing != v1::ROUTE_GAP_SERVICE;
    EXPECT_EQ(ranking->fell[one.missing], counted ? 2u : 0u) << one.name;
  }
}

TEST(Rank, FiltersHardAndSaysWhatWasMissing) {
  CheckFilters(Filters());
  CheckFilters(FamilyFilters());
}

TEST(Rank, TheLastFilterThatLeavesNobodyIsWhatWasMissing) {
  const Two two([](Unit& a, Unit& b) {
    a.counties.set(4);
    b.sexes = {v1::SEX_CONSTRAINT_FEMALE};
  });
  RankRequest request = Ask(3);
  request.sex = v1::SEX_CONSTRAINT_MALE;
  const auto ranking = Rank(*two.directory, request);
  AMANA_ASSERT_OK(ranking);
  EXPECT_EQ(ranking->missing, v1::ROUTE_GAP_SEX);
  EXPECT_EQ(ranking->fell[v1::ROUTE_GAP_COUNTY], 1u);
  EXPECT_EQ(ranking->fell[v1::ROUTE_GAP_SEX], 1u);
}

TEST(Rank, EmbassiesOnlyWhereTheirContactIsConsented) {
  const Unit desk = TestUnit("mission/desk", {v1::SERVICE_TYPE_CONSULAR});
  const DirectoryPtr directory = Directory::Of({TestAgency({desk}, v1::AGENCY_KIND_EMBASSY)});
  RankRequest request = Ask();
  request.service = v1::SERVICE_TYPE_CONSULAR;
  for (int contact = 0; contact <= v1::EmbassyContact_MAX; ++contact) {
    request.embassy_contact = static_cast<v1::EmbassyContact>(contact);
    const auto ranking = Rank(*directory, request);
    AMANA_ASSERT_OK(ranking);
    const bool consented = contact == v1::EMBASSY_CONTACT_CONSENTED;
    EXPECT_EQ(ranking->candidates.size(), consented ? 1u : 0u) << contact;
    EXPECT_EQ(ranking->missing, consented ? v1::ROUTE_GAP_UNSPECIFIED : v1::ROUTE_GAP_OTHER);
  }
}

TEST(Rank, WhoIsNotAdmittedIsPassedOver) {
  const Two two;
  const auto only_b = [](const Agency& agency, const Unit&) { return agency.id.value() == "b"; };
  RankRequest request = Ask();
  request.limit = 1;
  EXPECT_EQ(Names(*Rank(*two.directory, request, only_b)), "b ");
  const auto nobody = [](const Agency&, const Unit&) { return false; };
  EXPECT_EQ(Rank(*two.directory, request, nobody)->missing, v1::ROUTE_GAP_OTHER);
}

TEST(Rank, PlacesHeldForOpenOffersAreNotFree) {
  const Two two([](Unit& a, Unit& b) {
    a.capacity = {TestNow(), {{kHome, 9, 2}}};
    b.capacity = {TestNow(), {{kHome, 9, 1}}};
  });
  uint32_t held = 0;
  const auto reserved = [&](const Address& unit, v1::ServiceType) {
    return unit.agency.value() == "a" ? held : 0;
  };
  EXPECT_EQ(Names(*Rank(*two.directory, Ask(), AdmitsAll, reserved)), "a b ");
  held = 2;
  EXPECT_EQ(Names(*Rank(*two.directory, Ask(), AdmitsAll, reserved)), "b ");
  held = 200;
  EXPECT_EQ(Names(*Rank(*two.directory, Ask(), AdmitsAll, reserved)), "b ");
}

struct OrderCase {
  std::function<void(Unit& worse, Unit& better)> units;
  std::function<void(RankRequest&)> asks;
  v1::MatchReason of_better;
  v1::MatchReason of_worse;
};

// Each rule in turn, from the strongest. `b` is the better one, though its address comes later and
// all weaker rules speak for `a`.
const std::vector<OrderCase>& Rules() {
  using U = Unit;
  using R = RankRequest;
  static const auto* const rules = new std::vector<OrderCase>{
      {[](U&, U&) {}, [](R& r) { r.sealed = {At("b/home")}; }, v1::MATCH_REASON_SEALED,
       v1::MATCH_REASON_UNSPECIFIED},
      {[](U& a, U& b) { a.county = 1, b.county = 3; }, [](R& r) { r.county = 3; },
       v1::MATCH_REASON_IN_COUNTY, v1::MATCH_REASON_SERVES_COUNTY},
      {[](U& a, U& b) {
         a.languages = {"eng"}, b.languages = {"eng", "swa"};
       },
       [](R& r) { r.language = "swa"; }, v1::MATCH_REASON_LANGUAGE_SPOKEN,
       v1::MATCH_REASON_LANGUAGE_NOT_LISTED},
      {[](U& a, U& b) {
         a.access = {v1::ACCESSIBILITY_BLIND};
         b.access = {v1::ACCESSIBILITY_BLIND, v1::ACCESSIBILITY_STEP_FREE};
       },
       [](R& r) { r.access = {v1::ACCESSIBILITY_STEP_FREE}; }, v1::MATCH_REASON_ACCESS_MET,
       v1::MATCH_REASON_ACCESS_NOT_LISTED},
      {[](U& a, U&) { a.sexes = {v1::SEX_CONSTRAINT_FEMALE}; }, [](R&) {},
       v1::MATCH_REASON_TAKES_EVERYBODY, v1::MATCH_REASON_UNSPECIFIED},
      // TestNow() is a Sunday, 20:46 in Nairobi.
      {[](U& a, U&) {
         a.hours = {{0, 0, 1440}};
       },
       [](R& r) { r.urgency = v1::URGENCY_EMERGENCY; }, v1::MATCH_REASON_OPEN_NOW,
       v1::MATCH_REASON_CLOSED_NOW},
      {[](U&, U& b) {
         b.capacity = {TestNow(), {{kHome, 100, 1}}};
       },
       [](R&) {}, v1::MATCH_REASON_CAPACITY_FREE, v1::MATCH_REASON_CAPACITY_UNKNOWN},
  };
  return *rules;
}

TEST(Rank, OrdersByEachRuleAndSaysWhy) {
  for (size_t i = 0; i < Rules().size(); ++i) {
    RankRequest request = Ask();
    const Two two([&](Unit& a, Unit& b) {
      for (size_t weaker = i + 1; weaker < Rules().size(); ++weaker) Rules()[weaker].units(b, a);
      Rules()[i].units(a, b);
    });
    for (size_t j = i; j < Rules().size(); ++j) Rules()[j].asks(request);
    const auto ranking = Rank(*two.directory, request);
    AMANA_ASSERT_OK(ranking);
    ASSERT_EQ(Names(*ranking), "b a ") << "rule " << i;
    const OrderCase& rule = Rules()[i];
    EXPECT_TRUE(ranking->candidates[0].reasons.Has(rule.of_better)) << i;
    EXPECT_FALSE(ranking->candidates[1].reasons.Has(rule.of_better)) << i;
    if (rule.of_worse != v1::MATCH_REASON_UNSPECIFIED) {
      EXPECT_TRUE(ranking->candidates[1].reasons.Has(rule.of_worse)) << i;
      EXPECT_FALSE(ranking->candidates[0].reasons.Has(rule.of_worse)) << i;
    }
  }
}

TEST(Rank, TheEmptierComesFirstAndEqualsByAddress) {
  const Two two([](Unit& a, Unit& b) {
    a.capacity = {TestNow(), {{kHome, 100, 30}}};
    b.capacity = {TestNow(), {{kHome, 10, 4}}};
  });
  EXPECT_EQ(Names(*Rank(*two.directory, Ask())), "b a ");
  EXPECT_EQ(Names(*Rank(*Two().directory, Ask())), "a b ");
}

TEST(Rank, GivesNoReasonForWhatWasNotAsked) {
  const auto ranking = Rank(*Two().directory, [] {
    RankRequest request = Ask();
    request.sex = v1::SEX_CONSTRAINT_MALE;
    return request;
  }());
  AMANA_ASSERT_OK(ranking);
  EXPECT_EQ(ranking->candidates[0].reasons, MatchReasons{v1::MATCH_REASON_CAPACITY_UNKNOWN});
}

}  // namespace
}  // namespace amana::routing
