#include "tests/sim/escort.h"

#include <string>
#include <utility>

#include "broker/referral/handover_machine.h"
#include "tests/sim/told.h"

namespace amana::sim {
namespace {

using operations::Hand;
using operations::Police;

constexpr uint32_t kMostAttempts = 2;  // then the shelter fetches the person itself

bool IsRecipients(v1::HandoverState to) {
  switch (to) {
    case v1::HANDOVER_STATE_AGREED:
    case v1::HANDOVER_STATE_DECLINED:
    case v1::HANDOVER_STATE_ARRIVED:
    case v1::HANDOVER_STATE_NO_SHOW:
    case v1::HANDOVER_STATE_RETURNED:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<store::HandoverRecord> Escort::Latest(const Case& about) {
  return town_.world.store().Read().value()->handovers().Latest({about.sent.key, 0}).value();
}

bool Escort::Take(const Case& about, v1::HandoverState to) {
  const store::TaskRecord task = town_.TaskOf(about);
  const std::optional<store::HandoverRecord> latest = Latest(about);
  const bool going_on = latest.has_value() && referral::IsUnderWay(latest->state);
  const Address& unit = going_on ? latest->recipient : task.recipient.value_or(Address());
  const Profile* const profile = town_.ShelterOf(unit.agency);
  if (profile == nullptr) return false;
  const Hand shelter{&profile->shelter.person(), profile->shelter.agency, "intake",
                     &profile->shelter.sealer()};
  const uint32_t attempt = !latest.has_value() ? 1 : latest->key.attempt + (going_on ? 0 : 1);
  const operations::Handing handing(town_.world, about.sent, Police(), shelter, attempt,
                                    going_on ? latest->offer_epoch : task.offer_epoch);
  // What two sign, the recipient signs first.
  const bool second = going_on && latest->half.has_value();
  const bool both = to == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;
  const bool by_shelter = both ? !second : IsRecipients(to);
  const absl::Status taken =
      handing
          .Take(to, by_shelter ? shelter : Police(),
                [&](v1::HandoverStep& step) {
                  if (to != v1::HANDOVER_STATE_IN_TRANSIT) return;
                  if (about.minor) step.add_named(v1::HANDOVER_DETAIL_COMPANION);
                  if (!going_on || latest->state != v1::HANDOVER_STATE_NO_SHOW) return;
                  step.mutable_window()->set_from_unix_ms(absl::ToUnixMillis(town_.Now()));
                  step.mutable_window()->set_until_unix_ms(
                      absl::ToUnixMillis(town_.Now() + absl::Hours(3)));
                })
          .status();
  ++(taken.ok() ? steps_ : refused_);
  return taken.ok();
}

void Escort::After(absl::Duration mean, const StatementKey& key, v1::HandoverState to) {
  town_.After(town_.chance.Around(mean), [this, key, to] { Take(*town_.Find(key), to); });
}

void Escort::Bring(const Case& about) {
  if (town_.chance.Percent(4)) return;  // forgotten: the start clock runs
  const StatementKey key = about.sent.key;
  town_.After(town_.chance.Around(absl::Hours(1)), [this, key] {
    const Case& now = *town_.Find(key);
    if (town_.TaskOf(now).state != v1::TASK_STATE_ACCEPTED) return;
    // Another is responsible, or is bringing the person already.
    if (!Take(now, v1::HANDOVER_STATE_OFFERED)) shelters_.begin_alone(now);
  });
}

void Escort::On(const sdk::EventView& view) {
  const v1::HandoverState state = HandoverStateOf(view.kind);
  const Case* const about = town_.Find(*view.referral);
  const std::optional<store::HandoverRecord> handover = Latest(*about);
  if (view.kind == v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE) {
    return After(absl::Minutes(20), about->sent.key, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  }
  if (state == v1::HANDOVER_STATE_UNSPECIFIED || handover->state != state) return;
  const StatementKey& key = about->sent.key;
  if (town_.chance.Percent(4) && referral::IsUnderWay(state)) return;  // forgotten
  switch (state) {
    case v1::HANDOVER_STATE_OFFERED:
      return After(
          absl::Minutes(40), key,
          town_.chance.Percent(90) ? v1::HANDOVER_STATE_AGREED : v1::HANDOVER_STATE_DECLINED);
    case v1::HANDOVER_STATE_AGREED:
      return After(
          absl::Hours(1), key,
          town_.chance.Percent(95) ? v1::HANDOVER_STATE_IN_TRANSIT : v1::HANDOVER_STATE_WITHDRAWN);
    case v1::HANDOVER_STATE_IN_TRANSIT:
      return OnTransit(*about, *handover);
    case v1::HANDOVER_STATE_ARRIVED:
      return After(absl::Minutes(10), key,
                   town_.chance.Percent(94) ? v1::HANDOVER_STATE_CUSTODY_TRANSFERRED
                                            : v1::HANDOVER_STATE_RETURNED);
    case v1::HANDOVER_STATE_NO_SHOW:
      return After(
          absl::Minutes(50), key,
          town_.chance.Percent(70) ? v1::HANDOVER_STATE_IN_TRANSIT : v1::HANDOVER_STATE_ABORTED);
    default:
      return OnEnd(*about, state);
  }
}

void Escort::OnTransit(const Case& about, const store::HandoverRecord& handover) {
  const uint64_t fate = town_.chance.Below(100);
  if (fate < 82) return After(absl::Minutes(50), about.sent.key, v1::HANDOVER_STATE_ARRIVED);
  if (fate < 86) return After(absl::Minutes(50), about.sent.key, v1::HANDOVER_STATE_ABORTED);
  // Nobody comes; the shelter may say so when the window and its grace are over.
  const absl::Time over = handover.window_until + town_.world.context().policy.handover_grace;
  const StatementKey key = about.sent.key;
  town_.agenda.At(over + absl::Minutes(5),
                  [this, key] { Take(*town_.Find(key), v1::HANDOVER_STATE_NO_SHOW); });
}

void Escort::OnEnd(const Case& about, v1::HandoverState state) {
  if (state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) return shelters_.care(about);
  if (state == v1::HANDOVER_STATE_ENDED || state == v1::HANDOVER_STATE_CORRECTED) return;
  if (town_.TaskOf(about).state != v1::TASK_STATE_ACCEPTED) return;
  if (Latest(about)->key.attempt >= kMostAttempts) return shelters_.begin_alone(about);
  Bring(about);
}

void Escort::Stop(const Case& about) {
  const std::optional<store::HandoverRecord> handover = Latest(about);
  if (!handover.has_value() || !referral::IsUnderWay(handover->state)) return;
  switch (handover->state) {
    case v1::HANDOVER_STATE_OFFERED:
    case v1::HANDOVER_STATE_AGREED:
      return After(absl::Minutes(15), about.sent.key, v1::HANDOVER_STATE_WITHDRAWN);
    case v1::HANDOVER_STATE_IN_TRANSIT:
    case v1::HANDOVER_STATE_NO_SHOW:
      return After(absl::Minutes(15), about.sent.key, v1::HANDOVER_STATE_ABORTED);
    default:
      return After(absl::Minutes(15), about.sent.key, v1::HANDOVER_STATE_RETURNED);
  }
}

void Escort::Phoned(const Case& about) {
  const std::optional<store::HandoverRecord> handover = Latest(about);
  if (!handover.has_value() || !referral::IsUnderWay(handover->state)) return;
  switch (handover->state) {
    case v1::HANDOVER_STATE_OFFERED:
      Take(about, v1::HANDOVER_STATE_DECLINED);
      return;
    case v1::HANDOVER_STATE_AGREED:
      Take(about, v1::HANDOVER_STATE_WITHDRAWN);
      return;
    case v1::HANDOVER_STATE_ARRIVED:
      if (!Take(about, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED)) {
        Take(about, v1::HANDOVER_STATE_RETURNED);
      }
      return;
    default:
      Take(about, v1::HANDOVER_STATE_ABORTED);
  }
}

}  // namespace amana::sim
