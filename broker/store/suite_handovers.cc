// Custody: exactly one responsible, always. Handovers: attempts, their steps, what is due.
#include <gmock/gmock.h>

#include "base/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

CustodyRecord SampleCustody(uint32_t number) {
  CustodyRecord custody;
  custody.subject = SampleId<Pseudonym>(number);
  custody.responsible = SampleAddress("police", "desk");
  custody.since = SampleTime();
  custody.referral = SampleKey(number);
  custody.log_index = 4;
  custody.holder = SampleAgency("hospital");
  custody.last_report = SampleId<Digest>(number);
  return custody;
}

HandoverRecord SampleHandover(uint32_t number, uint32_t attempt = 1) {
  HandoverRecord handover;
  handover.key = {{SampleKey(number), 0}, attempt};
  handover.offer_epoch = 2;
  handover.subject = SampleId<Pseudonym>(number);
  handover.service = v1::SERVICE_TYPE_REPATRIATION;
  handover.responsible = SampleAddress("police", "desk");
  handover.recipient = SampleAddress("shelter", "intake");
  handover.minor = false;
  handover.window_from = SampleTime() + absl::Hours(1);
  handover.window_until = SampleTime() + absl::Hours(3);
  handover.last_step = SampleId<Digest>(8);
  handover.steps = 1;
  handover.changed = SampleTime();
  handover.due = SampleTime() + absl::Hours(number);
  return handover;
}

std::string Print(const CustodyRecord& c) {
  return ToString(c.responsible) + " since " + absl::FormatTime(c.since) + " under " +
         c.referral.referral.hex() + " at " + std::to_string(c.log_index) + " with " +
         c.holder.value() + " none " + std::to_string(c.none) + " exit " + std::to_string(c.exit) +
         " said " + c.last_report.hex() + " revision " + std::to_string(c.revision) + " attempt " +
         std::to_string(c.under_way.value_or(HandoverKey()).attempt);
}

std::string Print(const HandoverRecord& h) {
  const HalfSigned half = h.half.value_or(HalfSigned());
  return h.key.task.referral.referral.hex() + "/" + std::to_string(h.key.attempt) + " epoch " +
         std::to_string(h.offer_epoch) + " of " + h.subject.hex() + " service " +
         std::to_string(h.service) + " " + ToString(h.responsible) + " to " +
         ToString(h.recipient) + " minor " + std::to_string(h.minor) + " state " +
         std::to_string(h.state) + " reason " + std::to_string(h.reason) + " " +
         absl::FormatTime(h.window_from) + absl::FormatTime(h.window_until) + h.last_step.hex() +
         " steps " + std::to_string(h.steps) + " code " + h.code_commitment.hex() + " wrong " +
         std::to_string(h.wrong_codes) + absl::FormatTime(h.changed) + absl::FormatTime(h.due) +
         " overdue " + std::to_string(h.overdue) + " half " +
         (h.half.has_value() ? ToString(half.by) + std::to_string(half.state) + half.matter.hex() +
                                   half.statement.hex()
                             : "no");
}

Work BeginCustody(const CustodyRecord& custody) {
  return [custody](Transaction& tx) { return tx.custodies().Begin(custody); };
}
Work MoveCustody(const CustodyRecord& custody) {
  return [custody](Transaction& tx) { return tx.custodies().Move(custody); };
}
Work Begin(const HandoverRecord& handover) {
  return [handover](Transaction& tx) { return tx.handovers().Begin(handover); };
}
Work Move(v1::HandoverState from, uint32_t steps, const HandoverRecord& handover) {
  return [=](Transaction& tx) { return tx.handovers().Move(from, steps, handover); };
}

StatementRecord StepAt(uint32_t number, uint64_t index) {
  StatementRecord step = SampleStatement(number);
  step.log_index = index;
  return step;
}

