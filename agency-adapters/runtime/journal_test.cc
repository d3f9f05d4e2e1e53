#include "agency-adapters/runtime/journal.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "agency-adapters/runtime/dead_letters.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/item_text.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "agency-adapters/runtime/journal_items.h"
#include "agency-adapters/runtime/testing.h"
#include "base/durable_file.h"
#include "base/sqlite_fault.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::runtime {
namespace {

using testing::SampleCase;

const absl::Time kNow = absl::UnixEpoch() + absl::Hours(1000);

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() { Reopen(); }
  void Reopen() {
    journal_.reset();
    auto opened = Journal::Open(folder_.File("journal"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }
  ItemJournal items() { return {*journal_, policy_}; }
  DeliveryJournal deliveries() { return {*journal_, policy_}; }
  DeadLetters letters() { return {*journal_, policy_}; }
  ItemRow Take(const HeldItem& item, v1::Urgency urgency = v1::URGENCY_NORMAL) {
    auto row = items().Take(item, {.urgency = urgency}, kNow);
    EXPECT_TRUE(row.ok()) << row.status();
    return row.value_or(ItemRow());
  }

  TempDir folder_;
  RetryPolicy policy_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, IsPrivateAndOneProgramRunsOnIt) {
  struct stat file {};
  ASSERT_EQ(stat(folder_.File("journal/journal.db").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  auto lock = journal_->LockProgram();
  AMANA_ASSERT_OK(lock);
  auto beside = Journal::Open(folder_.File("journal"));
  AMANA_ASSERT_OK(beside);
  EXPECT_EQ((*beside)->salt(), journal_->salt());
  EXPECT_EQ(ErrorReason((*beside)->LockProgram().status()), "ALREADY_RUNNING");
}

TEST_F(JournalTest, TheSameItemIsTheSameRowAndAnotherUnderItsKeyIsRefused) {
  const ItemRow first = Take({SampleCase("OB/1/2031")});
  EXPECT_EQ(first.state, RowState::kIntended);
  EXPECT_EQ(first.owed, Told::kTaken);
  Reopen();
  const ItemRow again = Take({SampleCase("OB/1/2031")});
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.referral, first.referral);
  const auto other = items().Take({SampleCase("OB/1/2031", "b")}, {}, kNow);
  EXPECT_EQ(ErrorReason(other.status()), "KEY_REUSED");
}

TEST_F(JournalTest, WhatIsShownAgainIsToldAgain) {
  Take({SampleCase("OB/1/2031")});
  const auto owed = items().Owed(10);
  AMANA_ASSERT_OK(owed);
  AMANA_ASSERT_OK(items().TellDone(*owed));
  EXPECT_TRUE(items().Owed(10)->empty());
  Take({SampleCase("OB/1/2031")});
  ASSERT_EQ(items().Owed(10)->size(), 1U);
  EXPECT_EQ(items().Owed(10)->front().owed, Told::kTaken);
}

TEST_F(JournalTest, ADeadItemGivesWayToItsCorrection) {
  auto dead = items().Take({SampleCase("k")}, {.refused = FactMissing("SEX")}, kNow);
  AMANA_ASSERT_OK(dead);
  EXPECT_EQ(dead->state, RowState::kDead);
  EXPECT_EQ(dead->owed, Told::kRefused);
  EXPECT_EQ(dead->field, "SEX");
  const ItemRow mended = Take({SampleCase("k", "b")});
  EXPECT_EQ(mended.state, RowState::kIntended);
  EXPECT_NE(mended.referral, dead->referral);
  EXPECT_EQ(*letters().Count(), 0);
}

TEST_F(JournalTest, ANoticeWaitsForTheCasesOfItsReferral) {
  const std::vector<NewDelivery> made = {
      {.key = "p/1/1/0/1/AT_OFFER", .source = 1, .thread = "p/1/1/0/1"},
      {.key = "notice/1", .kind = DeliveryKind::kNotice, .source = 1, .thread = "notices/p/1/1"},
      {.key = "notice/2", .kind = DeliveryKind::kNotice, .source = 2, .thread = "notices/p/1/12"},
      {.key = "p/1/1/1/1/AT_OFFER", .source = 2, .thread = "p/1/1/1/1"}};
  AMANA_ASSERT_OK(deliveries().Intend(made, "inbox", 2, kNow));
  const auto keys = [this] {
    const auto due = deliveries().Due(kNow, 10);
    std::string all;
    for (const DeliveryRow& row : due.value()) all += row.key + " ";
    return all;
  };
  EXPECT_EQ(keys(), "p/1/1/0/1/AT_OFFER notice/2 p/1/1/1/1/AT_OFFER ");
  AMANA_ASSERT_OK(deliveries().Written({{{1, "OB/1"}}}));
  EXPECT_EQ(keys(), "notice/1 notice/2 p/1/1/1/1/AT_OFFER ") << "what came after it may wait";
}

TEST_F(JournalTest, TheMostUrgentIsDueFirstAndACaseBeforeWhatIsAboutIt) {
  Take({SampleCase("normal")});
  Take({{.key = "cancel", .kind = ItemKind::kCancel, .about = "normal", .code = "SENT_IN_ERROR"}},
       v1::URGENCY_UNSPECIFIED);
  Take({SampleCase("immediate")}, v1::URGENCY_IMMEDIATE);
  auto due = items().Due(kNow, 10);
  AMANA_ASSERT_OK(due);
  ASSERT_EQ(due->size(), 2U);
  EXPECT_EQ((*due)[0].key, "immediate");
  EXPECT_EQ((*due)[1].key, "normal");
  AMANA_ASSERT_OK(items().Written({{{(*due)[1].id, 7}}}));
  due = items().Due(kNow, 10);
  AMANA_ASSERT_OK(due);
  EXPECT_EQ((*due)[0].key, "cancel");
}

TEST_F(JournalTest, AContentGoesWhenItIsInTheOutbox) {
  const ItemRow row = Take({SampleCase("k", "CANARY-31f")});
  ASSERT_TRUE(items().Content(row.id)->has_value());
  AMANA_ASSERT_OK(items().Written({{{row.id, 3}}}));
  EXPECT_FALSE(items().Content(row.id)->has_value());
  // What fails later is the outbox's to send again: no content is needed.
  AMANA_ASSERT_OK(items().Dead(row.id, FactMissing("x")));
  AMANA_ASSERT_OK(letters().Redrive("item-1", kNow));
  EXPECT_EQ(items().Get(row.id)->state, RowState::kWritten);
}

TEST_F(JournalTest, WhatIsOverwrittenIsInNoFile) {
  const auto found = [this] {
    std::string files;
    for (const auto& file : std::filesystem::directory_iterator(folder_.File("journal"))) {
      if (file.is_regular_file()) files += *RealFileSystem().Read(file.path().string());
    }
    return files.find("SYNTHETIC-CONTENT") != std::string::npos;
  };
  const ItemRow row = Take({SampleCase("OB/1/2031", "SYNTHETIC-CONTENT")});
  EXPECT_TRUE(found());
  const ItemJournal::Queued queued{row.id, 7};
  AMANA_ASSERT_OK(items().Written({&queued, 1}));
  EXPECT_TRUE(found()) << "in the write-ahead log";
  EXPECT_TRUE(*journal_->Scrub());
  EXPECT_FALSE(found());
}

TEST_F(JournalTest, ABackoffDoublesToItsLongest) {
  const RetryPolicy policy{.first = absl::Seconds(1), .longest = absl::Seconds(10)};
  EXPECT_EQ(policy.Backoff(1, 0), absl::Seconds(1));
  EXPECT_EQ(policy.Backoff(3, 0), absl::Seconds(4));
  EXPECT_EQ(policy.Backoff(400, 0), absl::Seconds(10));
  EXPECT_EQ(policy.Backoff(400, 1), absl::Seconds(5));
}

TEST_F(JournalTest, AnswersToAnyPartOfACaseGoInTheirOrder) {
  AMANA_ASSERT_OK(deliveries().Intend(
      std::vector<NewDelivery>{{.key = "p/1/1/0/1/AT_OFFER", .source = 1, .thread = "p/1/1/0/1"},
                               {.key = "p/1/1/0/1/AT_ACCEPT", .source = 2, .thread = "p/1/1/0/1"}},
      "inbox", 2, kNow));
  AMANA_ASSERT_OK(items().Take(
      {{.key = "A", .kind = ItemKind::kAccept, .about = "p/1/1/0/1/AT_OFFER"}}, {}, kNow));
  AMANA_ASSERT_OK(items().Take({{.key = "B",
                                 .kind = ItemKind::kComplete,
                                 .about = "p/1/1/0/1/AT_ACCEPT",
                                 .code = "SERVICE_PROVIDED"}},
                               {}, kNow));
  EXPECT_EQ(items().Due(kNow, 9)->size(), 1U) << "the outcome waits for the acceptance";
}

TEST_F(JournalTest, DeliveriesAreIntendedOnceWithTheirCursor) {
  const std::vector<NewDelivery> made = {
      {.key = "a", .source = 1, .thread = "a", .urgency = v1::URGENCY_NORMAL},
      {.key = "a/recall", .kind = DeliveryKind::kRecall, .source = 1, .thread = "a"}};
  AMANA_ASSERT_OK(deliveries().Intend(made, "inbox", 1, kNow));
  AMANA_ASSERT_OK(deliveries().Intend(made, "inbox", 1, kNow));
  Reopen();
  EXPECT_EQ(*journal_->Cursor("inbox"), 1);
  auto due = deliveries().Due(kNow, 10);
  AMANA_ASSERT_OK(due);
  ASSERT_EQ(due->size(), 1U) << "the recall waits for the case";
  AMANA_ASSERT_OK(deliveries().Begin(*due));
  AMANA_ASSERT_OK(deliveries().Written({{{due->front().id, "n1"}}}));
  EXPECT_EQ(deliveries().Find("a")->value().native_id, "n1");
  due = deliveries().Due(kNow, 10);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().kind, DeliveryKind::kRecall);
}

TEST_F(JournalTest, DeadLettersTellNamesOnlyAndAreRedriven) {
  AMANA_ASSERT_OK(items().Take({SampleCase("OB/CANARY")}, {.refused = FactMissing("SEX")}, kNow));
  AMANA_ASSERT_OK(
      deliveries().Intend(std::vector<NewDelivery>{{.key = "d", .thread = "d"}}, "inbox", 1, kNow));
  AMANA_ASSERT_OK(deliveries().Dead(1, ItemInvalid("NAT_FIELD", "why")));
  auto listed = letters().List(10);
  AMANA_ASSERT_OK(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].letter, "item-1");
  EXPECT_EQ((*listed)[0].field, "SEX");
  EXPECT_EQ((*listed)[1].letter, "delivery-1");
  for (const std::string bad : {"item-7", "item-", "item-1x", "x", "delivery-9"}) {
    EXPECT_EQ(ErrorReason(letters().Redrive(bad, kNow)), "LETTER_UNKNOWN") << bad;
  }
  EXPECT_EQ(*letters().RedriveAll(kNow), 2);
  EXPECT_EQ(items().Due(kNow, 9)->size(), 1U);
  EXPECT_EQ(deliveries().Due(kNow, 9)->size(), 1U);
  EXPECT_EQ(items().Get(1)->owed, Told::kTaken);
  AMANA_ASSERT_OK(items().Dead(1, FactMissing("SEX")));
  AMANA_ASSERT_OK(letters().Discard("item-1"));
  EXPECT_EQ(*letters().Count(), 0);
  EXPECT_FALSE(items().Content(1)->has_value());
}

TEST_F(JournalTest, AFailedFsyncIsNeverRetried) {
  sqlite::FaultVfs faulty("journal-fault");
  auto journal = Journal::Open(folder_.File("faulty"), "journal-fault");
  AMANA_ASSERT_OK(journal);
  ItemJournal items(**journal, policy_);
  faulty.Fail(sqlite::FaultVfs::kSync, 1, SQLITE_IOERR_FSYNC);
  EXPECT_EQ(ErrorReason(items.Take({SampleCase("k")}, {}, kNow).status()), "FSYNC_FAILED");
  faulty.Heal();
  EXPECT_EQ(ErrorReason(items.Take({SampleCase("k")}, {}, kNow).status()), "FSYNC_FAILED");
}

TEST(ItemText, EveryPartComesBack) {
  HeldItem held{{.key = "OB/7",
                 .kind = ItemKind::kAsk,
                 .about = "a/b",
                 .code = "c",
                 .categories = {"MEDICAL", "RISK"},
                 .words = "w\xc3\xa9",
                 .details = {{"escort_code", "1234"}},
                 .task = 3},
                "{}"};
  held.item.record.fields = {{"A", {"1", "2"}}, {"B", {""}}};
  const auto back = HeldItemFromText(ToText(held));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(ToText(*back), ToText(held));
  EXPECT_EQ(back->item.record, held.item.record);
  EXPECT_EQ(ErrorReason(HeldItemFromText("{").status()), "STORE_CORRUPT");
  EXPECT_EQ(ErrorReason(HeldItemFromText("{\"key\":7}").status()), "STORE_CORRUPT");
}

TEST(ItemText, AKindHasItsPartsAndNoOthers) {
  const auto reason = [](NativeItem item) {
    const absl::Status status = CheckItem({std::move(item)});
    return ErrorReason(status) + " " + ErrorField(status);
  };
  EXPECT_EQ(reason(SampleCase("k")), " ");
  EXPECT_EQ(reason(SampleCase("")), "KEY_INVALID key");
  EXPECT_EQ(reason(SampleCase("a\nb")), "KEY_INVALID key");
  EXPECT_EQ(reason(SampleCase(std::string(201, 'k'))), "KEY_INVALID key");
  EXPECT_EQ(reason({.key = "k"}), "ITEM_INVALID record");
  EXPECT_EQ(reason({.key = "k", .kind = static_cast<ItemKind>(99)}), "ITEM_INVALID kind");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kAccept}), "KEY_INVALID about");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kAccept, .about = "d"}), " ");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kDecline, .about = "d"}), "ITEM_INVALID code");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kAsk, .about = "d"}), "ITEM_INVALID categories");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kSeen, .about = "d", .code = "x"}),
            "ITEM_INVALID code");
  EXPECT_EQ(reason({.key = "k", .kind = ItemKind::kUpdate, .about = "d", .words = "w"}), " ");
}

}  // namespace
}  // namespace amana::runtime
