// The sending agency of the week: records what people consent to, looks for who can help, sends,
// and answers what it is told. It knows what its notices say and nothing else. For one thread.
#ifndef AMANA_TESTS_SIM_SENDER_H_
#define AMANA_TESTS_SIM_SENDER_H_

#include <cstdint>
#include <vector>

#include "agency-adapters/sdk/event_view.h"
#include "tests/sim/escort.h"
#include "tests/sim/town.h"

namespace amana::sim {

class Sender {
 public:
  Sender(Town& town, Escort& escort) : town_(town), escort_(escort) {}

  // A person comes, or one who came before needs something else.
  void SendOne();
  void On(const sdk::EventView& view);
  // Somebody phones about what it owes: it does it at once.
  void Phoned(Case& about);
  int withdrawn() const { return withdrawn_; }

 private:
  struct Need {
    v1::RouteRequest route;
    Case about;
  };
  Need MakeNeed();
  std::vector<size_t> Match(const Need& need);
  v1::ConsentRecord MakeConsent(const Need& need, const std::vector<size_t>& ranked);
  void Submit(Need need, const v1::ConsentRecord& consent, std::vector<size_t> sealed);
  void PlanAhead(const StatementKey& key);

  void Wrap(const Case& about);
  void Call(const Case& about);
  void Renew(Case& about);
  void Cancel(const Case& about);
  void Withdraw(const Case& about);

  Town& town_;
  Escort& escort_;
  uint64_t persons_ = 0;
  int withdrawn_ = 0;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_SENDER_H_
