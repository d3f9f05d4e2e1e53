#include "tests/sim/live_plan.h"

#include "absl/strings/str_cat.h"
#include "tests/sim/chance.h"
#include "tests/sim/habits.h"
#include "tests/sim/live_pace.h"

namespace amana::sim {

// FNV-1a: std::hash need not be the same everywhere.
uint64_t SeedOf(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (const char each : text) {
    hash = (hash ^ static_cast<unsigned char>(each)) * 1099511628211u;
  }
  return hash;
}

OfferPlan PlanOf(uint64_t seed, const OfferFacts& offer) {
  Chance chance(SeedOf(absl::StrCat(seed, " ", offer.agency, " ", offer.referral.referral.hex(),
                                    " ", offer.offer_epoch)));
  const auto takes = [&](absl::Duration mean) { return AtPace(chance.Around(mean)); };
  // Not at all, for so many in a hundred.
  const auto unless = [&](uint64_t percent, absl::Duration when) {
    return chance.Percent(percent) && !offer.phoned ? absl::InfiniteDuration() : when;
  };
  const absl::Duration pace = Pace(offer.urgency);
  OfferPlan plan;
  plan.reads = unless(9, takes(pace));
  plan.decides = plan.reads + unless(6, takes(pace));
  const uint64_t mood = chance.Below(100);
  if (mood >= 66) plan.answer = mood < 92 ? Answer::kDecline : Answer::kAsk;
  plan.decline = chance.OneOf(mood < 88 ? Declines() : FinalDeclines());
  plan.gives_up = plan.decides + unless(20, takes(pace * 3));
  plan.starts = plan.decides + unless(8, takes(pace));
  plan.ends = plan.starts + AtPace(chance.Between(absl::Hours(1), absl::Hours(8)));
  plan.served = chance.Percent(88);
  return plan;
}

bool HasPoorLink(uint64_t seed, const std::string& agency) {
  return SeedOf(absl::StrCat(seed, " link ", agency)) % 100 < 20;
}

}  // namespace amana::sim
