// How people of shelters are: why they decline, and how long they take. Pure.
#ifndef AMANA_TESTS_SIM_HABITS_H_
#define AMANA_TESTS_SIM_HABITS_H_

#include <vector>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"

namespace amana::sim {

// Declines that ask the next one, and those that mean that nobody need be asked.
const std::vector<v1::Reason>& Declines();
const std::vector<v1::Reason>& FinalDeclines();
// How long a person there takes, on a usual day.
absl::Duration Pace(v1::Urgency urgency);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_HABITS_H_
