#include "tests/sim/judge.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "broker/audit/custody_check.h"
#include "broker/audit/log_check.h"
#include "broker/audit/state_check.h"
#include "broker/referral/handover_machine.h"
#include "broker/referral/task_machine.h"

namespace amana::sim {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kMostExplained = 20;

// Rules 6 to 8: the consent was withdrawn, whatever else was wrong with it.
bool SaysNo(const store::TaskRecord& task) {
  return std::any_of(task.consent_rules.begin(), task.consent_rules.end(),
                     [](uint8_t rule) { return rule >= 6 && rule <= 8; });
}

std::string IdOf(const StatementKey& key) { return key.referral.hex(); }

}  // namespace

bool Judge::Blame(std::set<std::string>& whom, const char* what, const std::string& id,
                  const std::string& why) {
  if (!whom.insert(id).second) return false;
  if (whom.size() > kMostExplained) return true;
  std::fprintf(stderr, "%s: %s at %s: %s\n", what, id.c_str(),
               absl::FormatTime(town_.Now(), absl::UTCTimeZone()).c_str(), why.c_str());
  return true;
}

// The way there, by the log.
void Judge::TellStory(const StatementKey& key) {
  const auto events = look_->log().EventsOf(key.referral, 0, kPage);
  if (!events.ok() || stuck_.size() > kMostExplained) return;
  for (const store::StoredEvent& each : *events) {
    const events::Event& event = each.event;
    std::fprintf(stderr, "  %s %s epoch %u %s\n",
                 absl::FormatTime("%m-%d %H:%M:%S", event.time, absl::UTCTimeZone()).c_str(),
                 v1::EventKind_Name(event.kind).c_str(), event.offer_epoch,
                 v1::Reason_Name(event.reason).c_str());
  }
}

void Judge::Look() {
  ++hours_;
  look_ = town_.world.store().Read().value();
  LookAtPersons();
  for (const auto& [key, about] : town_.cases) {
    if (!over_.contains(key)) LookAtTask(about, /*at_end=*/false);
  }
  look_.reset();
}

void Judge::LookAtTheEnd() {
  Look();
  look_ = town_.world.store().Read().value();
  for (const auto& [key, about] : town_.cases) {
    LookAtTask(about, /*at_end=*/true);
    LookAtDeliveries(about);
  }
  const auto findings = audit::CheckCustody(*look_);
  AMANA_EXPECT_OK(findings.status());
  for (const std::string& problem : findings->problems) {
    Blame(without_, "custody", problem, "the log says otherwise");
  }
  audit::Findings state;
  audit::StateCheck check(*look_, state);
  audit::Counters counters;
  AMANA_EXPECT_OK(audit::CheckEvents(
      *look_, state, counters, [&](const store::StoredEvent& each) { return check.Follow(each); }));
  for (const auto& [name, kind] : state.kinds()) {
    Blame(without_, "state", kind.places.front(), name);
  }
  look_.reset();
}

void Judge::LookAtPersons() {
  std::map<Pseudonym, store::CustodyRecord> custodies;
  std::optional<Pseudonym> after;
  while (true) {
    const auto page = look_->custodies().Scan(after, kPage);
    AMANA_ASSERT_OK(page.status());
    if (page->empty()) break;
    after = page->back().subject;
    for (const store::CustodyRecord& each : *page) custodies.emplace(each.subject, each);
  }
  static const Address kSender = *ParseAddress("police/desk", "unit");
  for (const auto& [key, about] : town_.cases) {
    const Pseudonym subject =
        Pseudonym::FromBytes(about.sent.consent.subject_pseudonym(), "subject").value();
    const auto found = custodies.find(subject);
    if (found == custodies.end()) {
      Blame(without_, "nobody responsible", subject.bytes(), "no record");
      continue;
    }
    const auto moved = moved_.find(subject);
    const Address& expected = moved == moved_.end() ? kSender : moved->second;
    if (found->second.responsible != expected) {
      Blame(without_, "responsible", subject.bytes(), "not who the signatures say");
    }
  }
  for (const auto& [subject, custody] : custodies) {
    if (custody.under_way.has_value()) LookAtHandover(*custody.under_way);
  }
}

