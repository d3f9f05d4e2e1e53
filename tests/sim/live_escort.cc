#include "tests/sim/live_escort.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"
#include "broker/referral/handover_machine.h"
#include "tests/sim/chance.h"
#include "tests/sim/live_pace.h"
#include "tests/sim/live_plan.h"

namespace amana::sim {
namespace {

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(400);
constexpr uint32_t kWithCoordinator = 2;  // as HandoverSummary.overdue has it
constexpr absl::Duration kWindow = absl::Hours(3);

// The other side came first, the task is over, or the link is down.
bool IsTooLate(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return Passes(status) || absl::IsFailedPrecondition(status) || absl::IsAborted(status) ||
         absl::IsNotFound(status) || reason == "STATEMENT_INVALID" || reason == "RECIPIENT_UNKNOWN";
}

sdk::HandoverWindow WindowFromNow() { return {absl::Now(), absl::Now() + AtPace(kWindow)}; }

absl::Time Until(const v1::HandoverSummary& handover) {
  return absl::FromUnixMillis(handover.window().until_unix_ms());
}

}  // namespace

bool IsBrought(uint64_t seed, const StatementKey& referral, v1::ServiceType service) {
  Chance chance(SeedOf(absl::StrCat(seed, " brought ", referral.referral.hex())));
  return service == v1::SERVICE_TYPE_ACCOMMODATION && chance.Percent(70);
}

bool LiveEscort::IsUnderWay(const v1::HandoverSummary& handover) {
  return referral::IsUnderWay(handover.state());
}

const v1::HandoverSummary* LiveEscort::Latest(const StatementKey& referral) const {
  const auto found = latest_.find(referral);
  return found == latest_.end() ? nullptr : &found->second;
}

absl::Status LiveEscort::Hear() {
  const absl::StatusOr<std::vector<v1::HandoverSummary>> all = handovers_.List(false);
  if (!all.ok()) return Passes(all.status()) ? absl::OkStatus() : all.status();
  latest_.clear();
  for (const v1::HandoverSummary& each : *all) {
    AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                           sdk::FromWire(each.handover().referral(), "referral"));
    v1::HandoverSummary& latest = latest_[key];
    if (latest.handover().attempt() < each.handover().attempt()) latest = each;
  }
  return absl::OkStatus();
}

absl::Status LiveEscort::Act() {
  if (absl::Now() < next_look_) return absl::OkStatus();
  next_look_ = absl::Now() + kBetweenLooks;
  AMANA_RETURN_IF_ERROR(Hear());
  for (const auto& [key, now] : latest_) {
    const Step step = NextOf(key, now);
    if (step.due > absl::Now()) continue;
    if (!tried_.emplace(key, now.handover().attempt(), now.state(), now.changed_unix_ms(), step.to)
             .second) {
      continue;
    }
    AMANA_RETURN_IF_ERROR(Take(key, now, step));
  }
  return absl::OkStatus();
}

LiveEscort::Step LiveEscort::NextOf(const StatementKey& referral,
                                    const v1::HandoverSummary& now) const {
  Chance chance(SeedOf(absl::StrCat(seed_, " ", referral.referral.hex(), " ",
                                    now.handover().attempt(), " ", now.state())));
  const bool late = now.overdue() >= kWithCoordinator && reminded_.contains(referral);
  const bool reminded = late || stopped_.contains(referral);
  // Of who is forgotten, both think that it is the other's turn.
  const bool forgotten = chance.Percent(4) && !reminded;
  const uint64_t fate = chance.Below(100);
  Step step = side_ == Side::kBrings ? StepOfPolice(now, fate, reminded)
                                     : StepOfShelter(now, fate, reminded);
  if (forgotten || step.to == v1::HANDOVER_STATE_UNSPECIFIED) return {};
  absl::Time since = absl::FromUnixMillis(now.changed_unix_ms());
  // The shelter may say so when the window and its grace are over.
  if (step.to == v1::HANDOVER_STATE_NO_SHOW) since = Until(now) + kHandoverGrace;
  step.due = reminded && step.to != v1::HANDOVER_STATE_NO_SHOW
                 ? absl::InfinitePast()
                 : since + AtPace(chance.Around(absl::Minutes(40)));
  return step;
}

