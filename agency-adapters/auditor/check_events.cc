#include <initializer_list>
#include <map>
#include <optional>
#include <set>

#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/auditor/order_follower.h"
#include "agency-adapters/auditor/statement_judge.h"
#include "agency-adapters/sdk/keys.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;
using transparency::FieldSet;

FieldSet Fields(std::initializer_list<EventField> fields) {
  FieldSet set;
  for (const EventField field : fields) set.set(static_cast<size_t>(field));
  return set;
}

// What an auditor is shown of every event: the protocol has it so, and who is shown less is kept
// from finding it.
const FieldSet& AuditorsFields() {
  static const FieldSet kFields =
      Fields({EventField::kKind, EventField::kTime, EventField::kStage, EventField::kUrgency,
              EventField::kReason, EventField::kConsentRules, EventField::kDelivered,
              EventField::kWithheld, EventField::kAttempt});
  return kFields;
}
// What a recipient is not shown of an event that it is told of.
const FieldSet& NotTheRecipients() {
  static const FieldSet kFields =
      Fields({EventField::kConsentRules, EventField::kSenderCounter, EventField::kWithheld});
  return kFields;
}

class EventChecker {
 public:
  explicit EventChecker(const Evidence& evidence) : evidence_(evidence) {}

  void Take(uint64_t index, const EventView& event) {
    Count(index, event);
    const bool own = event.referral.has_value() && event.referral->sender == evidence_.agency &&
                     !evidence_.agency.empty();
    if (own) {
      Follow(index, event);
      CheckErasure(index, event);
    }
    judge_.Add(index, event);
  }

  void Finish(uint64_t next, uint64_t size) {
    judge_.Finish();
    if (next < size) counters_.Found(EventsBehind(next, size));
    if (evidence_.all_events && expected_ < size && next >= size) {
      counters_.Found(EventMissing(expected_));
    }
  }

  // Of the rules that need nothing but events. What follows a gap is no rule broken.
  std::vector<absl::Status> Failures() const {
    std::vector<absl::Status> failures = {counters_.failure(), erasures_.failure()};
    if (!gap_) failures.push_back(order_.failure());
    return failures;
  }

  EventResults Results() && {
    const char* const no_events =
        evidence_.book == nullptr ? "no events were mirrored" : "none of the events shown is whole";
    EventResults results;
    results.counters = std::move(counters_).Done(no_events);
    results.signatures = std::move(signatures_).Done("no statement of an event is held here");
    // Where events are missing, what follows what cannot be said.
    results.order = gap_ ? Tally("ORDER").Done("events are missing: see COUNTERS")
                         : std::move(order_).Done(no_events);
    results.erasures = std::move(erasures_).Done("nothing was erased of what is shown");
    if (results.signatures.looked_at > 0 && !evidence_.revocations.has_value()) {
      results.signatures.why = "without a revocation list";
    }
    return results;
  }

 private:
  // Whether the event is opened as far as this side is to see it.
  bool ShowsEnough(const EventView& event) const {
    const AgencyId& self = evidence_.agency;
    if (evidence_.all_events && (~event.opened & AuditorsFields()).any()) return false;
    if (self.empty()) return true;
    if (event.actor_agency == self ||
        (event.referral.has_value() && event.referral->sender == self)) {
      return event.opened.all();
    }
    return !event.recipient.has_value() || event.recipient->agency != self ||
           evidence_.all_events || (event.opened | NotTheRecipients()).all();
  }

  void Count(uint64_t index, const EventView& event) {
    counters_.Look();
    if (!ShowsEnough(event)) counters_.Found(EventHidden(index));
    if (evidence_.all_events) {
      if (index != expected_) counters_.Found(EventMissing(expected_));
      expected_ = index + 1;
    }
    if (event.has(EventField::kTime)) {
      if (event.time < time_) counters_.Found(TimeBackwards(index));
      time_ = std::max(time_, event.time);
    }
    if (evidence_.agency.empty()) return;
    if (event.referral.has_value() && event.referral->sender == evidence_.agency &&
        event.has(EventField::kSenderCounter)) {
      Step("sender_counter", sender_counter_, event.sender_counter, index);
    }
    if (event.recipient.has_value() && event.recipient->agency == evidence_.agency &&
        event.recipient_counter > 0) {
      Step("recipient_counter", recipient_counters_[*event.recipient], event.recipient_counter,
           index);
    }
  }

