// Erasure and reading where rows were changed: a body goes with its row and its key, or not at all.
#include "broker/store/embedded/erasure_for_test.h"
#include "broker/store/embedded/record_rows.h"

namespace amana::store {
namespace {

// A referral's row as it stands in the database; to be put back with another's body, or as nothing
// that its digest is of.
struct RawRow {
  embedded::ReferralRow row;
  std::string body;
};

RawRow ReadRaw(sqlite::Database& db, uint32_t number) {
  const std::string id = SampleKey(number).referral.bytes();
  auto query =
      db.Prepare("SELECT " AMANA_REFERRAL_COLUMNS ", r.body FROM referral r WHERE r.id = ?1")
          .value();
  query.Bind(sqlite::Blob(id));
  EXPECT_TRUE(query.Step().value());
  return {embedded::ReadReferral(query).value(),
          std::string(query.Bytes(embedded::kReferralColumns))};
}

void PutBody(sqlite::Database& db, uint32_t number, const RawRow& from) {
  RawRow to = ReadRaw(db, number);
  to.row.tag = from.row.tag;
  to.row.key_slot = from.row.key_slot;
  const std::string id = SampleKey(number).referral.bytes();
  const auto digest = embedded::DigestOf(to.row);
  AMANA_ASSERT_OK(
      db.Run("UPDATE referral SET body = ?2, tag = ?3, key_slot = ?4, digest = ?5 WHERE id = ?1",
             sqlite::Blob(id), sqlite::Blob(from.body), sqlite::Blob(to.row.tag), to.row.key_slot,
             digest.blob()));
}

TEST_F(ErasureTest, ACipherTextMovedToAnotherRowIsRefused) {
  auto store = world_.Open().value();
  for (const uint32_t number : {1, 2}) {
    AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(number)));
  }
  store.reset();
  {
    auto db = sqlite::Database::Open(world_.database(), {}).value();
    PutBody(*db, 1, ReadRaw(*db, 2));
  }
  store = world_.Open().value();
  EXPECT_EQ(ErrorReason(Read(*store, 1)), "STORE_CORRUPT");
  AMANA_EXPECT_OK(Read(*store, 2));
}

TEST_F(ErasureTest, ARowThatCannotBeReadIsErasedAndTakesNoKeyButItsOwn) {
  auto store = world_.Open().value();
  for (const uint32_t number : {1, 2, 3}) {
    AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(number)));
  }
  const std::vector<std::string> first = Stored(1);
  const std::vector<std::string> second = Stored(2);
  store.reset();
  {
    auto db = sqlite::Database::Open(world_.database(), {}).value();
    AMANA_ASSERT_OK(
        db->Exec("UPDATE referral SET urgency = 9 WHERE row = 1;"
                 "UPDATE referral SET key_slot = 2 WHERE row = 2"));  // the third's
  }
  store = world_.Open().value();
  for (const uint32_t number : {1, 2}) {
    AMANA_ASSERT_OK(store->CommitAndWait(Erase(number)));
    EXPECT_EQ(ErrorReason(Read(*store, number)), "STORE_CORRUPT");
  }
  AMANA_EXPECT_OK(Read(*store, 3));
  store.reset();
  EXPECT_FALSE(AnyWindowIn(world_.directory(), first));
  EXPECT_FALSE(AnyWindowIn(world_.directory(), second));
  const std::string keys = RealFileSystem().Read(KeyFile()).value();
  EXPECT_EQ(keys[64], 2) << "the first referral's key has gone";
  EXPECT_EQ(keys[64 * 2], 1) << "nobody knows whose it was";
  EXPECT_EQ(keys[64 * 3], 1);
  // The next start, which ends the keys of what was erased, goes by the same rule.
  store = world_.Open().value();
  AMANA_EXPECT_OK(Read(*store, 3));
  for (const uint32_t number : {1, 2}) {
    EXPECT_EQ(ErrorReason(Read(*store, number)), "STORE_CORRUPT");
  }
}

// Which slots are taken is not said by a row that cannot be believed: another's key would be given
// out again, and would go with whichever of the two is erased first.
TEST_F(ErasureTest, TheNewestRowsSlotIsBelievedOnlyIfTheRowIsWhole) {
  for (const char* slot : {"0", "-1", "1099511627776"}) {
    SCOPED_TRACE(slot);
    EmbeddedWorld world([](EmbeddedOptions& options) { options.key_block = 64; });
    auto store = world.Open().value();
    for (const uint32_t number : {1, 2, 3}) {
      AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(number)));
    }
    store.reset();
    {
      auto db = sqlite::Database::Open(world.database(), {}).value();
      AMANA_ASSERT_OK(
          db->Exec("UPDATE referral SET key_slot = " + std::string(slot) + " WHERE row = 3"));
    }
    auto reopened = world.Open();
    AMANA_ASSERT_OK(reopened.status());
    store = *std::move(reopened);
    AMANA_ASSERT_OK(store->CommitAndWait(AcceptSample(4)));
    EXPECT_EQ(ErrorReason(Read(*store, 3)), "STORE_CORRUPT");
    store.reset();
    {
      auto db = sqlite::Database::Open(world.database(), {}).value();
      EXPECT_GT(ReadRaw(*db, 4).row.key_slot, 2u) << "the third's own";
    }
    store = world.Open().value();
    AMANA_ASSERT_OK(store->CommitAndWait(Erase(4)));
    for (const uint32_t number : {1, 2}) AMANA_EXPECT_OK(Read(*store, number));
  }
}

}  // namespace
}  // namespace amana::store
