// What a shelter of a live world does with an offer: as chance has it, and the same whenever it is
// asked, so that a process that was killed goes on where it was. Pure.
#ifndef AMANA_TESTS_SIM_LIVE_PLAN_H_
#define AMANA_TESTS_SIM_LIVE_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"

namespace amana::sim {

enum class Answer { kAccept, kDecline, kAsk };

struct OfferPlan {
  // Since the offer came; InfiniteDuration: it never does.
  absl::Duration reads;
  absl::Duration decides;
  Answer answer = Answer::kAccept;
  v1::Reason decline = v1::REASON_UNSPECIFIED;
  // A question that nobody answers: when it declines instead.
  absl::Duration gives_up;
  absl::Duration starts;
  absl::Duration ends;
  bool served = true;
};

struct OfferFacts {
  std::string agency;
  StatementKey referral;
  uint32_t offer_epoch = 0;
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  bool phoned = false;  // nothing is forgotten then
};
OfferPlan PlanOf(uint64_t seed, const OfferFacts& offer);

// A seed for what this text is about: the same everywhere.
uint64_t SeedOf(std::string_view text);

// How a shelter is connected: steadily, or on a poor link, on which what was signed waits for the
// next time.
bool HasPoorLink(uint64_t seed, const std::string& agency);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_PLAN_H_
