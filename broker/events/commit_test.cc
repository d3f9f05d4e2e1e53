#include "broker/events/commit.h"

#include <string>

#include "base/status.h"
#include "base/testing.h"
#include "broker/events/fields.h"
#include "gtest/gtest.h"
#include "proto/transparency/merkle.h"

namespace amana::events {
namespace {

Event SampleEvent() {
  Event e;
  e.kind = v1::EVENT_KIND_TASK_ACCEPTED;
  e.time = absl::FromUnixMillis(1'700'000'000'123);
  e.referral = StatementKey{AgencyId::Create("police").value(),
                            ReferralId::FromBytes("0123456789abcdef").value(), 1};
  e.recipient = Address{AgencyId::Create("haven").value(), UnitId::Create("intake").value()};
  e.actor_agency = AgencyId::Create("haven").value();
  e.task = 0;
  e.urgency = v1::URGENCY_URGENT;
  e.recipient_counter = 41;
  return e;
}

EventSeed SampleSeed() { return EventSeed::FromBytes(std::string(32, 's')).value(); }

TEST(EventCommit, LeafIsTheTransparencyCommitmentOfTheFields) {
  const CommittedEvent committed = Commit(SampleEvent(), SampleSeed());
  FieldValues fields;
  EncodeFields(SampleEvent(), fields);
  EXPECT_EQ(committed.fields, fields);
  EXPECT_EQ(committed.leaf_data.size(), transparency::kLeafDataBytes);
  EXPECT_EQ(committed.leaf_hash, transparency::HashLeaf(committed.leaf_data));
  EXPECT_EQ(committed.leaf_hash, transparency::Commit(fields, SampleSeed())->leaf_hash);
  EXPECT_NE(committed.leaf_hash, Commit(SampleEvent(), EventSeed()).leaf_hash);
}

TEST(EventCommit, AWholeOpeningRebuildsEventAndLeaf) {
  const absl::StatusOr<OpenedEvent> opened = FromOpening(ToOpening(SampleEvent(), SampleSeed()));
  AMANA_ASSERT_OK(opened);
  EXPECT_EQ(opened->event, SampleEvent());
  EXPECT_EQ(opened->seed, SampleSeed());
  EXPECT_EQ(opened->leaf_hash, Commit(SampleEvent(), SampleSeed()).leaf_hash);
}

TEST(EventCommit, AnotherEventGivesAnotherLeaf) {
  v1::EventOpening opening = ToOpening(SampleEvent(), SampleSeed());
  opening.set_fields(kUrgency, std::string(1, v1::URGENCY_NORMAL));
  EXPECT_NE(FromOpening(opening)->leaf_hash, Commit(SampleEvent(), SampleSeed()).leaf_hash);
}

TEST(EventCommit, EverySubsetOfTwoFieldsProvesItsLeafAndShowsNoMore) {
  const CommittedEvent committed = Commit(SampleEvent(), SampleSeed());
  for (size_t a = 0; a < kFieldCount; ++a) {
    for (size_t b = a; b < kFieldCount; ++b) {
      FieldSet which;
      which.set(a).set(b);
      const v1::PartialEventOpening opening = ToPartialOpening(SampleEvent(), SampleSeed(), which);
      const absl::StatusOr<PartialEvent> partial = FromPartialOpening(opening);
      AMANA_ASSERT_OK(partial);
      EXPECT_EQ(partial->leaf_hash, committed.leaf_hash);
      EXPECT_EQ(partial->opened, which);
      for (size_t i = 0; i < kFieldCount; ++i) {
        EXPECT_EQ(partial->fields[i], which[i] ? committed.fields[i] : "");
      }
    }
  }
  AMANA_EXPECT_OK(FromPartialOpening(ToPartialOpening(SampleEvent(), SampleSeed(), FieldSet())));
  AMANA_EXPECT_OK(
      FromPartialOpening(ToPartialOpening(SampleEvent(), SampleSeed(), FieldSet().set())));
}

TEST(EventCommit, RefusesOpeningsOfAnotherShape) {
  v1::EventOpening opening = ToOpening(SampleEvent(), SampleSeed());
  opening.set_seed("short");
  EXPECT_EQ(ErrorReason(FromOpening(opening).status()), "EVENT_OPENING_MALFORMED");
  opening = ToOpening(SampleEvent(), SampleSeed());
  opening.add_fields("");
  EXPECT_EQ(ErrorReason(FromOpening(opening).status()), "EVENT_OPENING_MALFORMED");
  opening = ToOpening(SampleEvent(), SampleSeed());
  opening.set_fields(kKind, "");
  EXPECT_EQ(ErrorReason(FromOpening(opening).status()), "EVENT_FIELD_INVALID");

  FieldSet which;
  which.set(kKind).set(kReason);
  const v1::PartialEventOpening good = ToPartialOpening(SampleEvent(), SampleSeed(), which);
  const auto refused = [](const v1::PartialEventOpening& partial) {
    return ErrorReason(FromPartialOpening(partial).status()) == "EVENT_OPENING_MALFORMED";
  };
  v1::PartialEventOpening bad = good;
  bad.mutable_opened(0)->set_field(24);
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.mutable_opened(0)->set_salt("short");
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.mutable_opened()->SwapElements(0, 1);
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.mutable_hidden(3)->set_field(20);
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.mutable_hidden(3)->set_hash("short");
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.mutable_hidden()->RemoveLast();
  EXPECT_TRUE(refused(bad));
  bad = good;
  *bad.add_hidden() = good.hidden(0);
  EXPECT_TRUE(refused(bad));
  bad = good;
  *bad.add_opened() = good.opened(1);
  EXPECT_TRUE(refused(bad));
}

}  // namespace
}  // namespace amana::events
