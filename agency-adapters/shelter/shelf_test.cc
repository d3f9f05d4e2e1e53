#include "agency-adapters/shelter/shelf.h"

#include "base/durable_file.h"
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
  EXPECT_EQ(found->fields, row.fields);
  EXPECT_TRUE(found->written && found->sms_due && !found->open);
  EXPECT_EQ(found->reply_by, row.reply_by);
  EXPECT_EQ(shelf->Pending()->size(), 1u);
  row.sms_due = false;
  AMANA_ASSERT_OK(shelf->Put(row));
  EXPECT_EQ(shelf->Pending()->size(), 0u);
  EXPECT_FALSE((*shelf->Get("other")).has_value());
  EXPECT_EQ(RealFileSystem().List(dir.path())->size(), 1u) << "no file beside the folder";
}

TEST(ShelfTest, ADamagedFileIsSaidToBe) {
  const TempDir dir;
  auto shelf = Shelf::Open(dir.path());
  AMANA_ASSERT_OK(shelf->Put(ShelfRow{"k"}));
  const std::string name = RealFileSystem().List(dir.path())->front();
  for (const char* text : {"", "[]", "{}", R"({"key":1})"}) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File(name), text, 0600));
    EXPECT_EQ(ErrorReason(shelf->Get("k").status()), "SHELF_BROKEN");
    EXPECT_EQ(ErrorReason(shelf->Pending().status()), "SHELF_BROKEN");
  }
}

}  // namespace
}  // namespace amana::shelter
