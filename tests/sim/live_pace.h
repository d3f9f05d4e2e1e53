// The live world's pace, of drill.hour = "1s": what takes an hour in the simulated week takes a
// second here.
#ifndef AMANA_TESTS_SIM_LIVE_PACE_H_
#define AMANA_TESTS_SIM_LIVE_PACE_H_

#include "absl/time/time.h"

namespace amana::sim {

// Past the window of a handover, before the broker reminds: [delivery] handover_grace.
inline constexpr absl::Duration kHandoverGrace = absl::Seconds(1);

inline absl::Duration AtPace(absl::Duration real) { return real / 3600; }

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_PACE_H_
