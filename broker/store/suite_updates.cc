// Updates of referrals: kept under the referral's key, gone with its body, and delivered each under
// a key of its own.
#include "base/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

UpdateRecord SampleUpdate(uint32_t referral, uint32_t number) {
  return {SampleKey(referral), number, "SYNTHETIC update " + std::to_string(number)};
}

Work Add(const UpdateRecord& update) {
  return [update](Transaction& tx) { return tx.referrals().AddUpdate(update); };
}

TEST_P(StoreSuite, UpdatesSurviveWholeAndEachUnderItsReferral) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  AMANA_ASSERT_OK(Do(Add(SampleUpdate(1, 1))));
  AMANA_ASSERT_OK(Do(Add(SampleUpdate(1, 2))));
  AMANA_ASSERT_OK(Do(Add({SampleKey(2), 1, std::string(9000, 'u')})));
  for (int round = 0; round < 2; ++round) {
    auto look = Look();
    const auto found = look->referrals().FindUpdate(SampleKey(1), 2);
    AMANA_ASSERT_OK(found);
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->update, "SYNTHETIC update 2");
    EXPECT_EQ((*found)->number, 2u);
    EXPECT_EQ((*found)->referral, SampleKey(1));
    EXPECT_EQ(look->referrals().FindUpdate(SampleKey(2), 1).value()->update,
              std::string(9000, 'u'));
    EXPECT_FALSE(look->referrals().FindUpdate(SampleKey(2), 2).value().has_value());
    EXPECT_FALSE(look->referrals().FindUpdate(SampleKey(3), 1).value().has_value());
    EXPECT_EQ(look->referrals().LastUpdate(SampleKey(1)).value(), 2u);
    EXPECT_EQ(look->referrals().LastUpdate(SampleKey(2)).value(), 1u);
    EXPECT_EQ(look->referrals().LastUpdate(SampleKey(3)).value(), 0u);
    look.reset();
    Reopen();
  }
  EXPECT_EQ(ErrorReason(Do(Add(SampleUpdate(9, 1))).status()), "NOT_FOUND");
}

TEST_P(StoreSuite, AnUpdateIsKeptOnceUnderItsNumber) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(Add(SampleUpdate(1, 1))));
  EXPECT_EQ(ErrorReason(Do(Add({SampleKey(1), 1, "SYNTHETIC other bytes"})).status()), "CONFLICT");
  EXPECT_EQ(Look()->referrals().FindUpdate(SampleKey(1), 1).value()->update, "SYNTHETIC update 1");
}

TEST_P(StoreSuite, UpdatesAreErasedWithTheBodyAndTheirNumbersStay) {
  for (uint32_t i : {1, 2}) {
    AMANA_ASSERT_OK(Do(AcceptSample(i)));
    AMANA_ASSERT_OK(Do(Add(SampleUpdate(i, 1))));
    AMANA_ASSERT_OK(Do(Add(SampleUpdate(i, 2))));
  }
  AMANA_ASSERT_OK(Do([](Transaction& tx) { return tx.erasures().Erase(SampleKey(1)).status(); }));
  for (int round = 0; round < 2; ++round) {
    auto look = Look();
    for (uint32_t number : {1, 2}) {
      EXPECT_FALSE(look->referrals().FindUpdate(SampleKey(1), number).value().has_value());
      EXPECT_TRUE(look->referrals().FindUpdate(SampleKey(2), number).value().has_value());
    }
    EXPECT_EQ(look->referrals().LastUpdate(SampleKey(1)).value(), 2u);
    look.reset();
    Reopen();
  }
  EXPECT_EQ(ErrorReason(Do(Add(SampleUpdate(1, 3))).status()), "ERASED");
  AMANA_EXPECT_OK(store_->Health());
}

TEST_P(StoreSuite, ADeliveryOfAnUpdateIsAnotherThanTheReferrals) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  DeliveryRecord first = SampleDelivery(1);
  DeliveryRecord update = first;
  update.key.update = 1;
  update.state = v1::DELIVERY_STATE_READ;
  AMANA_ASSERT_OK(Do([&](Transaction& tx) { return tx.deliveries().Queue(update); }));
  EXPECT_EQ(
      ErrorReason(Do([&](Transaction& tx) { return tx.deliveries().Queue(update); }).status()),
      "CONFLICT");
  AMANA_ASSERT_OK(Do([&](Transaction& tx) -> absl::Status {
    const StatementRecord answer = SampleStatement(7);
    AMANA_RETURN_IF_ERROR(tx.deliveries().KeepAnswer(update.key, "type", answer));
    DeliveryRecord moved = update;
    moved.attempts = 3;
    return tx.deliveries().Move(v1::DELIVERY_STATE_READ, moved);
  }));
  Reopen();
  auto look = Look();
  EXPECT_EQ(look->deliveries().Find(first.key).value()->state, first.state);
  EXPECT_EQ(look->deliveries().Find(first.key).value()->attempts, first.attempts);
  EXPECT_EQ(look->deliveries().Find(update.key).value()->attempts, 3u);
  EXPECT_EQ(look->deliveries().Find(update.key).value()->key, update.key);
  EXPECT_FALSE(look->deliveries().FindAnswer(first.key, "type").value().has_value());
  EXPECT_TRUE(look->deliveries().FindAnswer(update.key, "type").value().has_value());
  const auto all = look->deliveries().OfTask(first.key.task).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].key, first.key);
  EXPECT_EQ(all[1].key, update.key);
}

}  // namespace
}  // namespace amana::store
