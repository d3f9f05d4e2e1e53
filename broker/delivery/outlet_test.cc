#include "broker/delivery/outlet.h"

#include <gtest/gtest.h>

#include <vector>

#include "amana/v1/delivery_service.pb.h"
#include "proto/crypto/random.h"

namespace amana::delivery {
namespace {

Address Unit() { return *ParseAddress("shelter-a/intake", "unit"); }

MessagePtr Message(uint64_t epoch) {
  auto message = std::make_shared<v1::ReceiveResponse>();
  message->mutable_delivery()->set_lease_epoch(epoch);
  return message;
}

Pseudonym Subject(char c) { return *Pseudonym::FromBytes(std::string(16, c)); }

TEST(Outlet, HandsOutOneMessageAtATimeAndControlFirst) {
  int woken = 0;
  Outlet outlet(Unit(), [&] { ++woken; });
  outlet.PushDelivery({}, Subject('a'), Message(1));
  outlet.PushControl(Message(2));
  EXPECT_EQ(woken, 0);
  outlet.Notify();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(outlet.Next()->delivery().lease_epoch(), 2u);
  EXPECT_EQ(outlet.Next(), nullptr);
  outlet.Written();
  EXPECT_EQ(outlet.Next()->delivery().lease_epoch(), 1u);
  outlet.Written();
  EXPECT_EQ(outlet.Next(), nullptr);
}

TEST(Outlet, CreditIsTakenOnceBoundedAndGoneWithTheStream) {
  Outlet outlet(Unit(), [] {});
  outlet.AddCredit(3);
  EXPECT_EQ(outlet.TakeCredit(2), 2u);
  EXPECT_EQ(outlet.TakeCredit(2), 1u);
  EXPECT_EQ(outlet.TakeCredit(1), 0u);
  outlet.AddCredit(4000000000u);
  EXPECT_EQ(outlet.Credit(), 256u);
  outlet.Close();
  EXPECT_EQ(outlet.Credit(), 0u);
  outlet.AddCredit(1);
  EXPECT_EQ(outlet.Credit(), 0u);
}

TEST(Outlet, RevokeDropsWhatIsQueuedAndWaitsForWhatIsBeingWritten) {
  Outlet outlet(Unit(), [] {});
  outlet.PushDelivery({}, Subject('a'), Message(1));
  outlet.PushDelivery({}, Subject('a'), Message(2));
  outlet.PushDelivery({}, Subject('b'), Message(3));
  ASSERT_NE(outlet.Next(), nullptr);  // message 1 is in flight
  bool quiet = false;
  outlet.Revoke(Subject('a'), [&] { quiet = true; });
  EXPECT_FALSE(quiet);
  outlet.Written();
  EXPECT_TRUE(quiet);
  EXPECT_EQ(outlet.Next()->delivery().lease_epoch(), 3u);
  bool other = false;
  outlet.Revoke(Subject('a'), [&] { other = true; });
  EXPECT_TRUE(other);
}

TEST(Outlet, ARecallComesOnceAndInsteadOfItsDelivery) {
  Outlet outlet(Unit(), [] {});
  outlet.AddCredit(1);
  EXPECT_EQ(outlet.TakeCredit(1), 1u);
  store::DeliveryKey key;
  key.offer_epoch = 7;
  outlet.PushDelivery({key, 1}, Subject('a'), Message(1));
  EXPECT_TRUE(outlet.AwaitsRecall(key));
  outlet.PushRecall(key, Message(2));
  outlet.PushRecall(key, Message(2));
  EXPECT_FALSE(outlet.AwaitsRecall(key));
  EXPECT_EQ(outlet.Credit(), 1u);  // the delivery will not come
  EXPECT_EQ(outlet.Next()->delivery().lease_epoch(), 2u);
  outlet.Written();
  EXPECT_EQ(outlet.Next(), nullptr);
}

TEST(Outlet, CloseReturnsWhatWasNeverBegun) {
  Outlet outlet(Unit(), [] {});
  for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
    EXPECT_TRUE(outlet.PushDelivery({{}, epoch}, Subject('a'), Message(epoch)));
  }
  ASSERT_NE(outlet.Next(), nullptr);  // somebody may have some of it
  EXPECT_EQ(outlet.Close(), std::vector<LeaseRef>({{{}, 2}, {{}, 3}}));
  EXPECT_TRUE(outlet.Close().empty());
  outlet.Written();
  EXPECT_EQ(outlet.Next(), nullptr);
  EXPECT_FALSE(outlet.PushDelivery({{}, 4}, Subject('a'), Message(4)));
  EXPECT_EQ(outlet.Credit(), 0u);
}

TEST(Outlet, AClosedOneStillSaysWhenItsLastWriteIsOver) {
  Outlet outlet(Unit(), [] {});
  outlet.PushDelivery({}, Subject('a'), Message(1));
  ASSERT_NE(outlet.Next(), nullptr);
  bool before = false;
  outlet.Revoke(Subject('a'), [&] { before = true; });
  outlet.Close();
  bool after = false;
  outlet.Revoke(Subject('a'), [&] { after = true; });
  EXPECT_FALSE(before || after);
  outlet.Written();
  EXPECT_TRUE(before && after);
}

}  // namespace
}  // namespace amana::delivery
