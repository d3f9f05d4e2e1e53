#include "tests/fault/kill_lifetime.h"

#include <signal.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/inbox.h"
#include "base/status.h"

namespace amana::tests {
namespace {

constexpr char kSettings[] = R"([logging]
level = "warning"
[limits]
min_free_mib = 1
[delivery]
lease = "1s"
backoff_first = "20ms"
backoff_longest = "200ms"
max_attempts = 1000
)";
constexpr size_t kMany = 100'000;
constexpr size_t kSample = 10;
constexpr absl::Duration kRecovery = absl::Seconds(20);

WorldOptions Options() { return {.broker_settings = kSettings, .data_dir = ""}; }

}  // namespace

KillLifetime::KillLifetime(std::string program, uint64_t seed)
    : program_(std::move(program)), random_(seed), world_(Options()), broker_(world_) {}

KillLifetime::~KillLifetime() = default;

absl::Status KillLifetime::Open() {
  AMANA_RETURN_IF_ERROR(broker_.Start());
  AMANA_ASSIGN_OR_RETURN(police_, Endpoint::Open(world_.agency_config("police")));
  AMANA_ASSIGN_OR_RETURN(auditor_, Endpoint::Open(world_.agency_config("auditor")));
  log_ = std::make_unique<LogCheck>(*police_, *auditor_, world_.File("mirror"));
  using Form = KillSender::Form;
  for (const Form form : {Form::kUnary, Form::kUnary, Form::kBatch}) {
    AMANA_ASSIGN_OR_RETURN(
        auto sender,
        KillSender::Open(world_.agency_config("police"),
                         world_.File(absl::StrCat("sender-", senders_.size())), form, random_()));
    senders_.push_back(std::move(sender));
  }
  troubles_told_.resize(senders_.size());
  for (const char* name : {"intake", "coast"}) {
    Unit unit{name, nullptr, nullptr};
    AMANA_ASSIGN_OR_RETURN(unit.endpoint, Endpoint::Open(world_.agency_config(name)));
    AMANA_RETURN_IF_ERROR(StartReceiver(unit, /*to_die=*/false));
    units_.push_back(std::move(unit));
  }
  return absl::OkStatus();
}

absl::Status KillLifetime::StartReceiver(Unit& unit, bool to_die) {
  ChildOptions options;
  options.command = {program_, "--receiver", world_.agency_config(unit.name)};
  if (to_die) {
    const int call = std::uniform_int_distribution<int>(1, 12)(random_);
    options.command.push_back(Chance(0.7) ? "--die-before" : "--die-after");
    options.command.push_back(std::to_string(call));
  }
  options.stderr_file = world_.File(unit.name + ".log");
  unit.process.reset();
  AMANA_ASSIGN_OR_RETURN(unit.process, ChildProcess::Start(options));
  return absl::OkStatus();
}

// Those that died are started again, now and then with their next death in mind; and some that live
// are killed wherever they are.
absl::Status KillLifetime::ReviveReceivers() {
  for (Unit& unit : units_) {
    if (Chance(0.1)) unit.process->Kill();
    if (unit.process->Running()) continue;
    ++result_.receivers;
    AMANA_RETURN_IF_ERROR(StartReceiver(unit, Chance(0.5)));
  }
  return absl::OkStatus();
}

absl::Duration KillLifetime::Within(int milliseconds) {
  return absl::Microseconds(std::uniform_int_distribution<int>(0, milliseconds * 1000)(random_));
}

// Leaves a broker that serves.
absl::Status KillLifetime::KillSomewhere() {
  absl::SleepFor(absl::Milliseconds(20) + Within(300));
  const int moment = std::uniform_int_distribution<int>(0, 9)(random_);
  if (moment >= 8) {  // while it closes its store
    broker_.Signal(SIGTERM);
    absl::SleepFor(Within(60));
    ++result_.stopping;
  } else {
    ++result_.under_load;
  }
  broker_.Kill();
  for (int i = std::max(0, moment - 5) % 3; i > 0; --i) {  // while it starts
    AMANA_RETURN_IF_ERROR(broker_.Spawn());
    absl::SleepFor(Within(120));
    broker_.Kill();
    ++result_.starting;
  }
  return broker_.Start();
}

absl::Status KillLifetime::Run() {
  AMANA_RETURN_IF_ERROR(ReviveReceivers());
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (auto& sender : senders_) {
    threads.emplace_back([&stop, sender = sender.get()] { sender->Work(stop); });
  }
  const absl::Status started = KillSomewhere();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  AMANA_RETURN_IF_ERROR(started);
  for (auto& sender : senders_) {
    if (Chance(0.5)) AMANA_RETURN_IF_ERROR(sender->endpoint().Reconnect());
  }
  AMANA_RETURN_IF_ERROR(Drain());
  CheckPromises(kSample);
  CheckLog();
  return absl::OkStatus();
}