TEST_P(StoreSuite, EverybodyHasOneCustodyAndKeepsIt) {
  AMANA_ASSERT_OK(Do(BeginCustody(SampleCustody(1))));
  EXPECT_EQ(ErrorReason(Do(BeginCustody(SampleCustody(1))).status()), "CONFLICT");
  Reopen();
  auto found = Look()->custodies().Find(SampleId<Pseudonym>(1));
  AMANA_ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(Print(**found), Print(SampleCustody(1)));
  EXPECT_FALSE(Look()->custodies().Find(SampleId<Pseudonym>(2)).value().has_value());

  CustodyRecord moved = SampleCustody(1);
  moved.revision = 2;
  moved.responsible = SampleAddress("shelter", "intake");
  moved.holder = AgencyId();
  moved.none = v1::NO_CUSTODY_LEFT;
  moved.exit = v1::EXIT_CODE_PERSON_LEFT;
  moved.under_way = HandoverKey{{SampleKey(3), 1}, 7};
  AMANA_ASSERT_OK(Do(MoveCustody(moved)));
  EXPECT_EQ(ErrorReason(Do(MoveCustody(moved)).status()), "CONFLICT") << "the same revision";
  CustodyRecord skipped = moved;
  skipped.revision = 4;
  EXPECT_EQ(ErrorReason(Do(MoveCustody(skipped)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(MoveCustody(SampleCustody(2))).status()), "CONFLICT") << "nobody's";
  Reopen();
  found = Look()->custodies().Find(SampleId<Pseudonym>(1));
  EXPECT_EQ(Print(found->value()), Print(moved));
  EXPECT_EQ(found->value().under_way, moved.under_way);
}

TEST_P(StoreSuite, ReportsOfCustodyAreKeptByPersonAndDigest) {
  const Pseudonym subject = SampleId<Pseudonym>(1);
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(tx.custodies().KeepReport(subject, SampleStatement(3)));
    return tx.custodies().KeepReport(subject, SampleStatement(4));
  }));
  Reopen();
  const auto look = Look();
  const auto found = look->custodies().FindReport(subject, SampleStatement(3).digest);
  AMANA_ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(store::Print(**found), store::Print(SampleStatement(3)));
  EXPECT_FALSE(look->custodies().FindReport(subject, SampleId<Digest>(9)).value().has_value());
  EXPECT_FALSE(look->custodies()
                   .FindReport(SampleId<Pseudonym>(2), SampleStatement(3).digest)
                   .value()
                   .has_value());
}

TEST_P(StoreSuite, CustodiesAreScannedInOrder) {
  for (uint32_t i : {3, 1, 2}) AMANA_ASSERT_OK(Do(BeginCustody(SampleCustody(i))));
  const auto look = Look();
  const auto first = look->custodies().Scan(std::nullopt, 2);
  AMANA_ASSERT_OK(first);
  ASSERT_THAT(*first, SizeIs(2));
  EXPECT_EQ(first->at(0).subject, SampleId<Pseudonym>(1));
  const auto rest = look->custodies().Scan(first->at(1).subject, 9);
  ASSERT_THAT(*rest, SizeIs(1));
  EXPECT_EQ(rest->at(0).subject, SampleId<Pseudonym>(3));
}

TEST_P(StoreSuite, HandoversSurviveWhole) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(Begin(SampleHandover(1))));
  EXPECT_EQ(ErrorReason(Do(Begin(SampleHandover(1))).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(Begin(SampleHandover(9))).status()), "NOT_FOUND");
  HandoverRecord next = SampleHandover(1);
  next.state = v1::HANDOVER_STATE_ARRIVED;
  next.reason = v1::REASON_OTHER;
  next.steps = 2;
  next.code_commitment = SampleId<Digest>(11);
  next.wrong_codes = 3;
  next.overdue = 2;
  next.due = absl::InfiniteFuture();
  next.half = HalfSigned{SampleAddress("shelter", "intake"), v1::HANDOVER_STATE_CUSTODY_TRANSFERRED,
                         SampleId<Digest>(4), SampleId<Digest>(5)};
  EXPECT_EQ(ErrorReason(Do(Move(v1::HANDOVER_STATE_AGREED, 1, next)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(Move(v1::HANDOVER_STATE_OFFERED, 2, next)).status()), "CONFLICT");
  AMANA_ASSERT_OK(Do(Move(v1::HANDOVER_STATE_OFFERED, 1, next)));
  Reopen();
  const auto found = Look()->handovers().Find(next.key);
  AMANA_ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(Print(**found), Print(next));
  EXPECT_FALSE(Look()->handovers().Find({{SampleKey(1), 0}, 2}).value().has_value());
  EXPECT_FALSE(Look()->handovers().Find({{SampleKey(7), 0}, 1}).value().has_value());
}

TEST_P(StoreSuite, AttemptsAreNumberedAndListedForBothSides) {
  for (uint32_t i : {1, 2}) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  HandoverRecord over = SampleHandover(1);
  over.state = v1::HANDOVER_STATE_DECLINED;
  AMANA_ASSERT_OK(Do(Begin(over)));
  AMANA_ASSERT_OK(Do(Begin(SampleHandover(1, 2))));
  AMANA_ASSERT_OK(Do(Begin(SampleHandover(2))));
  const auto look = Look();
  EXPECT_EQ(look->handovers().Latest({SampleKey(1), 0}).value()->key.attempt, 2u);
  EXPECT_FALSE(look->handovers().Latest({SampleKey(1), 1}).value().has_value());
  const auto list = [&look](std::string_view agency, bool under_way, const Page& page) {
    const auto listed = look->handovers().List(SampleAgency(agency), under_way, page);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> names;
    for (const HandoverRecord& each : listed->items) {
      names.push_back(std::to_string(each.key.task.referral.referral.data()[15]) + "/" +
                      std::to_string(each.key.attempt));
    }
    names.push_back(listed->next_token);
    return names;
  };
  for (const std::string_view agency : {"police", "shelter"}) {
    EXPECT_THAT(list(agency, false, {}), ElementsAre("2/1", "1/2", "1/1", "")) << agency;
    EXPECT_THAT(list(agency, true, {}), ElementsAre("2/1", "1/2", "")) << agency;
  }
  EXPECT_THAT(list("iom", false, {}), ElementsAre(""));
  const auto first = list("police", false, {2, ""});
  ASSERT_THAT(first, SizeIs(3));
  EXPECT_THAT(list("police", false, {2, first[2]}), ElementsAre("1/1", ""));
  EXPECT_EQ(ErrorReason(look->handovers().List(SampleAgency("police"), false, {2, "x"}).status()),
            "PAGE_TOKEN_INVALID");
}

