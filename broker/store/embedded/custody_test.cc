// What a database from before custody was kept gets at its next start.
#include "broker/store/embedded/testing.h"
#include "broker/store/suite.h"
#include "gtest/gtest.h"

namespace amana::store {
namespace {

Work Accept(const ReferralRecord& record) {
  return [record](Transaction& tx) -> absl::Status {
    TaskRecord task = SampleTask(1);
    task.key.referral = record.key;
    return tx.referrals().Accept(record, SampleBody(1), {task});
  };
}

TEST(OlderCustody, BeginsWithEverybodysFirstReferral) {
  EmbeddedWorld world;
  auto store = world.Open().value();
  ReferralRecord first = SampleReferral(1);
  ReferralRecord second = SampleReferral(2);
  second.subject = first.subject;
  second.sender = SampleAddress("iom", "protection");
  second.key.sender = second.sender.agency;
  const ReferralRecord other = SampleReferral(3);
  for (const ReferralRecord& each : {first, second, other}) {
    AMANA_ASSERT_OK(store->CommitAndWait(Accept(each)));
  }
  EXPECT_FALSE(store->Read().value()->custodies().Find(first.subject).value().has_value());
  store->Close();
  store = world.Open().value();
  {
    const auto look = store->Read().value();
    const auto custody = look->custodies().Find(first.subject).value();
    ASSERT_TRUE(custody.has_value());
    EXPECT_EQ(custody->responsible, first.sender);
    EXPECT_EQ(custody->referral, first.key);
    EXPECT_EQ(custody->since, first.accepted);
    EXPECT_EQ(custody->log_index, first.log_index);
    EXPECT_EQ(custody->holder, first.sender.agency);
    EXPECT_EQ(custody->last_report, first.header_digest);
    EXPECT_TRUE(look->custodies().Find(other.subject).value().has_value());
    EXPECT_EQ(look->custodies().Scan(std::nullopt, 9)->size(), 2u);
  }
  // Once custody is kept, every referral begins its own: a start adds none.
  AMANA_ASSERT_OK(store->CommitAndWait(Accept(SampleReferral(4))));
  store->Close();
  store = world.Open().value();
  EXPECT_EQ(store->Read().value()->custodies().Scan(std::nullopt, 9)->size(), 2u);
}

}  // namespace
}  // namespace amana::store
