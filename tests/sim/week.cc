#include "tests/sim/week.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "broker/operations/receive.h"
#include "broker/operations/run_erasure.h"
#include "broker/referral/task_machine.h"

namespace amana::sim {
namespace {

constexpr absl::Duration kWeek = absl::Hours(7 * 24);
// A referral lives 14 days at most; who accepts on the last of them has the ladder of a service
// within two weeks (1.5 times that), and cares for three days.
constexpr absl::Duration kLongest = absl::Hours((14 + 21 + 3 + 1) * 24);
// Recalls are answered late at times, and their coordinator is told.
constexpr absl::Duration kQuiet = absl::Hours(48);

}  // namespace

Week::Week(const WeekOptions& options)
    : options_(options),
      town_(options.seed, options.providers),
      escort_(town_, {.care =
                          [this](const Case& about) {
                            const auto unit = town_.TaskOf(about).recipient;
                            if (unit.has_value()) ProviderOf(*unit)->Care(about);
                          },
                      .begin_alone =
                          [this](const Case& about) {
                            const auto unit = town_.TaskOf(about).recipient;
                            if (unit.has_value()) ProviderOf(*unit)->BeginCare(about);
                          }}),
      sender_(town_, escort_),
      coordinator_(town_, {.sender = [this](Case& about) { sender_.Phoned(about); },
                           .shelter =
                               [this](const Case& about, const AgencyId& agency) {
                                 Provider* const found = ProviderOf({agency, {}});
                                 if (found != nullptr) found->Phoned(about);
                               },
                           .escorts = [this](const Case& about) { escort_.Phoned(about); }}),
      begin_(town_.Now()) {
  for (const Profile& profile : town_.shelters) providers_.emplace_back(town_, profile);
  for (size_t i = 0; i < options_.referrals; ++i) {
    town_.agenda.At(begin_ + town_.chance.Between(absl::ZeroDuration(), kWeek),
                    [this] { sender_.SendOne(); });
  }
}

Provider* Week::ProviderOf(const Address& unit) {
  const Profile* const profile = town_.ShelterOf(unit.agency);
  return profile == nullptr ? nullptr
                            : &providers_[static_cast<size_t>(profile - &town_.shelters[0])];
}

void Week::Run() {
  absl::Time hour = begin_ + absl::Hours(1);
  absl::Time quiet_since = absl::InfiniteFuture();
  while (town_.Now() < begin_ + kWeek + kLongest) {
    const absl::Time due =
        town_.world.store().Read().value()->deliveries().NextDue().value_or(hour);
    const absl::Time next = std::min({hour, due, town_.agenda.next()});
    if (next > town_.Now()) town_.world.clock().Set(next);
    Work();
    if (town_.Now() < hour) continue;
    OnTheHour();
    hour += absl::Hours(1);
    if (town_.Now() < begin_ + kWeek || !AllIsOver()) {
      quiet_since = absl::InfiniteFuture();
    } else if (quiet_since == absl::InfiniteFuture()) {
      quiet_since = town_.Now();
    } else if (town_.Now() - quiet_since >= kQuiet) {
      break;
    }
  }
  judge_.LookAtTheEnd();
}

void Week::Work() {
  do {
    town_.world.RunTimers();
    while (town_.agenda.DoOne(town_.Now())) {
    }
    town_.world.Reconsider();
  } while (Listen());
}

bool Week::Listen() {
  const uint64_t before = heard_;
  for (const store::StoredEvent& each : operations::EventsFrom(town_.world, heard_)) {
    heard_ = each.index + 1;
    const events::Event& event = each.event;
    // What the broker's streams wake a recipient's system for.
    const bool wakes = event.kind == v1::EVENT_KIND_TASK_ROUTED ||
                       event.kind == v1::EVENT_KIND_TASK_ACCEPTED ||
                       event.kind == v1::EVENT_KIND_DELIVERY_RECALL_SENT;
    Provider* const provider =
        wakes && event.recipient.has_value() ? ProviderOf(*event.recipient) : nullptr;
    if (provider != nullptr) provider->Wake();
  }
  for (const sdk::EventView& view : told_.Catch()) {
    tally_.Count(view);
    if (view.kind == v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED) {
      const auto moved = town_.world.store().Read().value()->handovers().Find(
          {{*view.referral, view.task.value_or(0)}, view.attempt});
      AMANA_EXPECT_OK(moved.status());
      if (moved->has_value()) judge_.Transferred((*moved)->subject, (*moved)->recipient);
    }
    sender_.On(view);
  }
  return heard_ > before;
}

void Week::OnTheHour() {
  coordinator_.Look();
  Work();
  // Slice by slice; a longer wait means that nothing is left.
  while (operations::RunErasure(town_.world.context()) < town_.Now() + absl::Milliseconds(100)) {
  }
  Listen();
  judge_.Look();
}

bool Week::AllIsOver() {
  const auto look = town_.world.store().Read().value();
  if (look->queue().Count()->open > 0) return false;
  return std::all_of(town_.cases.begin(), town_.cases.end(), [&](const auto& each) {
    const std::vector<store::TaskRecord> tasks = look->referrals().Tasks(each.first).value();
    return std::all_of(tasks.begin(), tasks.end(), [](const store::TaskRecord& task) {
      return referral::IsTerminal(task.state);
    });
  });
}

uint64_t Week::persons() {
  std::set<std::string> subjects;
  for (const auto& [key, about] : town_.cases) {
    subjects.insert(about.sent.consent.subject_pseudonym());
  }
  return subjects.size();
}

double Week::days() { return absl::ToDoubleHours(town_.Now() - begin_) / 24; }

std::map<v1::TaskState, uint64_t> Week::Ends() {
  std::map<v1::TaskState, uint64_t> ends;
  for (const auto& [key, about] : town_.cases) ++ends[town_.TaskOf(about).state];
  return ends;
}

}  // namespace amana::sim
