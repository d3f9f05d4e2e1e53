#include "agency-adapters/shelter/shelf.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable_file.h"
#include "base/sqlite.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::shelter {
namespace {

TEST(ShelfTest, KeepsDeliveriesOverRestarts) {
  const TempDir dir;
  ShelfRow row{"../police-a/1"};
  row.referral = "r";
  row.settled = "accepted/1";
  row.fields = {"name_first"};
  row.files = {"12", ""};
  row.written = row.sms_due = true;
  row.open = false;
  row.reply_by = absl::FromUnixSeconds(1930000000);
  AMANA_ASSERT_OK(Shelf::Open(dir.File("shelf"))->Put(row));
  auto shelf = Shelf::Open(dir.File("shelf"));
  AMANA_ASSERT_OK(shelf);
  const auto found = *shelf->Get(row.key);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->referral, "r");
  EXPECT_EQ(found->settled, "accepted/1");
  EXPECT_EQ(*found, row);
  EXPECT_TRUE(found->written && found->sms_due && !found->open);
  EXPECT_EQ(found->reply_by, row.reply_by);
  EXPECT_EQ(shelf->Pending(0, 9)->size(), 1u);
  row.sms_due = false;
  AMANA_ASSERT_OK(shelf->PutLater(row));
  EXPECT_EQ(shelf->Pending(0, 9)->size(), 0u);
  EXPECT_FALSE((*shelf->Get("other")).has_value());
  EXPECT_EQ(RealFileSystem().List(dir.path())->size(), 1u) << "no file beside the folder";
}

// What is put later may be lost with the machine, not with the program.
TEST(ShelfTest, KeepsWhatWasPutLaterWhenTheProgramIsKilled) {
  const TempDir dir;
  const pid_t child = fork();
  if (child == 0) {
    auto shelf = *Shelf::Open(dir.File("shelf"));
    ShelfRow row{"police-a/1"};
    row.open = true;
    bool good = shelf.Put(row).ok();
    row.written = true;
    good = good && shelf.PutLater(row).ok() && shelf.Get(row.key).value()->written;
    ShelfRow notice{"notice/1"};
    notice.written = true;
    good = good && shelf.PutLater(notice).ok();
    if (good) kill(getpid(), SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto shelf = Shelf::Open(dir.File("shelf"));
  AMANA_ASSERT_OK(shelf);
  EXPECT_TRUE((*shelf->Get("police-a/1"))->written);
  EXPECT_TRUE(shelf->Get("notice/1")->has_value());
}

// So that each is looked at in its turn, however many there are.
TEST(ShelfTest, PendingOnesComeInTurn) {
  const TempDir dir;
  auto shelf = Shelf::Open(dir.path());
  std::vector<ShelfRow> rows;
  for (const char* key : {"a", "b", "closed", "c"}) {
    rows.push_back({key});
    rows.back().open = rows.back().key != "closed";
    rows.back().written = true;
  }
  AMANA_ASSERT_OK(shelf->Put(rows));
  const auto keys = [&](const std::string& after, size_t limit) {
    std::string all;
    const auto pending = shelf->Pending(*shelf->NumberOf(after), limit);
    for (const ShelfRow& row : *pending) all += row.key;
    return all;
  };
  EXPECT_EQ(keys("", 9), "abc");
  EXPECT_EQ(keys("", 2), "ab");
  EXPECT_EQ(keys("b", 2), "ca");
  EXPECT_EQ(keys("c", 9), "abc");
  rows[0].open = false;
  AMANA_ASSERT_OK(shelf->Put(rows[0]));
  EXPECT_EQ(keys("a", 9), "bc") << "a row keeps its number";
}

TEST(ShelfTest, ADamagedRowIsSaidToBe) {
  const TempDir dir;
  AMANA_ASSERT_OK(Shelf::Open(dir.path())->Put(ShelfRow{.key = "k", .written = true}));
  for (const char* text : {"", "{}", "[1]"}) {
    AMANA_ASSERT_OK((*sqlite::Database::Open(dir.File("shelf.db"), {}))
                        ->Run("UPDATE delivery SET fields = ?1", text));
    auto shelf = Shelf::Open(dir.path());
    EXPECT_EQ(ErrorReason(shelf->Get("k").status()), "SHELF_BROKEN");
    EXPECT_EQ(ErrorReason(shelf->Pending(0, 9).status()), "SHELF_BROKEN");
  }
}

}  // namespace
}  // namespace amana::shelter
