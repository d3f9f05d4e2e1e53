// Sealed notes: kept under the referral's key, and gone with its body.
#include "base/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

NoteRecord SampleNote(uint32_t referral, uint32_t note) {
  return {SampleKey(referral), SampleId<Digest>(note), "SYNTHETIC note " + std::to_string(note)};
}

Work Add(const NoteRecord& note) {
  return [note](Transaction& tx) { return tx.referrals().AddNote(note); };
}

TEST_P(StoreSuite, NotesSurviveWholeAndEachUnderItsReferral) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(AcceptSample(2)));
  AMANA_ASSERT_OK(Do(Add(SampleNote(1, 5))));
  AMANA_ASSERT_OK(Do(Add(SampleNote(1, 6))));
  AMANA_ASSERT_OK(Do(Add({SampleKey(2), SampleId<Digest>(5), std::string(9000, 'n')})));
  for (int round = 0; round < 2; ++round) {
    auto look = Look();
    const auto found = look->referrals().FindNote(SampleKey(1), SampleId<Digest>(5));
    AMANA_ASSERT_OK(found);
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->note, "SYNTHETIC note 5");
    EXPECT_EQ((*found)->digest, SampleId<Digest>(5));
    EXPECT_EQ((*found)->referral, SampleKey(1));
    EXPECT_EQ(look->referrals().FindNote(SampleKey(2), SampleId<Digest>(5)).value()->note,
              std::string(9000, 'n'));
    EXPECT_FALSE(look->referrals().FindNote(SampleKey(2), SampleId<Digest>(6)).value().has_value());
    EXPECT_FALSE(look->referrals().FindNote(SampleKey(3), SampleId<Digest>(5)).value().has_value());
    look.reset();
    Reopen();
  }
  EXPECT_EQ(ErrorReason(Do(Add(SampleNote(9, 5))).status()), "NOT_FOUND");
}

TEST_P(StoreSuite, TheSameNoteIsKeptOnce) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(Do(Add(SampleNote(1, 5))));
  NoteRecord other = SampleNote(1, 5);
  other.note = "SYNTHETIC other bytes";
  AMANA_EXPECT_OK(Do(Add(other)));
  EXPECT_EQ(Look()->referrals().FindNote(SampleKey(1), SampleId<Digest>(5)).value()->note,
            "SYNTHETIC note 5");
}

TEST_P(StoreSuite, NotesAreErasedWithTheBody) {
  for (uint32_t i : {1, 2}) {
    AMANA_ASSERT_OK(Do(AcceptSample(i)));
    AMANA_ASSERT_OK(Do(Add(SampleNote(i, 5))));
    AMANA_ASSERT_OK(Do(Add(SampleNote(i, 6))));
  }
  AMANA_ASSERT_OK(Do([](Transaction& tx) { return tx.erasures().Erase(SampleKey(1)).status(); }));
  for (int round = 0; round < 2; ++round) {
    auto look = Look();
    for (uint32_t note : {5, 6}) {
      EXPECT_FALSE(
          look->referrals().FindNote(SampleKey(1), SampleId<Digest>(note)).value().has_value());
      EXPECT_TRUE(
          look->referrals().FindNote(SampleKey(2), SampleId<Digest>(note)).value().has_value());
    }
    look.reset();
    Reopen();
  }
  EXPECT_EQ(ErrorReason(Do(Add(SampleNote(1, 7))).status()), "ERASED");
  AMANA_EXPECT_OK(store_->Health());
}

}  // namespace
}  // namespace amana::store
