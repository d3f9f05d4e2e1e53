#include "broker/store/errors.h"
#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

Work Erase(uint32_t number) {
  return [number](Transaction& tx) { return tx.erasures().Erase(SampleKey(number)).status(); };
}

Work Settle(uint32_t number, Ending ending, absl::Time since, codes::CategorySet holds = {}) {
  return [=](Transaction& tx) {
    return tx.erasures().Settle(SampleKey(number), {ending, holds, since});
  };
}

HoldRecord SampleHold(uint32_t number, bool held, std::string_view holder = "police") {
  return {.sender = SampleAgency("police"),
          .referral = SampleKey(number).referral,
          .holder = SampleAgency(holder),
          .held = held,
          .log_index = 5};
}

Work SetHold(const HoldRecord& hold) {
  return [hold](Transaction& tx) {
    return tx.erasures().SetHold(hold, {SampleStatement(1), SampleStatement(2)});
  };
}

std::vector<uint32_t> Numbers(const absl::StatusOr<std::vector<StatementKey>>& keys) {
  EXPECT_TRUE(keys.ok()) << keys.status();
  std::vector<uint32_t> numbers;
  for (const StatementKey& key : *keys) numbers.push_back(key.referral.data()[15]);
  return numbers;
}

SettledBefore All(absl::Time time) {
  return [time](Ending, codes::CategorySet) { return time; };
}
SettledBefore Only(Ending ending, absl::Time time) {
  return
      [=](Ending each, codes::CategorySet) { return each == ending ? time : absl::InfinitePast(); };
}

TEST_P(StoreSuite, ErasingTakesTheBodyAndLeavesTheRest) {
  AMANA_ASSERT_OK(Do([](Transaction& tx) -> absl::Status {
    for (uint32_t i : {1, 2}) {
      AMANA_RETURN_IF_ERROR(AcceptSample(i)(tx));
      AMANA_RETURN_IF_ERROR(tx.referrals().AddGrant(SampleGrant(i, 5)));
      AMANA_RETURN_IF_ERROR(
          tx.referrals().KeepEquivocation(SampleKey(i), SampleStatement(i)).status());
    }
    return absl::OkStatus();
  }));
  const std::string task = Print(Look()->referrals().Tasks(SampleKey(1))->front());
  AMANA_ASSERT_OK(Do(Erase(1)));
  AMANA_EXPECT_OK(Do([](Transaction& tx) -> absl::Status {
    const auto again = tx.erasures().Erase(SampleKey(1));
    AMANA_RETURN_IF_ERROR(again.status());
    EXPECT_FALSE(*again) << "it was erased before";
    return absl::OkStatus();
  }));
  for (int round = 0; round < 2; ++round) {
    auto look = Look();
    EXPECT_EQ(ErrorReason(look->referrals().ReadBody(SampleKey(1)).status()), "ERASED");
    EXPECT_FALSE(
        look->referrals().FindGrant(SampleKey(1), SampleId<CertId>(5)).value().has_value());
    EXPECT_EQ(Print(*look->referrals().Find(SampleKey(1)).value()), Print(SampleReferral(1)));
    EXPECT_EQ(Print(look->referrals().Tasks(SampleKey(1))->front()), task);
    EXPECT_TRUE(look->deliveries().Find(SampleDelivery(1).key).value().has_value());
    EXPECT_EQ(look->referrals().ReadBody(SampleKey(2)).value(), SampleBody(2));
    EXPECT_EQ(look->referrals().FindGrant(SampleKey(2), SampleId<CertId>(5)).value()->grant,
              SampleGrant(2, 5).grant);
    look.reset();  // or closing waits for whom it will not wait for ever
    Reopen();
  }
  EXPECT_EQ(ErrorReason(Do(Erase(9)).status()), "NOT_FOUND");
  AMANA_EXPECT_OK(store_->Health());
}

TEST_P(StoreSuite, WhatIsErasedTakesNothingMore) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(Erase(1)));
  const auto grant = Do([](Transaction& tx) { return tx.referrals().AddGrant(SampleGrant(1, 5)); });
  EXPECT_EQ(ErrorReason(grant.status()), "ERASED");
  AMANA_EXPECT_OK(Do([](Transaction& tx) -> absl::Status {
    const auto kept = tx.referrals().KeepEquivocation(SampleKey(1), SampleStatement(5));
    AMANA_RETURN_IF_ERROR(kept.status());
    EXPECT_TRUE(*kept) << "that it happened is kept";
    return absl::OkStatus();
  }));
  EXPECT_EQ(ErrorReason(Do(AcceptSample(1)).status()), "CONFLICT") << "the key stays taken";
}

TEST_P(StoreSuite, AnErasureThatFailsErasesNothing) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto failed = Do([](Transaction& tx) -> absl::Status {
    AMANA_RETURN_IF_ERROR(tx.erasures().Erase(SampleKey(1)).status());
    EXPECT_EQ(ErrorReason(std::as_const(tx).referrals().ReadBody(SampleKey(1)).status()), "ERASED");
    return ConflictError("test");
  });
  EXPECT_EQ(ErrorReason(failed.status()), "CONFLICT");
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  Reopen();
  EXPECT_EQ(Look()->referrals().ReadBody(SampleKey(1)).value(), SampleBody(1));
}

