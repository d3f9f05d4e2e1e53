// What must be so at every hour of the week, read from the store: everybody has exactly one
// responsible agency, nothing is stuck, and the sender was told what the store holds. For one
// thread.
#ifndef AMANA_TESTS_SIM_JUDGE_H_
#define AMANA_TESTS_SIM_JUDGE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "tests/sim/told.h"
#include "tests/sim/town.h"

namespace amana::sim {

class Judge {
 public:
  Judge(Town& town, const Told& told) : town_(town), told_(told) {}

  // Custody moved to `unit`, signed by both: by the statements, not by the custody record.
  void Transferred(const Pseudonym& subject, const Address& unit) { moved_[subject] = unit; }
  // As things are now; the sender has caught up.
  void Look();
  // The same at the end, when nobody owes anything any more: what is open, is stuck.
  void LookAtTheEnd();

  // Persons, tasks and handovers, referrals of which it ever was not so.
  size_t without_responsible() const { return without_.size(); }
  size_t stuck() const { return stuck_.size(); }
  size_t uninformed() const { return uninformed_.size() + told_.faults().size(); }
  size_t hours() const { return hours_; }

 private:
  void LookAtPersons();
  void LookAtTask(const Case& about, bool at_end);
  void LookAtHandover(const store::HandoverKey& key);
  void LookAtDeliveries(const Case& about);
  // Why nobody has it; empty: somebody has.
  std::string WhyStuck(const store::TaskRecord& task);
  bool InQueue(const store::TaskKey& task);
  // False: it was blamed before.
  bool Blame(std::set<std::string>& whom, const char* what, const std::string& id,
             const std::string& why);
  void TellStory(const StatementKey& key);

  Town& town_;
  const Told& told_;
  std::map<Pseudonym, Address> moved_;
  std::set<StatementKey> over_;  // terminal, and the sender knows
  std::unique_ptr<store::Snapshot> look_;
  std::set<std::string> without_;
  std::set<std::string> stuck_;
  std::set<std::string> uninformed_;
  size_t hours_ = 0;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_JUDGE_H_
