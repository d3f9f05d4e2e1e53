// Goes through events in the log's order and says of each step of a task, delivery or handover
// whether the rules let it follow the one before (legal_order.h). Not thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_ORDER_FOLLOWER_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_ORDER_FOLLOWER_H_

#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "absl/status/status.h"
#include "agency-adapters/auditor/legal_order.h"
#include "agency-adapters/sdk/event_view.h"
#include "base/ids.h"

namespace amana::auditor {

class OrderFollower {
 public:
  // `whole`: of no referral there is anything before what is taken. Else a referral is known from
  // its SUBMISSION_ACCEPTED on, or from the first step on that is seen of the same thing.
  explicit OrderFollower(bool whole) : whole_(whole) {}

  // Of an event that shows its referral, all it says of its state, and is the next one of that.
  // None: it is no step, or what it follows is not known. ORDER_ILLEGAL.
  std::optional<absl::Status> Take(uint64_t index, const sdk::EventView& event);

  // Something may be missing in between: of a referral, of all that an agency sent.
  void Forget(const StatementKey& referral) { known_.erase(referral); }
  void Forget(const AgencyId& sender);

 private:
  // What has states of its own, as events name it.
  using Subject = std::tuple<Machine, uint32_t /*task*/, uint32_t /*epoch*/, v1::DisclosureStage,
                             uint32_t /*update or attempt*/>;
  struct Known {
    bool accepted = false;
    std::map<Subject, std::string_view> states;
  };
  static Subject SubjectOf(Machine machine, const sdk::EventView& event);
  static std::string_view Begun(const Known& known, Machine machine, const sdk::EventView& event);

  const bool whole_;
  std::map<StatementKey, Known> known_;
};

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_ORDER_FOLLOWER_H_