bool Judge::InQueue(const store::TaskKey& task) {
  const auto items = look_->queue().OfTask(task);
  return items.ok() && !items->empty();
}

void Judge::LookAtHandover(const store::HandoverKey& key) {
  const auto found = look_->handovers().Find(key);
  AMANA_ASSERT_OK(found.status());
  const std::string id = absl::StrCat("handover ", IdOf(key.task.referral), " ", key.attempt);
  if (!found->has_value()) {
    Blame(stuck_, "stuck", id, "is not there");
    return;
  }
  const store::HandoverRecord& handover = **found;
  if (!referral::IsUnderWay(handover.state)) Blame(stuck_, "stuck", id, "is over");
  // What is due was done when the clock came there.
  if (handover.due < town_.Now()) Blame(stuck_, "stuck", id, "its time passed unnoticed");
  if (handover.due == absl::InfiniteFuture() && !InQueue(key.task)) {
    Blame(stuck_, "stuck", id, v1::HandoverState_Name(handover.state));
  }
  if (told_.handover(key) != handover.state) {
    Blame(uninformed_, "uninformed", id, v1::HandoverState_Name(handover.state));
  }
}

std::string Judge::WhyStuck(const store::TaskRecord& task) {
  if (task.clock.due < town_.Now()) return "its time passed unnoticed";
  if (task.clock.due != absl::InfiniteFuture() || InQueue(task.key)) return "";
  // Care has no deadline: whoever gives it reports its end.
  if (task.state == v1::TASK_STATE_IN_PROGRESS && task.recipient.has_value()) return "";
  // Nobody is pressed about a no: it waits for the referral's own time, which ends it.
  const auto referral = look_->referrals().Find(task.key.referral);
  if (task.state == v1::TASK_STATE_BLOCKED_CONSENT && referral.ok() && referral->has_value() &&
      SaysNo(task) && (*referral)->expires >= town_.Now()) {
    return "";
  }
  return absl::StrCat(v1::Reason_Name(task.reason), ", no clock, and nobody has it");
}

void Judge::LookAtTask(const Case& about, bool at_end) {
  const auto tasks = look_->referrals().Tasks(about.sent.key);
  AMANA_ASSERT_OK(tasks.status());
  const std::string id = IdOf(about.sent.key);
  for (const store::TaskRecord& task : *tasks) {
    const std::string state = v1::TaskState_Name(task.state);
    const bool terminal = referral::IsTerminal(task.state);
    const std::string why = terminal ? "" : WhyStuck(task);
    if (!why.empty() && Blame(stuck_, "stuck", id, absl::StrCat(state, ": ", why))) {
      TellStory(about.sent.key);
    }
    if (at_end && !terminal) Blame(stuck_, "open at the end", id, state);
    const Told::Task* const told = told_.task(about.sent.key);
    if (told == nullptr || told->state != task.state || told->offer_epoch != task.offer_epoch) {
      Blame(uninformed_, "uninformed", id,
            absl::StrCat(state, " ", task.offer_epoch, ", told ",
                         told == nullptr ? "nothing" : v1::TaskState_Name(told->state)));
    } else if (terminal) {
      over_.insert(about.sent.key);
    }
  }
}

// Everything was delivered and answered, or taken back.
void Judge::LookAtDeliveries(const Case& about) {
  const auto deliveries = look_->deliveries().OfTask({about.sent.key, 0});
  AMANA_ASSERT_OK(deliveries.status());
  for (const store::DeliveryRecord& each : *deliveries) {
    switch (each.state) {
      case v1::DELIVERY_STATE_QUEUED:
      case v1::DELIVERY_STATE_LEASED:
      case v1::DELIVERY_STATE_SENT:
      case v1::DELIVERY_STATE_RETRY_WAIT:
      case v1::DELIVERY_STATE_NATIVE_NACKED:
      case v1::DELIVERY_STATE_RECALL_SENT:
        Blame(stuck_, "delivery open at the end", IdOf(about.sent.key),
              absl::StrCat(v1::DeliveryState_Name(each.state), " epoch ", each.key.offer_epoch));
        break;
      default:
        break;
    }
  }
}

}  // namespace amana::sim