LiveEscort::Step LiveEscort::StepOfPolice(const v1::HandoverSummary& now, uint64_t fate,
                                          bool reminded) const {
  const auto next = [](v1::HandoverState to, v1::Reason reason = v1::REASON_UNSPECIFIED) {
    return Step{.to = to, .reason = reason};
  };
  const Step withdrawn = next(v1::HANDOVER_STATE_WITHDRAWN, v1::REASON_PERSON_DECLINED);
  const Step aborted = next(v1::HANDOVER_STATE_ABORTED, v1::REASON_PERSON_DECLINED);
  switch (now.state()) {
    case v1::HANDOVER_STATE_OFFERED:
      return reminded ? withdrawn : Step();
    case v1::HANDOVER_STATE_AGREED:
      return reminded || fate >= 95 ? withdrawn : next(v1::HANDOVER_STATE_IN_TRANSIT);
    case v1::HANDOVER_STATE_IN_TRANSIT:
      return reminded || fate >= 96 ? aborted : Step();
    case v1::HANDOVER_STATE_NO_SHOW:
      return reminded || fate >= 70 ? aborted : next(v1::HANDOVER_STATE_IN_TRANSIT);
    case v1::HANDOVER_STATE_ARRIVED:
      // What two sign, the recipient signs first.
      return now.has_signed_by() && now.signed_by().agency() != "police"
                 ? next(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED)
                 : Step();
    case v1::HANDOVER_STATE_DECLINED:
    case v1::HANDOVER_STATE_WITHDRAWN:
    case v1::HANDOVER_STATE_ABORTED:
    case v1::HANDOVER_STATE_RETURNED:
      return now.handover().attempt() < kMostAttempts && !reminded
                 ? next(v1::HANDOVER_STATE_OFFERED)
                 : Step();
    default:
      return {};
  }
}

LiveEscort::Step LiveEscort::StepOfShelter(const v1::HandoverSummary& now, uint64_t fate,
                                           bool reminded) const {
  const auto next = [](v1::HandoverState to, v1::Reason reason = v1::REASON_UNSPECIFIED) {
    return Step{.to = to, .reason = reason};
  };
  switch (now.state()) {
    case v1::HANDOVER_STATE_OFFERED:
      return reminded || fate >= 90 ? next(v1::HANDOVER_STATE_DECLINED, v1::REASON_NO_CAPACITY)
                                    : next(v1::HANDOVER_STATE_AGREED);
    case v1::HANDOVER_STATE_IN_TRANSIT:
      // Nobody comes to one in seven.
      return fate >= 82 ? next(v1::HANDOVER_STATE_NO_SHOW, v1::REASON_NO_SHOW)
                        : next(v1::HANDOVER_STATE_ARRIVED);
    case v1::HANDOVER_STATE_ARRIVED:
      if (now.has_signed_by()) return {};
      return fate >= 94 ? next(v1::HANDOVER_STATE_RETURNED, v1::REASON_NO_CAPACITY)
                        : next(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
    default:
      return {};
  }
}

absl::Status LiveEscort::Offer(const StatementKey& referral) {
  sdk::HandoverDraft draft;
  draft.handover.referral = referral;
  draft.to = v1::HANDOVER_STATE_OFFERED;
  draft.window = WindowFromNow();
  return Sign(draft);
}

absl::Status LiveEscort::Take(const StatementKey& referral, const v1::HandoverSummary& now,
                              const Step& step) {
  if (step.to == v1::HANDOVER_STATE_OFFERED) return Offer(referral);
  sdk::HandoverDraft draft;
  draft.handover = {referral, now.handover().task(), now.handover().attempt()};
  draft.to = step.to;
  draft.reason = step.reason;
  if (step.to == v1::HANDOVER_STATE_AGREED) {
    draft.words.set_place("SYNTHETIC gate");
    draft.words.set_officer("SYNTHETIC officer");
  } else if (step.to == v1::HANDOVER_STATE_IN_TRANSIT) {
    draft.words.set_escort("SYNTHETIC escort");
    if (now.minor()) draft.words.set_companion("SYNTHETIC guardian");
    if (now.state() == v1::HANDOVER_STATE_NO_SHOW) draft.window = WindowFromNow();
  } else if (step.to == v1::HANDOVER_STATE_ARRIVED) {
    draft.code = phone_.Shown(referral);
  }
  return Sign(draft);
}

absl::Status LiveEscort::Sign(const sdk::HandoverDraft& draft) {
  if (side_ == Side::kReceives) {
    // What to seal words for the police to.
    const auto police = endpoint_.sender().directory().Fetch(draft.handover.referral.sender);
    if (!police.ok() && !Passes(police.status())) return police.status();
  }
  const absl::StatusOr<sdk::QueuedHandover> queued = handovers_.Queue(draft);
  if (!queued.ok()) {
    return IsTooLate(queued.status()) ? absl::OkStatus() : queued.status();
  }
  if (!queued->code.empty()) {
    AMANA_RETURN_IF_ERROR(phone_.Show(draft.handover.referral, queued->code));
  }
  return endpoint_.sender().Send(queued->queued.entry).status();
}

}  // namespace amana::sim
