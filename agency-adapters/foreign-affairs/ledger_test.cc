#include "agency-adapters/foreign-affairs/ledger.h"

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::foreign_affairs {
namespace {

TEST(LedgerTest, KeepsCasesAndMailsOverRestarts) {
  const TempDir dir;
  const CaseRow row{{TagOf("k"), 3}, "k", "desk@mfa.example.ke", false, true, {"d1", "d2"}};
  const MailRow mail{"x@y", false, absl::FromUnixSeconds(1930000000)};
  {
    auto ledger = Ledger::Open(dir.File("mail"));
    AMANA_ASSERT_OK(ledger);
    EXPECT_FALSE((*ledger->Case(row.reference.tag)).has_value());
    EXPECT_FALSE((*ledger->Mail("k")).has_value());
    AMANA_ASSERT_OK(ledger->PutCase(row));
    AMANA_ASSERT_OK(ledger->PutSending("k", mail, "sealed"));
  }
  auto ledger = Ledger::Open(dir.File("mail"));
  AMANA_ASSERT_OK(ledger);
  const auto found = *ledger->Case(row.reference.tag);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->reference, row.reference);
  EXPECT_EQ(found->key, "k");
  EXPECT_EQ(found->mailbox, row.mailbox);
  EXPECT_TRUE(found->open);
  EXPECT_FALSE(found->own);
  EXPECT_EQ(found->answered, row.answered);
  EXPECT_FALSE((*ledger->Mail("k"))->sent);
  EXPECT_EQ((*ledger->Mail("k"))->at, mail.at);
  EXPECT_EQ(*ledger->Sending("k"), "sealed");
  AMANA_ASSERT_OK(ledger->PutSent("k", mail));
  AMANA_ASSERT_OK(ledger->PutSent("k", mail));
  EXPECT_TRUE((*ledger->Mail("k"))->sent);
  EXPECT_TRUE(absl::IsNotFound(ledger->Sending("k").status()));
}

TEST(LedgerTest, NamesNoFileAfterWhatMailSays) {
  const TempDir dir;
  auto ledger = Ledger::Open(dir.File("mail"));
  AMANA_ASSERT_OK(ledger);
  for (const char* tag : {"", "../../../etc/passwd", "../x", "0123456789ABCDE/"}) {
    const auto row = ledger->Case(tag);
    AMANA_ASSERT_OK(row);
    EXPECT_FALSE(row->has_value());
  }
  AMANA_ASSERT_OK(ledger->PutSending("../../../tmp/x", {"m", false, absl::UnixEpoch()}, "x"));
  EXPECT_EQ(RealFileSystem().List(dir.path())->size(), 1u);
  EXPECT_EQ(RealFileSystem().List(dir.File("mail"))->size(), 2u);
}

TEST(LedgerTest, ADamagedFileIsSaidToBe) {
  const TempDir dir;
  auto ledger = Ledger::Open(dir.File("mail"));
  AMANA_ASSERT_OK(ledger);
  const std::string tag = TagOf("k");
  for (const char* text :
       {"", "{", "[]", "{}", R"({"version":"3"})",
        R"({"version":3,"key":"k","mailbox":"m","own":false,"open":true,"answered":[1]})"}) {
    AMANA_ASSERT_OK(
        RealFileSystem().WriteAtomically(dir.File("mail/case-" + tag + ".json"), text, 0600));
    EXPECT_EQ(ErrorReason(ledger->Case(tag).status()), "LEDGER_BROKEN") << text;
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