TEST_P(StoreSuite, WhatIsSettledIsDueByItsEnding) {
  const absl::Time t = SampleTime();
  for (uint32_t i = 1; i <= 5; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  AMANA_ASSERT_OK(Do(Settle(1, Ending::kCompleted, t)));
  AMANA_ASSERT_OK(Do(Settle(2, Ending::kEnded, t + absl::Hours(2))));
  AMANA_ASSERT_OK(Do(Settle(3, Ending::kEnded, t + absl::Hours(1))));
  AMANA_ASSERT_OK(Do(Settle(4, Ending::kAtOnce, t + absl::Hours(3))));
  EXPECT_EQ(ErrorReason(Do(Settle(9, Ending::kEnded, t)).status()), "NOT_FOUND");
  using testing::ElementsAre;
  const auto due = [this](const SettledBefore& before, size_t limit = 10) {
    return Numbers(Look()->erasures().Due(before, limit));
  };
  EXPECT_THAT(due(All(absl::InfinitePast())), ElementsAre());
  EXPECT_THAT(due(Only(Ending::kAtOnce, t + absl::Hours(3))), ElementsAre(4));
  EXPECT_THAT(due(Only(Ending::kEnded, t + absl::Hours(1))), ElementsAre(3));
  EXPECT_THAT(due(Only(Ending::kCompleted, t)), ElementsAre(1));
  EXPECT_THAT(due(All(t + absl::Hours(9))), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(due(All(t + absl::Hours(9)), 3), ElementsAre(4, 3, 2));
  AMANA_ASSERT_OK(Do(Settle(3, Ending::kCompleted, t + absl::Hours(5))));
  AMANA_ASSERT_OK(Do([](Transaction& tx) { return tx.erasures().Unsettle(SampleKey(2)); }));
  AMANA_ASSERT_OK(Do(Erase(4)));
  Reopen();
  EXPECT_THAT(due(All(t + absl::Hours(9))), ElementsAre(1, 3));
}

TEST_P(StoreSuite, WhatIsSettledIsDueByWhatItHolds) {
  const absl::Time t = SampleTime();
  const codes::CategorySet medical = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_MEDICAL};
  const codes::CategorySet other = {v1::CATEGORY_IDENTITY_MIN};
  for (uint32_t i = 1; i <= 4; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  AMANA_ASSERT_OK(Do(Settle(1, Ending::kEnded, t, other)));
  AMANA_ASSERT_OK(Do(Settle(2, Ending::kEnded, t + absl::Hours(1), medical)));
  AMANA_ASSERT_OK(Do(Settle(3, Ending::kCompleted, t, medical)));
  AMANA_ASSERT_OK(Do(Settle(4, Ending::kEnded, t, other)));
  const SettledBefore sooner = [t](Ending ending, codes::CategorySet holds) {
    if (ending != Ending::kEnded) return absl::InfinitePast();
    return holds.Has(v1::CATEGORY_MEDICAL) ? t + absl::Hours(1) : t - absl::Hours(1);
  };
  Reopen();
  EXPECT_THAT(Numbers(Look()->erasures().Due(sooner, 9)), testing::ElementsAre(2));
  EXPECT_THAT(Numbers(Look()->erasures().Due(All(t), 9)), testing::ElementsAre(1, 4, 3));
  AMANA_ASSERT_OK(Do(Settle(4, Ending::kEnded, t, medical)));  // the last call stands
  EXPECT_THAT(Numbers(Look()->erasures().Due(sooner, 9)), testing::ElementsAre(4, 2));
  EXPECT_THAT(Numbers(Look()->erasures().Due(sooner, 1)), testing::ElementsAre(4));
}

TEST_P(StoreSuite, ALegalHoldStopsErasure) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do([](Transaction& tx) {
    ReferralRecord next = SampleReferral(1);
    next.key.version = 2;
    return tx.referrals().Accept(next, SampleBody(1), {});
  }));
  AMANA_ASSERT_OK(Do(Settle(1, Ending::kEnded, SampleTime())));
  AMANA_ASSERT_OK(Do(SetHold(SampleHold(1, true))));
  AMANA_ASSERT_OK(Do(SetHold(SampleHold(1, true, "shelter"))));
  EXPECT_EQ(ErrorReason(Do(Erase(1)).status()), "LEGAL_HOLD");
  const auto second = Do([](Transaction& tx) {
    StatementKey key = SampleKey(1);
    key.version = 2;
    return tx.erasures().Erase(key).status();
  });
  EXPECT_EQ(ErrorReason(second.status()), "LEGAL_HOLD") << "every version";
  EXPECT_THAT(Numbers(Look()->erasures().Due(All(SampleTime()), 9)), testing::IsEmpty());
  AMANA_ASSERT_OK(Do(SetHold(SampleHold(1, false))));
  EXPECT_EQ(ErrorReason(Do(Erase(1)).status()), "LEGAL_HOLD") << "the other agency's";
  Reopen();
  {
    const auto look = Look();
    const AgencyId police = SampleAgency("police");
    const ReferralId id = SampleKey(1).referral;
    EXPECT_TRUE(look->erasures().IsHeld(police, id).value());
    EXPECT_FALSE(look->erasures().FindHold(police, id, police).value()->held);
    EXPECT_TRUE(look->erasures().FindHold(police, id, SampleAgency("shelter")).value()->held);
    EXPECT_FALSE(look->erasures().FindHold(police, id, SampleAgency("iom")).value().has_value());
    EXPECT_EQ(
        Print(*look->erasures().FindHoldStatement(police, id, SampleStatement(2).digest).value()),
        Print(SampleStatement(2)));
    EXPECT_FALSE(look->erasures().IsHeld(SampleAgency("iom"), id).value());
  }
  AMANA_ASSERT_OK(Do(SetHold(SampleHold(1, false, "shelter"))));
  EXPECT_THAT(Numbers(Look()->erasures().Due(All(SampleTime()), 9)), testing::ElementsAre(1));
  AMANA_EXPECT_OK(Do(Erase(1)));
  EXPECT_EQ(ErrorReason(Do(SetHold(SampleHold(9, true))).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::store
