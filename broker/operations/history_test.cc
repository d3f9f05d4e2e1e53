// Random histories: whatever the agencies do, in whatever order, the log and the records tell the
// same story, and it is one that the tables allow. 200 steps of each seed; AMANA_LONG=1: 20,000.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/operations/testing_acts.h"
#include "broker/referral/delivery_machine.h"
#include "proto/crypto/random.h"
#include "proto/envelope/dsse.h"
#include "proto/transparency/compact_range.h"

namespace amana::operations {
namespace {

std::optional<v1::TaskState> TaskStateOf(v1::EventKind kind) {
  static const std::map<v1::EventKind, v1::TaskState> kStates = {
      {v1::EVENT_KIND_TASK_SUBMITTED, v1::TASK_STATE_SUBMITTED},
      {v1::EVENT_KIND_TASK_ROUTED, v1::TASK_STATE_ROUTED},
      {v1::EVENT_KIND_TASK_BLOCKED_CONSENT, v1::TASK_STATE_BLOCKED_CONSENT},
      {v1::EVENT_KIND_TASK_NEEDS_WRAP, v1::TASK_STATE_NEEDS_WRAP},
      {v1::EVENT_KIND_TASK_UNROUTABLE, v1::TASK_STATE_UNROUTABLE},
      {v1::EVENT_KIND_TASK_RECEIVED, v1::TASK_STATE_RECEIVED},
      {v1::EVENT_KIND_TASK_SEEN, v1::TASK_STATE_SEEN},
      {v1::EVENT_KIND_TASK_ACCEPTED, v1::TASK_STATE_ACCEPTED},
      {v1::EVENT_KIND_TASK_REJECTED, v1::TASK_STATE_REJECTED},
      {v1::EVENT_KIND_TASK_CANCELLED, v1::TASK_STATE_CANCELLED},
      {v1::EVENT_KIND_TASK_REVOKED, v1::TASK_STATE_REVOKED},
      {v1::EVENT_KIND_TASK_EXPIRED, v1::TASK_STATE_EXPIRED},
  };
  const auto found = kStates.find(kind);
  return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

std::optional<v1::DeliveryState> DeliveryStateOf(v1::EventKind kind) {
  static const std::map<v1::EventKind, v1::DeliveryState> kStates = {
      {v1::EVENT_KIND_DELIVERY_QUEUED, v1::DELIVERY_STATE_QUEUED},
      {v1::EVENT_KIND_DELIVERY_LEASED, v1::DELIVERY_STATE_LEASED},
      {v1::EVENT_KIND_DELIVERY_SENT, v1::DELIVERY_STATE_SENT},
      {v1::EVENT_KIND_DELIVERY_RETRY_WAIT, v1::DELIVERY_STATE_RETRY_WAIT},
      {v1::EVENT_KIND_DELIVERY_NATIVE_ACKED, v1::DELIVERY_STATE_NATIVE_ACKED},
      {v1::EVENT_KIND_DELIVERY_NATIVE_NACKED, v1::DELIVERY_STATE_NATIVE_NACKED},
      {v1::EVENT_KIND_DELIVERY_READ, v1::DELIVERY_STATE_READ},
      {v1::EVENT_KIND_DELIVERY_DEAD_LETTER, v1::DELIVERY_STATE_DEAD_LETTER},
      {v1::EVENT_KIND_DELIVERY_WITHHELD, v1::DELIVERY_STATE_WITHHELD},
      {v1::EVENT_KIND_DELIVERY_RECALLED, v1::DELIVERY_STATE_RECALLED},
      {v1::EVENT_KIND_DELIVERY_EXPIRED, v1::DELIVERY_STATE_EXPIRED},
      {v1::EVENT_KIND_DELIVERY_ERASED, v1::DELIVERY_STATE_ERASED},
      {v1::EVENT_KIND_DELIVERY_RECALL_SENT, v1::DELIVERY_STATE_RECALL_SENT},
      {v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED, v1::DELIVERY_STATE_RECALL_CONFIRMED},
      {v1::EVENT_KIND_DELIVERY_RECALL_REFUSED, v1::DELIVERY_STATE_RECALL_REFUSED},
      {v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED, v1::DELIVERY_STATE_RECALL_UNANSWERED},
  };
  const auto found = kStates.find(kind);
  return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

bool InTable(v1::DeliveryState from, v1::DeliveryState to) {
  const auto table = referral::DeliveryTable();
  return std::any_of(table.begin(), table.end(),
                     [&](const auto& row) { return row.from == from && row.to == to; });
}

class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {}

  void Step() {
    static constexpr void (History::*kActs[])() = {
        &History::Send,        &History::Receive, &History::Receive, &History::Acknowledge,
        &History::Acknowledge, &History::See,     &History::Decide,  &History::Report,
        &History::Pass,        &History::Cancel,  &History::Speak,   &History::AnswerRecall,
    };
    (this->*kActs[random_() % std::size(kActs)])();
  }

  // The kinds of event that there are so far.
  std::set<v1::EventKind> Kinds() {
    std::set<v1::EventKind> kinds;
    for (const store::StoredEvent& stored : EventsFrom(world_)) kinds.insert(stored.event.kind);
    return kinds;
  }

  void Check() {
    const std::vector<store::StoredEvent> events = EventsFrom(world_);
    CheckLog(events);
    std::map<store::TaskKey, v1::TaskState> tasks;
    std::map<store::DeliveryKey, v1::DeliveryState> deliveries;
    std::set<store::DeliveryKey> disclosed;
    for (const store::StoredEvent& stored : events) {
      const events::Event& event = stored.event;
      if (!event.referral.has_value() || !event.task.has_value()) continue;
      const store::TaskKey task{*event.referral, *event.task};
      if (const auto state = TaskStateOf(event.kind)) tasks[task] = *state;
      const auto to = DeliveryStateOf(event.kind);
      if (!to.has_value()) continue;
      const store::DeliveryKey key{task, event.offer_epoch, event.stage};
      // Queueing is told by the task's own event.
      const v1::DeliveryState from =
          deliveries.contains(key) ? deliveries[key] : v1::DELIVERY_STATE_QUEUED;
      EXPECT_TRUE(InTable(from, *to)) << from << " to " << *to << " at " << stored.index;
      deliveries[key] = *to;
      if (*to != v1::DELIVERY_STATE_LEASED) continue;
      disclosed.insert(key);
      const auto said_no = withdrawn_.find(referrals_.at(*event.referral).consent.consent_id());
      EXPECT_TRUE(said_no == withdrawn_.end() || stored.index < said_no->second)
          << "leased at " << stored.index << " after the withdrawal at " << said_no->second;
    }
    for (const auto& [key, sent] : referrals_) CheckRecords(sent, tasks, deliveries, disclosed);
  }

 private:
  void CheckLog(const std::vector<store::StoredEvent>& events) {
    const auto snapshot = *world_.store().Read();
    const store::LogHead head = *snapshot->log().Head();
    ASSERT_EQ(head.size, events.size());
    transparency::CompactRange tree;
    absl::Time last = absl::InfinitePast();
    uint64_t sender_counter = 0;
    for (const store::StoredEvent& stored : events) {
      tree.Append(stored.leaf_hash);
      EXPECT_GE(stored.event.time, last);
      last = stored.event.time;
      if (!stored.event.referral.has_value()) continue;
      EXPECT_EQ(stored.event.sender_counter, ++sender_counter);  // police is the only sender
    }
    EXPECT_EQ(tree.Root(), head.root);
  }

  void CheckRecords(const Sent& sent, const std::map<store::TaskKey, v1::TaskState>& tasks,
                    const std::map<store::DeliveryKey, v1::DeliveryState>& deliveries,
                    const std::set<store::DeliveryKey>& disclosed) {
    const store::TaskRecord task = TaskOf(world_, sent);
    const auto last = tasks.find(task.key);
    ASSERT_NE(last, tasks.end());
    EXPECT_EQ(task.state, last->second);
    for (const store::DeliveryRecord& delivery : DeliveriesOf(world_, sent)) {
      const auto event = deliveries.find(delivery.key);
      EXPECT_EQ(delivery.state,
                event == deliveries.end() ? v1::DELIVERY_STATE_QUEUED : event->second);
      EXPECT_EQ(delivery.disclosed, disclosed.contains(delivery.key));
    }
  }

  // Refusals are part of the game; what says that the broker itself is wrong is not.
  void Expect(const absl::Status& status) {
    const bool sane = status.ok() || (status.code() != absl::StatusCode::kInternal &&
                                      status.code() != absl::StatusCode::kDataLoss &&
                                      ErrorReason(status) != "CONFLICT");
    EXPECT_TRUE(sane) << status;
  }

  // One of the newest, so that a long history does not end in referrals that are all over.
  template <class T>
  T& Recent(std::vector<T>& all) {
    return all[all.size() - 1 - random_() % std::min<size_t>(all.size(), 8)];
  }
  const Sent& Any() {
    if (keys_.empty()) Send();
    return referrals_.at(Recent(keys_));
  }
  v1::Delivery* AnyGiven() { return given_.empty() ? nullptr : &Recent(given_); }
  std::string DigestOf(const v1::Delivery& delivery) {
    return envelope::PayloadDigest(delivery.header()).bytes();
  }

  // A person per consent; a consent that was withdrawn is followed by a new one of another person.
  void Send() {
    if (consents_.size() < 3 || random_() % 8 == 0) {
      consents_.push_back(world_.Consent());
      consents_.back().set_subject_pseudonym(crypto::RandomBytes(16));
      if (random_() % 4 != 0) Expect(world_.Register(consents_.back()));
    }
    const Sent sent = SendUnder(world_, Recent(consents_));
    keys_.push_back(sent.key);
    referrals_.emplace(sent.key, sent);
  }
  void Receive() {
    for (const v1::ReceiveResponse& each : world_.Receive(random_() % 3)) {
      if (each.has_delivery()) given_.push_back(each.delivery());
    }
  }
  void Acknowledge() {
    if (v1::Delivery* given = AnyGiven()) Expect(world_.Acknowledge(*given));
  }
  void See() {
    if (v1::Delivery* given = AnyGiven()) Expect(world_.Seen(given->delivery(), DigestOf(*given)));
  }
  void Decide() {
    v1::Delivery* given = AnyGiven();
    if (given == nullptr) return;
    Expect(world_.Decide(given->delivery(), DigestOf(*given), random_() % 3 != 0));
  }
  void Report() {
    v1::Delivery* given = AnyGiven();
    if (given == nullptr) return;
    switch (random_() % 3) {
      case 0:
        return Expect(ReportOutcome(world_, *given, v1::DELIVERY_OUTCOME_SENT));
      case 1:
        return Expect(ReportOutcome(world_, *given, v1::DELIVERY_OUTCOME_TRANSIENT_FAILURE,
                                    v1::REASON_NATIVE_TIMEOUT));
      default:
        return Expect(ReportOutcome(world_, *given, v1::DELIVERY_OUTCOME_PERMANENT_FAILURE,
                                    v1::REASON_NATIVE_SCHEMA));
    }
  }
  void Pass() {
    static const absl::Duration kTimes[] = {absl::Seconds(1), absl::Seconds(61), absl::Minutes(16),
                                            absl::Hours(25)};
    world_.clock().Advance(kTimes[random_() % std::size(kTimes)]);
    world_.RunTimers();
  }
  void Cancel() {
    if (random_() % 3 == 0) Expect(operations::Cancel(world_, Any()).status());
  }
  void AnswerRecall() {
    v1::Delivery* given = AnyGiven();
    if (given == nullptr) return;
    Expect(AnswerRecallAs(world_, given->delivery(), DigestOf(*given), {}).status());
  }
  // The person says less, or no, or (a consent that was pinned before it came) yes.
  void Speak() {
    const v1::ConsentRecord consent = Any().consent;
    switch (random_() % 6) {
      case 0: {
        const auto withdrawn = Withdraw(world_, consent);
        Expect(withdrawn.status());
        if (withdrawn.ok()) withdrawn_.emplace(consent.consent_id(), LogSize(world_));
        return;
      }
      case 1:
        return Expect(Exclude(world_, 's', "haven", [&](v1::Exclusion& message) {
                        message.set_subject_pseudonym(consent.subject_pseudonym());
                      }).status());
      case 2: {
        v1::ConsentRecord narrower = consent;
        *narrower.mutable_meta() = world_.Meta(PoliceSigner());
        narrower.set_version(2);
        narrower.mutable_recipients(0)->set_unit("coast");
        return Expect(world_.Register(narrower));
      }
      default:
        return Expect(world_.Register(consent));
    }
  }

  World world_;
  std::mt19937 random_;
  std::vector<v1::ConsentRecord> consents_;
  std::map<StatementKey, Sent> referrals_;
  std::vector<StatementKey> keys_;  // of the same, in order
  std::vector<v1::Delivery> given_;
  std::map<std::string, uint64_t> withdrawn_;  // by consent id: the log's size after it
};

TEST(History, RecordsAndLogTellOneStoryThatTheTablesAllow) {
  const char* wanted = std::getenv("AMANA_LONG");
  const int steps = wanted != nullptr && std::string_view(wanted) == "1" ? 20'000 : 200;
  std::set<v1::EventKind> kinds;
  for (const uint32_t seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    History history(seed);
    for (int i = 0; i < steps; ++i) {
      history.Step();
      if (i % 2000 == 1999) history.Check();
    }
    history.Check();
    kinds.merge(history.Kinds());
  }
  // It went far enough to mean something.
  for (const v1::EventKind kind :
       {v1::EVENT_KIND_TASK_ACCEPTED, v1::EVENT_KIND_TASK_REJECTED, v1::EVENT_KIND_TASK_REVOKED,
        v1::EVENT_KIND_TASK_CANCELLED, v1::EVENT_KIND_TASK_BLOCKED_CONSENT,
        v1::EVENT_KIND_DELIVERY_WITHHELD, v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED,
        v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED, v1::EVENT_KIND_DELIVERY_DEAD_LETTER}) {
    EXPECT_TRUE(kinds.contains(kind)) << kind;
  }
}

}  // namespace
}  // namespace amana::operations
