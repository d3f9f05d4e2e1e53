#include "agency-adapters/foreign-affairs/ledger.h"

#include "base/sqlite.h"
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
    AMANA_ASSERT_OK(ledger->PutSending({{{"k", mail.message_id, "sealed", row}}}, mail.at));
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
  AMANA_ASSERT_OK(ledger->Forget(mail.at));
  EXPECT_EQ(*ledger->Sending("k"), "sealed");
  AMANA_ASSERT_OK(ledger->PutSending({{{"old", "m", "sealed"}}}, mail.at - absl::Hours(1)));
  AMANA_ASSERT_OK(ledger->Forget(mail.at));
  EXPECT_FALSE(ledger->Mail("old")->has_value());
  AMANA_ASSERT_OK(ledger->PutSent("k", mail));
  AMANA_ASSERT_OK(ledger->PutSent("k", mail));
  EXPECT_TRUE((*ledger->Mail("k"))->sent);
  EXPECT_TRUE(absl::IsNotFound(ledger->Sending("k").status()));
}

TEST(LedgerTest, ACaseIsPutAgain) {
  const TempDir dir;
  auto ledger = Ledger::Open(dir.path());
  AMANA_ASSERT_OK(ledger);
  CaseRow row{{TagOf("k"), 3}, "k", "desk@mfa.example.ke", false, true, {}};
  AMANA_ASSERT_OK(ledger->PutCase(row, /*later=*/true));
  row.open = false;
  AMANA_ASSERT_OK(ledger->PutCase(row));
  EXPECT_FALSE((*ledger->Case(row.reference.tag))->open);
  for (const char* tag : {"", "../../../etc/passwd", "../x", "0123456789ABCDE/"}) {
    const auto none = ledger->Case(tag);
    AMANA_ASSERT_OK(none);
    EXPECT_FALSE(none->has_value());
  }
}

TEST(LedgerTest, ADamagedRowIsSaidToBe) {
  const TempDir dir;
  const std::string tag = TagOf("k");
  AMANA_ASSERT_OK(Ledger::Open(dir.path())->PutCase({{tag, 3}, "k", "m", false, true, {}}));
  for (const char* text : {"", "{", "{}", "[1]"}) {
    AMANA_ASSERT_OK((*sqlite::Database::Open(dir.File("ledger.db"), {}))
                        ->Run("UPDATE mail_case SET answered = ?1", text));
    EXPECT_EQ(ErrorReason(Ledger::Open(dir.path())->Case(tag).status()), "LEDGER_BROKEN") << text;
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