TEST_P(StoreSuite, HandoversAreDueInTime) {
  for (uint32_t i : {3, 1, 2}) {
    AMANA_ASSERT_OK(Do(AcceptSample(i)));
    AMANA_ASSERT_OK(Do(Begin(SampleHandover(i))));
  }
  const auto due = [this](absl::Time now, size_t limit = 9) {
    std::vector<int> numbers;
    const auto found = Look()->handovers().Due(now, limit);
    EXPECT_TRUE(found.ok()) << found.status();
    for (const HandoverRecord& each : *found) {
      numbers.push_back(each.key.task.referral.referral.data()[15]);
    }
    return numbers;
  };
  EXPECT_THAT(due(SampleTime() + absl::Hours(1) - absl::Milliseconds(1)), ElementsAre());
  EXPECT_THAT(due(SampleTime() + absl::Hours(2)), ElementsAre(1, 2));
  EXPECT_THAT(due(SampleTime() + absl::Hours(5), 2), ElementsAre(1, 2));
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Hours(1));
  HandoverRecord never = SampleHandover(1);
  never.due = absl::InfiniteFuture();
  AMANA_ASSERT_OK(Do(Move(v1::HANDOVER_STATE_OFFERED, 1, never)));
  EXPECT_THAT(due(SampleTime() + absl::Hours(5)), ElementsAre(2, 3));
}

TEST_P(StoreSuite, StepsAreKeptInOrderAndARefusedOneApart) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const HandoverKey key = SampleHandover(1).key;
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    Handovers& handovers = tx.handovers();
    AMANA_RETURN_IF_ERROR(handovers.Begin(SampleHandover(1)));
    AMANA_RETURN_IF_ERROR(handovers.KeepStep(key, StepAt(7, 20)));
    AMANA_RETURN_IF_ERROR(handovers.KeepStep(key, StepAt(5, 10)));
    return handovers.KeepRefused(key, StepAt(6, 15)).status();
  }));
  EXPECT_EQ(ErrorReason(Do([&](Transaction& tx) {
                          return tx.handovers().KeepStep(key, StepAt(8, 20));
                        }).status()),
            "CONFLICT");
  Reopen();
  const auto look = Look();
  const auto steps = look->handovers().Steps(key);
  AMANA_ASSERT_OK(steps);
  ASSERT_THAT(*steps, SizeIs(2));
  EXPECT_EQ(store::Print(steps->at(0)), store::Print(StepAt(5, 10)));
  EXPECT_EQ(store::Print(steps->at(1)), store::Print(StepAt(7, 20)));
  EXPECT_EQ(look->handovers().FindStep(key, SampleId<Digest>(6)).value()->log_index, 15u);
  EXPECT_TRUE(look->handovers().WasRefused(key, SampleId<Digest>(6)).value());
  EXPECT_FALSE(look->handovers().WasRefused(key, SampleId<Digest>(5)).value());
  EXPECT_FALSE(look->handovers().FindStep(key, SampleId<Digest>(9)).value().has_value());
  EXPECT_FALSE(look->handovers().FindStep({key.task, 2}, SampleId<Digest>(6)).value().has_value());
}

// Who sends nonsense for ever fills no disk.
TEST_P(StoreSuite, FewRefusedStepsAreKept) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(Begin(SampleHandover(1))));
  const HandoverKey key = SampleHandover(1).key;
  for (uint32_t i = 0; i <= kRefusedStepsKept; ++i) {
    AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
      const auto kept = tx.handovers().KeepRefused(key, StepAt(100 + i, 100 + i));
      AMANA_RETURN_IF_ERROR(kept.status());
      EXPECT_EQ(*kept, i < kRefusedStepsKept);
      return absl::OkStatus();
    }));
  }
  const Digest last = SampleId<Digest>(100 + kRefusedStepsKept);
  EXPECT_FALSE(Look()->handovers().FindStep(key, last).value().has_value());
}

}  // namespace
}  // namespace amana::store
