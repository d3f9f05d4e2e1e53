// A simulated week: everybody acts on one fake clock, through the broker's operations on its
// embedded store; time stands still only where somebody has something to do or the broker has.
// When the week is over nobody new comes, and it goes on until the longest ladder has been climbed.
#ifndef AMANA_TESTS_SIM_WEEK_H_
#define AMANA_TESTS_SIM_WEEK_H_

#include <cstdint>
#include <deque>

#include "tests/sim/coordinator.h"
#include "tests/sim/escort.h"
#include "tests/sim/judge.h"
#include "tests/sim/provider.h"
#include "tests/sim/sender.h"
#include "tests/sim/tally.h"
#include "tests/sim/told.h"
#include "tests/sim/town.h"

namespace amana::sim {

struct WeekOptions {
  uint64_t seed = 1;
  size_t referrals = 5000;
  size_t providers = 60;
};

class Week {
 public:
  explicit Week(const WeekOptions& options);

  void Run();

  const Town& town() const { return town_; }
  const Tally& tally() const { return tally_; }
  const Judge& judge() const { return judge_; }
  const Told& told() const { return told_; }
  const Escort& escort() const { return escort_; }
  const Coordinator& coordinator() const { return coordinator_; }
  const Sender& sender() const { return sender_; }
  uint64_t persons();
  double days();
  // By final state.
  std::map<v1::TaskState, uint64_t> Ends();

 private:
  Provider* ProviderOf(const Address& unit);
  // Whatever is due now, and what follows from it at once.
  void Work();
  // Tells everybody what is new for them; false: nothing is.
  bool Listen();
  void OnTheHour();
  bool AllIsOver();

  const WeekOptions options_;
  Town town_;
  std::deque<Provider> providers_;
  Told told_{town_};
  Judge judge_{town_, told_};
  Escort escort_;
  Sender sender_;
  Coordinator coordinator_;
  Tally tally_;
  const absl::Time begin_;
  uint64_t heard_ = 0;  // of the log
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_WEEK_H_