absl::Status KillLifetime::Drain() {
  for (auto& sender : senders_) AMANA_RETURN_IF_ERROR(sender->Drain(kRecovery));
  for (size_t i = 0; i < senders_.size(); ++i) {
    const std::vector<std::string>& troubles = senders_[i]->troubles();
    for (size_t& told = troubles_told_[i]; told < troubles.size(); ++told) {
      Find(result_.unexpected, troubles[told]);
    }
    const absl::Status taken =
        ledger_.Take(absl::StrCat("sender-", i), senders_[i]->endpoint().sender().outbox(), *log_);
    if (!taken.ok()) Find(result_.log_inconsistent, taken.ToString());
  }
  for (Unit& unit : units_) {
    const absl::Status taken = ledger_.Take(unit.name, unit.endpoint->sender().outbox(), *log_);
    if (!taken.ok()) Find(result_.log_inconsistent, taken.ToString());
  }
  result_.acknowledged = ledger_.Count(sdk::EntryKind::kSubmission);
  result_.delivered = ledger_.Count(sdk::EntryKind::kAcknowledgement);
  return absl::OkStatus();
}

void KillLifetime::CheckPromises(size_t sample) {
  for (size_t i = 0; i < senders_.size(); ++i) {
    for (const std::string& broken :
         ledger_.SendAgain(absl::StrCat("sender-", i), senders_[i]->endpoint().client(), *log_,
                           random_, sample)) {
      Find(result_.lost, broken);
    }
  }
  for (Unit& unit : units_) {
    for (const std::string& broken :
         ledger_.SendAgain(unit.name, unit.endpoint->client(), *log_, random_, sample)) {
      Find(result_.lost, broken);
    }
  }
}

void KillLifetime::CheckLog() {
  const absl::Status verified = log_->Verify();
  if (!verified.ok()) Find(result_.log_inconsistent, verified.ToString());
  for (; doubles_told_ < log_->doubled().size(); ++doubles_told_) {
    Find(result_.doubled, log_->doubled()[doubles_told_]);
  }
}

bool KillLifetime::MayNotArrive(const StatementKey& referral) const {
  return std::any_of(senders_.begin(), senders_.end(),
                     [&](const auto& sender) { return sender->MayNotArrive(referral); });
}

// What is due and has no event yet: every referral received once, and what was accepted also
// acknowledged at its second stage.
std::vector<std::string> KillLifetime::Undelivered() const {
  std::vector<std::string> missing;
  std::map<StatementKey, size_t> received;
  for (const sdk::DeliveryKey& key : log_->Keys(v1::EVENT_KIND_TASK_RECEIVED)) {
    ++received[key.referral];
  }
  for (const StatementKey& referral : ledger_.Referrals()) {
    if (received[referral] == 1 || MayNotArrive(referral)) continue;
    missing.push_back(
        absl::StrCat(sdk::ToString(referral), " received ", received[referral], " times"));
  }
  for (sdk::DeliveryKey key : log_->Keys(v1::EVENT_KIND_TASK_ACCEPTED)) {
    key.stage = v1::DISCLOSURE_STAGE_AT_ACCEPT;
    if (MayNotArrive(key.referral)) continue;
    if (log_->Count(v1::EVENT_KIND_DELIVERY_NATIVE_ACKED, key) == 1) continue;
    missing.push_back(sdk::ToString(key.referral) + " accepted, the rest not delivered once");
  }
  return missing;
}

void KillLifetime::CheckReceivers() {
  for (Unit& unit : units_) {
    sdk::Inbox inbox(unit.endpoint->mailbox());
    const auto items = inbox.List(std::nullopt, kMany);
    if (!items.ok()) {
      Find(result_.unexpected, items.status().ToString());
      continue;
    }
    std::set<sdk::DeliveryKey> keys;
    for (const sdk::InboxItem& item : *items) {
      if (!keys.insert(item.key).second) {
        Find(result_.doubled, sdk::ToString(item.key.referral) + " twice in an inbox");
      }
    }
    const auto refused = unit.endpoint->sender().outbox().List(sdk::EntryState::kRefused, kMany);
    if (!refused.ok()) continue;
    for (const sdk::OutboxEntry& entry : *refused) {
      // The sender took the referral back first.
      if (entry.referral.has_value() && MayNotArrive(*entry.referral)) continue;
      Find(result_.unexpected,
           absl::StrCat(unit.name, "'s ", std::string(sdk::KindName(entry.kind)),
                        " refused: ", entry.reason, " ", entry.field));
    }
  }
}

absl::Status KillLifetime::Close() {
  AMANA_RETURN_IF_ERROR(ReviveReceivers());
  for (Unit& unit : units_) AMANA_RETURN_IF_ERROR(StartReceiver(unit, /*to_die=*/false));
  const absl::Time deadline = absl::Now() + kRecovery;
  while (true) {
    AMANA_RETURN_IF_ERROR(Drain());
    CheckLog();
    if (Undelivered().empty() || absl::Now() > deadline) break;
    absl::SleepFor(absl::Milliseconds(100));
  }
  for (const std::string& missing : Undelivered()) Find(result_.lost, missing);
  for (Unit& unit : units_) unit.process->Kill();
  AMANA_RETURN_IF_ERROR(Drain());
  CheckPromises(kMany);
  CheckReceivers();
  CheckLog();
  return broker_.Stop();
}

void KillLifetime::Find(size_t& counter, const std::string& what) {
  ++counter;
  result_.findings.push_back(what);
}

std::string KillLifetime::KeepFolder() {
  world_.Keep();
  return world_.path();
}

}  // namespace amana::tests
