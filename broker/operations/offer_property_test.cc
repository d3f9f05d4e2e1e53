// Random histories of offers: whatever sender, recipients, coordinator and clock do, in whatever
// order, forged epochs and wrong recipients among it, at every moment somebody is responsible for
// the person, a task is offered to one recipient at most, nothing of an offer that is over can
// still be used, every move is a row of the table, and what is refused changes nothing. Through the
// real operations and the store. AMANA_HISTORIES referrals, seed AMANA_SEED.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "broker/delivery/wire.h"
#include "broker/operations/offer_histories_for_test.h"
#include "broker/referral/task_machine.h"

namespace amana::operations {
namespace {

constexpr int kAtOnce = 250;  // referrals of one world
constexpr int kRounds = 24;   // acts in each history
constexpr int kThreads = 16;  // that act, so that many acts are one commit

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class Histories {
 public:
  Histories(uint64_t seed, int count) : dice_(seed) {
    AppointOfficer(world_);
    for (size_t i = 1; i < Shelters().size(); ++i) AddShelter(world_, Shelters()[i]);
    for (int i = 0; i < count; ++i) histories_.emplace_back(seed * 1'000'003 + i);
    InParallel([this](History& history) { Begin(history); });
    for (size_t i = 0; i < histories_.size(); ++i) numbers_[histories_[i].sent.key] = i;
  }

  void Run() {
    for (int round = 0; round < kRounds; ++round) {
      Fetch();
      InParallel([this](History& history) { Act(history); });
      world_.Reconsider();
      if (dice_.Chance(3)) LetTimePass();
      Judge(round);
      if (::testing::Test::HasFailure()) return;
    }
    for (const History& history : histories_) JudgeStory(history);
  }

  int taken() const { return taken_; }
  int refused() const { return refused_; }
  const std::map<v1::TaskState, int>& entered() const { return entered_; }

 private:
  template <class Function>
  void InParallel(const Function& function) {
    std::atomic<size_t> next = 0;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (size_t at = next++; at < histories_.size(); at = next++) function(histories_[at]);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  void Begin(History& history) {
    Dice& dice = history.dice;
    v1::ConsentRecord consent = world_.Consent();
    consent.set_consent_id(dice.Bytes());
    consent.set_subject_pseudonym(dice.Bytes());
    consent.clear_recipients();
    std::vector<Shelter> sealed;
    for (const Shelter& shelter : Shelters()) {
      if (!dice.Chance(4)) consent.add_recipients()->set_agency(shelter.agency);
      if (dice.Chance(2)) sealed.push_back(shelter);
    }
    if (consent.recipients().empty()) consent.add_recipients()->set_agency("haven");
    if (dice.Chance(10)) {
      consent.set_valid_until_unix_ms(
          absl::ToUnixMillis(world_.clock().Now() + absl::Hours(1 + dice.Below(60))));
    }
    AMANA_ASSERT_OK(world_.Register(consent));
    history.sent = SendRoute(world_, consent, sealed, [&](envelope::SubmissionDraft& draft) {
      draft.header.set_referral_id(dice.Bytes());
      draft.header.set_urgency(static_cast<v1::Urgency>(1 + dice.Below(v1::Urgency_MAX)));
      draft.header.set_expires_unix_ms(
          absl::ToUnixMillis(world_.clock().Now() + absl::Hours(24 * (2 + dice.Below(12)))));
    });
  }

  // Some shelters are given what there is for them.
  void Fetch() {
    for (size_t shelter = 0; shelter < Shelters().size(); ++shelter) {
      if (dice_.Chance(2)) continue;
      bool more = true;
      while (more) {
        more = false;
        for (v1::ReceiveResponse& each : ReceiveAt(world_, Shelters()[shelter])) {
          more = each.has_delivery() || more;
          Give(shelter, std::move(each));
        }
      }
    }
  }

  void Give(size_t shelter, v1::ReceiveResponse given) {
    const v1::DeliveryRef& ref =
        given.has_delivery() ? given.delivery().delivery() : given.recall().delivery();
    History& history =
        histories_[numbers_.at(delivery::FromWire(ref.referral(), "referral").value())];
    if (given.has_delivery()) {
      history.copies.push_back({shelter, std::move(*given.mutable_delivery())});
    } else {
      history.recalls.push_back(std::move(*given.mutable_recall()));
      history.recalled_at.push_back(shelter);
    }
  }

  void LetTimePass() {
    static constexpr int kMinutes[] = {1, 2, 20, 61, 180, 360, 720, 1500};
    world_.clock().Advance(absl::Minutes(kMinutes[dice_.Below(std::size(kMinutes))]) +
                           absl::Seconds(dice_.Below(60)));
    world_.RunTimers();
    world_.Reconsider();
  }

  // One act, and what became of it.
  void Act(History& history) {
    const std::string before = Held(*world_.store().Read().value(), history.sent.key);
    const absl::Status result = Try(history);
    ++(result.ok() ? taken_ : refused_);
    if (result.ok()) return;
    const std::string after = Held(*world_.store().Read().value(), history.sent.key);
    EXPECT_EQ(before, after) << result;
  }

  absl::Status Try(History& history) {
    Dice& dice = history.dice;
    switch (dice.Below(12)) {
      case 0:
        return BySender(history);
      case 1:
        return ByCoordinator(history);
      case 2:
        if (!history.recalls.empty()) {
          const size_t which = dice.Below(history.recalls.size());
          return ConfirmRecallAt(world_, Shelters()[history.recalled_at[which]],
                                 history.recalls[which])
              .status();
        }
        [[fallthrough]];
      default:
        return ByRecipient(history);
    }
  }

  // Mostly the recipient of the newest offer, and what it may do next; sometimes anything.
  absl::Status ByRecipient(History& history) {
    Dice& dice = history.dice;
    if (history.copies.empty()) return ByCoordinator(history);
    const size_t which =
        dice.Chance(8) ? dice.Below(history.copies.size()) : history.copies.size() - 1;
    Copy copy = history.copies[which];
    if (dice.Chance(25)) copy.shelter = dice.Below(Shelters().size());
    if (dice.Chance(25)) {
      copy.delivery.mutable_delivery()->set_offer_epoch(static_cast<uint32_t>(1 + dice.Below(4)));
    }
    const v1::TaskState state = TaskOf(world_, history.sent).state;
    const auto likely = [&]() -> uint64_t {
      switch (state) {
        case v1::TASK_STATE_ROUTED:
          return 0;
        case v1::TASK_STATE_RECEIVED:
          return 1;
        case v1::TASK_STATE_SEEN:
          return 2 + dice.Below(3);
        case v1::TASK_STATE_INFO_REQUESTED:
          return 3;
        case v1::TASK_STATE_ACCEPTED:
          return dice.Chance(3) ? 0 : 5;
        default:
          return 6;
      }
    };
    return Answer(history, copy, dice.Chance(5) ? dice.Below(7) : likely());
  }

  absl::Status Answer(History& history, const Copy& copy, uint64_t act) {
    static constexpr v1::Reason kDeclines[] = {
        v1::REASON_NO_CAPACITY, v1::REASON_SITE_SECURITY_RISK, v1::REASON_INSUFFICIENT_INFORMATION,
        v1::REASON_DECLINED_BY_SURVIVOR, v1::REASON_DEPORTATION_ORDER};
    Dice& dice = history.dice;
    const Shelter& shelter = Shelters()[copy.shelter];
    const v1::Delivery& offer = copy.delivery;
    switch (act) {
      case 0:
        return AcknowledgeAt(world_, shelter, offer).status();
      case 1:
        return MarkSeenAt(world_, shelter, offer).status();
      case 2:
        return DecideAt(world_, shelter, offer).status();
      case 3:
        return DeclineAt(world_, shelter, offer, kDeclines[dice.Below(std::size(kDeclines))])
            .status();
      case 4:
        return AskAt(world_, shelter, offer).status();
      case 5:
        return StartAt(world_, shelter, offer).status();
      default:
        return ReportAt(world_, shelter, offer,
                        [&](v1::Outcome& outcome) {
                          if (!dice.Chance(3)) return;
                          outcome.set_completed(false);
                          outcome.set_outcome(v1::REASON_UNMET);
                        })
            .status();
    }
  }

  absl::Status BySender(History& history) {
    Dice& dice = history.dice;
    const store::TaskRecord task = TaskOf(world_, history.sent);
    const Shelter& shelter = Shelters()[dice.Below(Shelters().size())];
    switch (dice.Below(9)) {
      case 0:
        return dice.Chance(4) ? Cancel(world_, history.sent).status()
                              : Withdraw(world_, history.sent.consent).status();
      case 1:
      case 2:
        return SetOrder(world_, history.sent, dice.Chance(3) ? history.orders : ++history.orders,
                        {shelter, Shelters()[shelter.agency == "haven" ? 1 : 0]})
            .status();
      case 3:
      case 4:
        return WrapFor(world_, history.sent, shelter).status();
      case 5:
        return CallBy(world_, history.sent, shelter).status();
      default:
        return RerouteBy(world_, history.sent,
                         dice.Chance(4) ? static_cast<uint32_t>(dice.Below(4)) : task.offer_epoch,
                         [&](v1::Reroute& reroute) {
                           if (dice.Chance(2)) return;
                           *reroute.mutable_recipient() = delivery::ToWire(shelter.address());
                         })
            .status();
    }
  }

  absl::Status ByCoordinator(History& history) {
    Dice& dice = history.dice;
    const auto items = world_.store().Read().value()->queue().OfTask({history.sent.key, 0}).value();
    v1::QueueItem item;
    item.set_item(items.empty() || dice.Chance(10) ? dice.Below(1000)
                                                   : items[dice.Below(items.size())].item);
    *item.mutable_referral() = delivery::ToWire(history.sent.key);
    const auto kind = static_cast<v1::CoordinatorActKind>(1 + dice.Below(4));
    return ActOn(world_, item, kind,
                 [&](v1::CoordinatorAct& act) {
                   if (kind == v1::COORDINATOR_ACT_KIND_ASSIGN) act.set_assignee("coordinator-1");
                   if (kind == v1::COORDINATOR_ACT_KIND_ANNOTATE) {
                     act.set_annotation(v1::ANNOTATION_RISK_REASSESSED);
                   }
                   if (kind == v1::COORDINATOR_ACT_KIND_CLOSE) {
                     act.set_reason(v1::REASON_NO_LONGER_NEEDED);
                   }
                   if (kind == v1::COORDINATOR_ACT_KIND_NAME && dice.Chance(2)) {
                     *act.mutable_recipient() =
                         delivery::ToWire(Shelters()[dice.Below(Shelters().size())].address());
                   }
                 })
        .status();
  }

  // The invariants, after every round.
  void Judge(int round) {
    const auto look = world_.store().Read().value();
    for (const History& history : histories_) {
      const StatementKey& key = history.sent.key;
      const auto custody = look->custodies().Find(
          Pseudonym::FromBytes(history.sent.consent.subject_pseudonym(), "subject").value());
      AMANA_ASSERT_OK(custody.status());
      ASSERT_TRUE(custody->has_value()) << "round " << round << ": nobody's";
      ASSERT_EQ((*custody)->responsible, *ParseAddress("police/desk", "unit"));
      const std::vector<store::TaskRecord> tasks = look->referrals().Tasks(key).value();
      ASSERT_EQ(tasks.size(), 1u);
      JudgeOffers(*look, tasks[0], round);
      if (::testing::Test::HasFailure()) return;
    }
  }

  void JudgeOffers(const store::Snapshot& look, const store::TaskRecord& task, int round) {
    int live = 0;
    const std::vector<store::DeliveryRecord> deliveries =
        look.deliveries().OfTask(task.key).value();
    for (const store::DeliveryRecord& each : deliveries) {
      ASSERT_LE(each.key.offer_epoch, task.offer_epoch);
      if (!IsLive(each.state)) continue;
      ASSERT_EQ(each.key.offer_epoch, task.offer_epoch)
          << "round " << round << ": of an offer that is over, in state "
          << v1::DeliveryState_Name(each.state);
      ASSERT_TRUE(task.recipient.has_value());
      ASSERT_EQ(each.recipient, *task.recipient) << "round " << round;
      live += each.key.stage == v1::DISCLOSURE_STAGE_AT_OFFER ? 1 : 0;
    }
    ASSERT_LE(live, 1) << "round " << round;
    uint32_t last = 0;
    const std::vector<store::OfferRecord> past = look.offers().PastOffers(task.key).value();
    for (const store::OfferRecord& over : past) {
      ASSERT_GT(over.offer_epoch, last);
      ASSERT_LT(over.offer_epoch, task.offer_epoch);
      last = over.offer_epoch;
    }
  }

  // By the log, a task moves only as the table allows.
  void JudgeStory(const History& history) {
    const auto look = world_.store().Read().value();
    v1::TaskState at = v1::TASK_STATE_UNSPECIFIED;
    const std::vector<store::StoredEvent> events =
        look->log().EventsOf(history.sent.key.referral, 0, 10000).value();
    for (const store::StoredEvent& each : events) {
      v1::TaskState to = v1::TASK_STATE_UNSPECIFIED;
      const std::string& name = v1::EventKind_Name(each.event.kind);
      constexpr std::string_view kPrefix = "EVENT_KIND_TASK_";
      if (!name.starts_with(kPrefix) ||
          !v1::TaskState_Parse("TASK_STATE_" + name.substr(kPrefix.size()), &to)) {
        continue;
      }
      ++entered_[to];
      // The first, and after a reroute a new one, begins as SUBMITTED whether it stays there or
      // not.
      const bool begins = at == v1::TASK_STATE_UNSPECIFIED || at == v1::TASK_STATE_REROUTED;
      const v1::TaskState from = begins && to != v1::TASK_STATE_SUBMITTED ? v1::TASK_STATE_SUBMITTED
                                 : begins ? v1::TASK_STATE_UNSPECIFIED
                                          : at;
      ASSERT_TRUE(IsRow(from, to)) << v1::TaskState_Name(from) << " to " << name;
      at = to;
    }
    ASSERT_EQ(at, TaskOf(world_, history.sent).state);
  }

  static bool IsRow(v1::TaskState from, v1::TaskState to) {
    const auto table = referral::TaskTable();
    return std::any_of(table.begin(), table.end(), [&](const referral::TaskRow& row) {
      return row.from == from && row.to == to;
    });
  }

  World world_;
  Dice dice_;
  std::vector<History> histories_;
  std::map<StatementKey, size_t> numbers_;
  std::map<v1::TaskState, int> entered_;
  std::atomic<int> taken_ = 0;
  std::atomic<int> refused_ = 0;
};

TEST(OfferProperty, OneOfferAtATimeAndSomebodyIsResponsible) {
  const uint64_t seed = FromEnvironment("AMANA_SEED", std::random_device()());
  const auto histories = static_cast<int>(FromEnvironment("AMANA_HISTORIES", 250));
  std::cout << "seed " << seed << ", " << histories << " histories" << std::endl;
  int taken = 0, refused = 0;
  std::map<v1::TaskState, int> entered;
  for (int done = 0; done < histories; done += kAtOnce) {
    Histories some(seed + static_cast<uint64_t>(done), std::min(kAtOnce, histories - done));
    some.Run();
    ASSERT_FALSE(HasFailure()) << "seed " << seed << " at " << done;
    taken += some.taken();
    refused += some.refused();
    for (const auto& [state, count] : some.entered()) entered[state] += count;
  }
  std::cout << taken << " acts taken, " << refused << " refused\n";
  for (const auto& [state, count] : entered) {
    std::cout << "  " << v1::TaskState_Name(state) << " " << count << "\n";
  }
  // A test that never gets anywhere proves nothing.
  EXPECT_GT(refused, histories);
  for (const v1::TaskState state :
       {v1::TASK_STATE_NEEDS_WRAP, v1::TASK_STATE_UNROUTABLE, v1::TASK_STATE_RECEIVED,
        v1::TASK_STATE_SEEN, v1::TASK_STATE_INFO_REQUESTED, v1::TASK_STATE_ACCEPTED,
        v1::TASK_STATE_IN_PROGRESS, v1::TASK_STATE_REJECTED, v1::TASK_STATE_REROUTED,
        v1::TASK_STATE_REVOKED, v1::TASK_STATE_CANCELLED}) {
    EXPECT_GT(entered[state], 0) << v1::TaskState_Name(state);
  }
}

}  // namespace
}  // namespace amana::operations
