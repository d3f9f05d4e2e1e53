// The coordinator of the week: looks into the queue, takes what is there, phones who owes, names
// others, and gives up what cannot be served. For one thread.
#ifndef AMANA_TESTS_SIM_COORDINATOR_H_
#define AMANA_TESTS_SIM_COORDINATOR_H_

#include <cstdint>
#include <functional>
#include <map>

#include "tests/sim/town.h"

namespace amana::sim {

class Coordinator {
 public:
  // Whom it phones.
  struct Phone {
    std::function<void(Case&)> sender;
    std::function<void(const Case&, const AgencyId&)> shelter;
    std::function<void(const Case&)> escorts;
  };
  Coordinator(Town& town, Phone phone) : town_(town), phone_(std::move(phone)) {}

  // Everything in the queue that was not looked at lately.
  void Look();
  int named() const { return named_; }
  int closed() const { return closed_; }

 private:
  void Act(const v1::QueueItem& item);
  void PhoneShelter(const v1::QueueItem& item, const Case& about);
  // Who might help that the consent allows; false: nobody, or nobody now.
  bool NameAnother(const v1::QueueItem& item, const Case& about);
  void Close(const v1::QueueItem& item, v1::Reason reason);
  absl::Status Do(const v1::QueueItem& item, v1::CoordinatorActKind kind,
                  const operations::Edit<v1::CoordinatorAct>& edit = {});

  Town& town_;
  const Phone phone_;
  std::map<uint64_t, absl::Time> looked_;  // by item
  int named_ = 0;
  int closed_ = 0;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_COORDINATOR_H_