  void Step(std::string_view name, uint64_t& last, uint64_t got, uint64_t index) {
    if (got > last + 1) {
      counters_.Found(CounterGap(name, last + 1, got));
      gap_ = true;
    }
    if (got <= last) counters_.Found(CounterRepeated(name, index));
    last = std::max(last, got);
  }

  void Follow(uint64_t index, const EventView& event) {
    const std::optional<absl::Status> judged = order_follower_.Take(index, event);
    if (!judged.has_value()) return;
    order_.Look();
    order_.Found(*judged);
  }

  void CheckErasure(uint64_t index, const EventView& event) {
    const StatementKey& referral = *event.referral;
    switch (event.kind) {
      case v1::EVENT_KIND_SUBMISSION_ACCEPTED:
        accepted_.insert(referral);
        break;
      case v1::EVENT_KIND_REFERRAL_ERASED:
        erasures_.Look();
        if (!accepted_.contains(referral)) erasures_.Found(ErasedUnknown(index));
        erased_.insert(referral);
        break;
      case v1::EVENT_KIND_DELIVERY_LEASED:
        if (erased_.contains(referral)) erasures_.Found(DisclosedAfterErasure(index));
        break;
      default:
        break;
    }
  }

  const Evidence& evidence_;
  uint64_t expected_ = 0;  // all_events: the next index
  absl::Time time_ = absl::InfinitePast();
  bool gap_ = false;
  uint64_t sender_counter_ = 0;
  std::map<Address, uint64_t> recipient_counters_;
  OrderFollower order_follower_{true};
  std::set<StatementKey> accepted_, erased_;
  Tally counters_{"COUNTERS"}, signatures_{"SIGNATURES"}, order_{"ORDER"}, erasures_{"ERASURES"};
  StatementJudge judge_{evidence_, signatures_};
};

}  // namespace

class EventWatch::Checker {
 public:
  explicit Checker(const Evidence& evidence) : evidence(evidence), rules(evidence) {}
  const Evidence& evidence;
  EventChecker rules;
  uint64_t next = 0;    // the first index that was not looked at
  absl::Status unread;  // the first that is no event
};

EventWatch::EventWatch(const Evidence& evidence) : checker_(std::make_unique<Checker>(evidence)) {}
EventWatch::~EventWatch() = default;

absl::StatusOr<std::vector<absl::Status>> EventWatch::TakeNew(uint64_t log_size) {
  EventReader reader(*checker_->evidence.book, checker_->next);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
    if (event == nullptr || event->index >= log_size) break;
    checker_->next = event->index + 1;
    if (event->view.ok()) {
      checker_->rules.Take(event->index, *event->view);
    } else if (checker_->unread.ok()) {
      checker_->unread = event->view.status();
    }
  }
  std::vector<absl::Status> failures = checker_->rules.Failures();
  failures.push_back(checker_->unread);
  // An auditor is shown something of every entry, up to the end.
  if (checker_->evidence.all_events && checker_->next < log_size) {
    failures.push_back(EventMissing(checker_->next));
  }
  return failures;
}

absl::StatusOr<EventResults> CheckEvents(const Evidence& evidence, uint64_t log_size) {
  EventChecker checker(evidence);
  if (evidence.book == nullptr) return std::move(checker).Results();
  EventReader reader(*evidence.book);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
    if (event == nullptr) break;
    // One that is no event is INCLUSION's finding.
    if (event->view.ok()) checker.Take(event->index, *event->view);
  }
  AMANA_ASSIGN_OR_RETURN(const uint64_t next, evidence.book->Next());
  checker.Finish(next, log_size);
  return std::move(checker).Results();
}

}  // namespace amana::auditor
