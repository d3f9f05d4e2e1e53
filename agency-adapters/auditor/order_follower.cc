#include "agency-adapters/auditor/order_follower.h"

#include <utility>

#include "agency-adapters/auditor/errors.h"

namespace amana::auditor {

OrderFollower::Subject OrderFollower::SubjectOf(Machine machine, const sdk::EventView& event) {
  const uint32_t task = event.task.value_or(0);
  switch (machine) {
    case Machine::kDelivery:
      return {machine, task, event.offer_epoch, event.stage, sdk::UpdateOf(event)};
    case Machine::kHandover:
      return {machine, task, 0, v1::DISCLOSURE_STAGE_UNSPECIFIED, event.attempt};
    case Machine::kTask:
    case Machine::kNone:
      break;
  }
  return {machine, task, 0, v1::DISCLOSURE_STAGE_UNSPECIFIED, 0};
}

// The state that needs no event of its own: a task is SUBMITTED when its referral is accepted, a
// delivery is QUEUED by what its task went through.
std::string_view OrderFollower::Begun(const Known& known, Machine machine,
                                      const sdk::EventView& event) {
  if (machine == Machine::kTask && known.accepted) return "SUBMITTED";
  if (machine == Machine::kDelivery && known.states.contains(SubjectOf(Machine::kTask, event))) {
    return "QUEUED";
  }
  return {};
}

std::optional<absl::Status> OrderFollower::Take(uint64_t index, const sdk::EventView& event) {
  if (!event.referral.has_value()) return std::nullopt;
  if (event.kind == v1::EVENT_KIND_SUBMISSION_ACCEPTED) known_[*event.referral].accepted = true;
  const StateEntered entered = EnteredBy(event.kind);
  if (entered.machine == Machine::kNone) return std::nullopt;
  Known& known = known_[*event.referral];
  const bool from_the_start = whole_ || known.accepted;
  const std::string_view begun =
      from_the_start ? Begun(known, entered.machine, event) : std::string_view();
  std::string_view& state = known.states[SubjectOf(entered.machine, event)];
  const bool judged = from_the_start || !state.empty();
  if (state.empty()) state = begun;
  if (state == "REROUTED") state = "SUBMITTED";  // offered anew
  // Said again, the first state is no step.
  const bool first = state == entered.state && (state == "SUBMITTED" || state == "QUEUED");
  const std::string_view from = std::exchange(state, entered.state);
  if (!judged) return std::nullopt;
  if (first || MayFollow(entered.machine, from, entered.state)) return absl::OkStatus();
  return OrderIllegal(index, from, entered.state);
}

void OrderFollower::Forget(const AgencyId& sender) {
  std::erase_if(known_, [&](const auto& known) { return known.first.sender == sender; });
}

}  // namespace amana::auditor
