#include "tests/sim/live_provider.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/directory_keeper.h"
#include "agency-adapters/sdk/receiver.h"
#include "base/status.h"
#include "tests/sim/chance.h"
#include "tests/sim/live_pace.h"
#include "tests/sim/live_said.h"

namespace amana::sim {
namespace {

constexpr size_t kAll = 1'000'000;

sdk::ReceiverOptions Options() {
  sdk::ReceiverOptions options;
  options.first_backoff = absl::Milliseconds(50);
  options.max_backoff = absl::Milliseconds(500);
  options.idle = absl::Milliseconds(100);
  return options;
}

bool IsServed(sdk::InboxState state) {
  return state == sdk::InboxState::kAccepted || state == sdk::InboxState::kInProgress;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LiveProvider>> LiveProvider::Open(const LiveFolder& folder,
                                                                 const std::string& agency,
                                                                 const Offering& offering,
                                                                 uint64_t seed) {
  AMANA_ASSIGN_OR_RETURN(auto endpoint, tests::Endpoint::Open(folder.agency_toml(agency)));
  return std::unique_ptr<LiveProvider>(
      new LiveProvider(std::move(endpoint), Phone(folder), agency, offering, seed));
}

LiveProvider::LiveProvider(std::unique_ptr<tests::Endpoint> endpoint, Phone phone,
                           std::string agency, const Offering& offering, uint64_t seed)
    : endpoint_(std::move(endpoint)),
      agency_(std::move(agency)),
      offering_(offering),
      seed_(seed),
      poor_link_(HasPoorLink(seed, agency_)),
      inbox_(endpoint_->mailbox()),
      courier_(endpoint_->identity(), endpoint_->client(), endpoint_->mailbox()),
      answers_(endpoint_->identity(), endpoint_->mailbox(), tests::RealClock()),
      phone_(phone),
      escort_(*endpoint_, LiveEscort::Side::kReceives, std::move(phone), seed),
      link_([this, seed] { Receive(seed); }) {}

LiveProvider::~LiveProvider() {
  stop_ = true;
  if (link_.joinable()) link_.join();
}

void LiveProvider::Receive(uint64_t seed) {
  sdk::Receiver receiver(endpoint_->identity(), endpoint_->client(), endpoint_->mailbox(),
                         tests::RealClock(), Options());
  if (!poor_link_) {
    const absl::Status ended = receiver.Run([this] { return stop_.load(); });
    absl::MutexLock lock(&mu_);
    broken_.Update(ended);
    return;
  }
  Chance chance(seed);
  while (!stop_) {
    const absl::Time next = absl::Now() + AtPace(chance.Between(absl::Minutes(30), absl::Hours(4)));
    while (!stop_ && absl::Now() < next) absl::SleepFor(absl::Milliseconds(50));
    // There may be no link now.
    (void)receiver.RunOnce(absl::Seconds(2), /*quiet=*/absl::Milliseconds(300));
  }
}

absl::Status LiveProvider::Act() {
  for (const StatementKey& about : phone_.Answer(agency_)) {
    phoned_.try_emplace(about, absl::Now());
    escort_.Remind(about);
  }
  if (std::binary_search(offering_.services.begin(), offering_.services.end(),
                         v1::SERVICE_TYPE_ACCOMMODATION)) {
    AMANA_RETURN_IF_ERROR(escort_.Act());
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::InboxItem> items, inbox_.List(std::nullopt, kAll));
  taken_ =
      static_cast<size_t>(std::count_if(items.begin(), items.end(), [](const sdk::InboxItem& item) {
        return item.service == v1::SERVICE_TYPE_ACCOMMODATION && IsServed(item.state) &&
               item.key.stage == v1::DISCLOSURE_STAGE_AT_OFFER && item.key.update == 0;
      }));
  for (const sdk::InboxItem& item : items) {
    if (item.key.stage != v1::DISCLOSURE_STAGE_AT_OFFER || item.key.update != 0) continue;
    AMANA_RETURN_IF_ERROR(ActOn(item));
  }
  AMANA_RETURN_IF_ERROR(ReportRoom());
  absl::MutexLock lock(&mu_);
  return broken_;
}

absl::Status LiveProvider::ActOn(const sdk::InboxItem& item) {
  const auto phoned = phoned_.find(item.key.referral);
  const bool reminded = phoned != phoned_.end();
  const absl::Time since = reminded ? std::max(phoned->second, item.received) : item.received;
  const OfferPlan plan =
      PlanOf(seed_, {agency_, item.key.referral, item.key.offer_epoch, item.urgency, reminded});
  const auto due = [&](absl::Duration after) { return since + after <= absl::Now(); };
  switch (item.state) {
    case sdk::InboxState::kReceived:
      if (!due(plan.reads)) return absl::OkStatus();
      return Say(inbox_.MarkSeen(item.id, endpoint_->identity(), tests::RealClock()));
    case sdk::InboxState::kSeen:
      return due(plan.decides) ? Decide(item, plan) : absl::OkStatus();
    case sdk::InboxState::kAsked:
      if (!due(plan.gives_up)) return absl::OkStatus();
      return Say(inbox_.Decline(item.id, v1::REASON_INSUFFICIENT_INFORMATION, endpoint_->identity(),
                                tests::RealClock()));
    case sdk::InboxState::kAccepted: {
      const bool begins = IsBrought(seed_, item.key.referral, item.service)
                              ? MayBegin(item, since + plan.decides)
                              : due(plan.starts);
      return begins ? Say(answers_.Start(item.id)) : absl::OkStatus();
    }
    case sdk::InboxState::kInProgress:
      if (!due(plan.ends)) return absl::OkStatus();
      return Say(answers_.Report(item.id, plan.served,
                                 plan.served ? v1::REASON_PROVIDED : v1::REASON_UNMET,
                                 std::nullopt));
    default:
      return absl::OkStatus();
  }
}

bool LiveProvider::MayBegin(const sdk::InboxItem& item, absl::Time accepted) const {
  const auto past = [](absl::Time since, absl::Duration wait) {
    return since + AtPace(wait) <= absl::Now();
  };
  const v1::HandoverSummary* const latest = escort_.Latest(item.key.referral);
  if (latest == nullptr || latest->recipient().agency() != agency_) {
    return past(accepted, absl::Hours(12));  // nobody brings them
  }
  if (latest->state() == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) return true;
  if (LiveEscort::IsUnderWay(*latest)) return false;
  const bool last = latest->handover().attempt() >= kMostAttempts;
  return past(absl::FromUnixMillis(latest->changed_unix_ms()), absl::Hours(last ? 1 : 6));
}

bool LiveProvider::IsFull(const sdk::InboxItem& offer) {
  return offer.service == v1::SERVICE_TYPE_ACCOMMODATION && taken_ >= offering_.places;
}

absl::Status LiveProvider::Decide(const sdk::InboxItem& item, const OfferPlan& plan) {
  const auto decline = [&](v1::Reason reason) {
    return Say(inbox_.Decline(item.id, reason, endpoint_->identity(), tests::RealClock()));
  };
  if (IsFull(item)) return decline(v1::REASON_NO_CAPACITY);
  if (plan.answer == Answer::kDecline) return decline(plan.decline);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::ItemAnswer> before, inbox_.Answers(item.id));
  const bool asked = std::any_of(before.begin(), before.end(), [](const sdk::ItemAnswer& each) {
    return each.kind == sdk::EntryKind::kQuestion;
  });
  if (plan.answer == Answer::kAsk && !asked) {
    return Say(answers_.Ask(item.id, {v1::CATEGORY_RISK}, std::nullopt));
  }
  ++taken_;
  return Say(inbox_.Accept(item.id, endpoint_->identity(), tests::RealClock()));
}

absl::Status LiveProvider::Say(const absl::StatusOr<int64_t>& entry) {
  if (!entry.ok()) {
    const std::string reason = ErrorReason(entry.status());
    const bool taken_back = reason == "CONTENT_ERASED" || reason == "STATEMENT_INVALID";
    return taken_back ? absl::OkStatus() : entry.status();
  }
  return poor_link_ ? absl::OkStatus() : courier_.Send(*entry).status();
}

absl::Status LiveProvider::ReportRoom() {
  if (!offering_.reports_room || absl::Now() < next_report_) return absl::OkStatus();
  next_report_ = absl::Now() + AtPace(absl::Hours(10));
  v1::CapacityReport report;
  v1::ServiceCapacity& room = *report.add_services();
  room.set_service(offering_.services[0]);
  room.set_total(offering_.places);
  room.set_free(offering_.places -
                static_cast<uint32_t>(std::min<size_t>(taken_, offering_.places)));
  sdk::DirectoryKeeper keeper(endpoint_->identity(), endpoint_->client(), endpoint_->mailbox(),
                              tests::RealClock());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, keeper.QueueCapacity(std::move(report)));
  return Say(queued.entry);
}

absl::Status LiveProvider::Finish(absl::Time deadline) {
  Stop();
  link_.join();
  return SendAll(*endpoint_, deadline);
}

}  // namespace amana::sim
