// Random histories of handovers: whatever anybody tries, in whatever order, at every moment exactly
// one unit is responsible for each person, at most one handover of theirs is under way, and
// responsibility moves with two signatures and never otherwise. AMANA_HISTORIES persons, seed
// AMANA_SEED.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "absl/synchronization/blocking_counter.h"
#include "broker/audit/custody_check.h"
#include "broker/consent/records.h"
#include "broker/delivery/custody.h"
#include "broker/delivery/timers.h"
#include "broker/operations/handover_steps_for_test.h"
#include "broker/operations/handover_view.h"
#include "gtest/gtest.h"
#include "proto/crypto/sha256.h"

namespace amana::operations {
namespace {

constexpr int kAtOnce = 250;  // persons of one world
constexpr int kRounds = 30;   // acts in each history

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class Histories {
 public:
  Histories(uint64_t seed, int persons) : make_(world_, seed), persons_(persons) {
    AppointOfficer(world_);
    AMANA_EXPECT_OK(world_.store().CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < persons; ++i) AMANA_RETURN_IF_ERROR(Begin(tx, i));
      return absl::OkStatus();
    }));
  }

  void Run() {
    for (int round = 0; round < kRounds; ++round) {
      if (make_.Chance(4)) world_.clock().Advance(absl::Minutes(make_.Below(200)));
      Act();
      Judge(round);
      if (::testing::Test::HasFailure()) return;
    }
    const auto findings = audit::CheckCustody(*world_.store().Read().value());
    AMANA_ASSERT_OK(findings.status());
    EXPECT_TRUE(findings->problems.empty()) << findings->problems.front();
    EXPECT_EQ(findings->persons, static_cast<uint64_t>(persons_));
    transfers_ += Transfers();
  }
  int taken() const { return taken_; }
  int refused() const { return refused_; }
  int transfers() const { return transfers_; }

 private:
  // What one person's next act is, and what became of it.
  struct Try {
    CheckedStep step;
    absl::Status result;
    bool moved = false;  // responsibility
  };

  // Four referrals of each person, all accepted, under one consent.
  absl::Status Begin(store::Transaction& tx, int person) {
    v1::ConsentRecord consent = world_.Consent();
    consent.set_subject_pseudonym(SubjectOf(person).bytes());
    consent.add_recipients()->set_agency("police");
    const Digest digest = crypto::Sha256(envelope::Serialize(consent));
    AMANA_ASSIGN_OR_RETURN(const consent::ConsentFacts facts,
                           consent::FromRecord(consent, {.authentic = true,
                                                         .digest = digest,
                                                         .registered_at = world_.clock().Now(),
                                                         .withdrawn_at = std::nullopt}));
    AMANA_RETURN_IF_ERROR(tx.consents().Register(facts, {digest, CertId(), "SYNTHETIC", 0}));
    for (uint32_t task = 0; task < kTasks; ++task) {
      AMANA_RETURN_IF_ERROR(Accept(tx, person, task, consent));
    }
    responsible_[person] = Units()[0].address;
    return absl::OkStatus();
  }

  absl::Status Accept(store::Transaction& tx, int person, uint32_t task,
                      const v1::ConsentRecord& consent) {
    const envelope::SubmissionDraft draft = world_.Draft(consent);
    v1::Submission submission;
    v1::SignedEnvelope& header = *submission.mutable_header();
    header.set_payload(envelope::Serialize(draft.header));
    submission.add_openings()->set_category(v1::CATEGORY_IDENTITY_MIN);
    submission.add_openings()->set_category(v1::CATEGORY_DEMOGRAPHIC);
    submission.add_openings()->set_category(v1::CATEGORY_RISK);
    store::ReferralRecord record;
    record.key = KeyOf(person, task);
    record.sender = Units()[kWays[task].from].address;
    record.header_digest = crypto::Sha256(header.payload());
    record.subject = SubjectOf(person);
    record.accepted = world_.clock().Now();
    record.expires = absl::InfiniteFuture();
    store::TaskRecord accepted;
    accepted.key = {record.key, 0};
    accepted.service = v1::SERVICE_TYPE_ACCOMMODATION;
    accepted.recipient = Units()[kWays[task].to].address;
    accepted.state = v1::TASK_STATE_ACCEPTED;
    delivery::Recorder recorder(tx, record, world_.clock().Now(), {});
    AMANA_ASSIGN_OR_RETURN(record.log_index,
                           recorder.Append(recorder.NewEvent(v1::EVENT_KIND_SUBMISSION_ACCEPTED)));
    AMANA_RETURN_IF_ERROR(
        tx.referrals().Accept(record, envelope::Serialize(submission), {accepted}));
    AMANA_ASSIGN_OR_RETURN(const bool first, delivery::BeginsCustody(tx, record.subject));
    return first ? delivery::BeginCustody(tx, record, draft.header) : absl::OkStatus();
  }

  // One act of everybody's, all at once.
  void Act() {
    const auto look = world_.store().Read().value();
    std::vector<Try> tries;
    for (int person = 0; person < persons_; ++person) {
      const bool again = last_.contains(person) && make_.Chance(12);
      tries.push_back({again ? last_.at(person) : Next(*look, person), {}, false});
    }
    absl::BlockingCounter open(persons_);
    for (Try& each : tries) {
      world_.store().Commit([this, &each](store::Transaction& tx) { return Take(tx, each); },
                            [&each, &open](const absl::StatusOr<store::BatchPtr>& batch) {
                              each.result = batch.status();
                              open.DecrementCount();
                            });
    }
    open.Wait();
    for (int person = 0; person < persons_; ++person) {
      const Try& each = tries[person];
      ++(each.result.ok() ? taken_ : refused_);
      last_.insert_or_assign(person, each.step);
      if (each.result.ok() && each.moved) moved_.insert(person);
    }
    if (make_.Chance(3)) WithdrawSome();
    if (make_.Chance(2)) world_.RunTimers();
  }

  // What TakeHandoverStep does in its transaction, without the signature.
  absl::Status Take(store::Transaction& tx, Try& each) {
    each.moved = false;
    const auto referral = std::as_const(tx).referrals().Find(each.step.step.referral);
    AMANA_RETURN_IF_ERROR(referral.status());
    AMANA_ASSIGN_OR_RETURN(const store::HandoverKey key,
                           FromWire(each.step.step.message.handover()));
    AMANA_ASSIGN_OR_RETURN(auto handover, std::as_const(tx).handovers().Find(key));
    if (!handover.has_value()) {
      return OfferHandover(tx, world_.context(), each.step, **referral).status();
    }
    const auto side = SideOf(*handover, each.step.step.actor);
    if (!side.has_value()) return absl::NotFoundError("no side");
    const auto verdict =
        MoveHandover(tx, world_.context(), each.step, **referral, *side, *handover);
    AMANA_RETURN_IF_ERROR(verdict.status());
    each.moved = verdict->refusal.ok() &&
                 handover->state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED &&
                 each.step.step.message.state() == handover->state;
    return absl::OkStatus();
  }

  // A task ends under a handover's feet.
  void WithdrawSome() {
    const int person = static_cast<int>(make_.Below(persons_));
    const StatementKey key = KeyOf(person, make_.Below(kTasks));
    AMANA_ASSERT_OK(world_.store().CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(const auto referral, std::as_const(tx).referrals().Find(key));
      AMANA_ASSIGN_OR_RETURN(auto tasks, std::as_const(tx).referrals().Tasks(key));
      if (tasks[0].state == v1::TASK_STATE_REVOKED) return absl::OkStatus();
      delivery::Recorder recorder(tx, *referral, world_.clock().Now(), {});
      return recorder
          .MoveTask(tasks[0], v1::TASK_STATE_REVOKED, referral::Actor::kConsentHolder,
                    v1::REASON_CONSENT_WITHDRAWN)
          .status();
    }));
  }

  // Mostly what somebody may do now, sometimes anything.
  CheckedStep Next(const store::Snapshot& look, int person) {
    const auto custody = look.custodies().Find(SubjectOf(person)).value();
    uint32_t task = make_.Below(kTasks);
    std::optional<store::HandoverRecord> handover;
    if (custody->under_way.has_value() && !make_.Chance(10)) {
      handover = look.handovers().Find(*custody->under_way).value();
      task = handover->key.task.referral.referral.data()[2];
    } else {
      for (uint32_t i = 0; i < kTasks && custody->responsible != Units()[kWays[task].from].address;
           ++i) {
        task = (task + 1) % kTasks;
      }
      handover = look.handovers().Latest({KeyOf(person, task), 0}).value();
    }
    return make_.Sign(person, task, handover);
  }

  // The invariants, after every round.
  void Judge(int round) {
    const auto look = world_.store().Read().value();
    for (int person = 0; person < persons_; ++person) {
      const auto custody = look->custodies().Find(SubjectOf(person));
      AMANA_ASSERT_OK(custody.status());
      ASSERT_TRUE(custody->has_value()) << "round " << round << ": nobody's";
      const Address& responsible = (*custody)->responsible;
      ASSERT_FALSE(responsible.agency.empty() || responsible.unit.empty());
      if (responsible != responsible_[person]) {
        ASSERT_TRUE(moved_.contains(person)) << "moved without two signatures";
      }
      responsible_[person] = responsible;
      std::vector<store::HandoverKey> under_way;
      for (uint32_t task = 0; task < kTasks; ++task) {
        const auto latest = look->handovers().Latest({KeyOf(person, task), 0});
        AMANA_ASSERT_OK(latest.status());
        if (latest->has_value() && referral::IsUnderWay((*latest)->state)) {
          under_way.push_back((*latest)->key);
        }
      }
      ASSERT_LE(under_way.size(), 1u) << "round " << round;
      ASSERT_EQ((*custody)->under_way.has_value(), under_way.size() == 1);
      if (!under_way.empty()) {
        ASSERT_EQ(*(*custody)->under_way, under_way[0]);
      }
    }
    moved_.clear();
  }

  // Every transfer rests on two statements, of two units.
  int Transfers() {
    const auto look = world_.store().Read().value();
    int transfers = 0;
    for (const store::StoredEvent& each : EventsFrom(world_)) {
      if (each.event.kind != v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED) continue;
      ++transfers;
      std::set<std::string> units;
      const auto steps = look->handovers().Steps({{*each.event.referral, 0}, each.event.attempt});
      for (const store::StatementRecord& step : *steps) {
        v1::SignedEnvelope envelope;
        v1::HandoverStep message;
        EXPECT_TRUE(envelope.ParseFromString(step.envelope) &&
                    message.ParseFromString(envelope.payload()));
        if (message.state() == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) {
          units.insert(message.actor().agency() + "/" + message.actor().unit());
        }
      }
      EXPECT_EQ(units.size(), 2u);
    }
    return transfers;
  }

  World world_;
  StepMaker make_;
  const int persons_;
  std::map<int, CheckedStep> last_;
  std::map<int, Address> responsible_;
  std::set<int> moved_;
  int taken_ = 0;
  int refused_ = 0;
  int transfers_ = 0;
};

TEST(HandoverProperty, SomebodyIsAlwaysResponsible) {
  const uint64_t seed = FromEnvironment("AMANA_SEED", std::random_device()());
  const auto histories = static_cast<int>(FromEnvironment("AMANA_HISTORIES", 1000));
  std::cout << "seed " << seed << ", " << histories << " histories" << std::endl;
  int taken = 0, refused = 0, transfers = 0;
  for (int done = 0; done < histories; done += kAtOnce) {
    Histories some(seed + static_cast<uint64_t>(done), std::min(kAtOnce, histories - done));
    some.Run();
    ASSERT_FALSE(HasFailure()) << "seed " << seed << " at " << done;
    taken += some.taken();
    refused += some.refused();
    transfers += some.transfers();
  }
  std::cout << taken << " acts taken, " << refused << " refused, " << transfers << " transfers\n";
  // A test that never gets anywhere proves nothing.
  EXPECT_GT(transfers, histories / 10);
  EXPECT_GT(refused, histories);
}

}  // namespace
}  // namespace amana::operations
