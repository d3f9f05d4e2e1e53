#include "agency-adapters/net/mail_box.h"

#include "agency-adapters/net/mail_for_test.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "tests/support/mail_servers.h"

namespace amana::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using tests::kBrokerAddress;

class MailBoxTest : public MailServersTest {
 protected:
  std::unique_ptr<MailBox> Open(size_t max_mail = 1000000) const {
    auto box = MailBox::Open(Server(servers_->Imaps()), max_mail);
    EXPECT_TRUE(IsOk(box)) << servers_->LogEnd();
    return box.ok() ? *std::move(box) : nullptr;
  }
};

TEST_F(MailBoxTest, ReadsWithoutMarkingAndMovesWhenTold) {
  AMANA_ASSERT_OK(servers_->Put(kBrokerAddress, "Message-ID: <a@x>\nSubject: 1\n\nfirst {3}\n"));
  AMANA_ASSERT_OK(servers_->Put(kBrokerAddress, "Message-ID: <b@x>\n\nsecond\n"));
  const auto box = Open();
  ASSERT_NE(box, nullptr);
  const auto validity = box->Select("INBOX");
  AMANA_ASSERT_OK(validity);
  auto list = box->List();
  AMANA_ASSERT_OK(list);
  ASSERT_THAT(*list, SizeIs(2));
  EXPECT_THAT(*box->Fetch((*list)[0].uid), HasSubstr("first {3}\r\n"));
  EXPECT_THAT(*box->Fetch((*list)[1].uid), HasSubstr("second\r\n"));
  EXPECT_THAT(*box->WithMessageId("b@x"), ElementsAre((*list)[1].uid));
  EXPECT_THAT(*box->WithMessageId("c@x"), IsEmpty());
  const std::string flagged = servers_->folder() + "/mail/broker/Maildir/cur";
  for (const auto& entry : std::filesystem::directory_iterator(flagged)) {
    EXPECT_THAT(entry.path().string(), Not(testing::EndsWith("S"))) << "read is not seen";
  }
  AMANA_ASSERT_OK(box->CreateFolder("Amana-Done"));
  AMANA_ASSERT_OK(box->CreateFolder("Amana-Done"));
  AMANA_ASSERT_OK(box->Move((*list)[0].uid, "Amana-Done"));
  AMANA_EXPECT_OK(box->Move((*list)[0].uid, "Amana-Done")) << "gone already";
  EXPECT_EQ(ErrorReason(box->Fetch((*list)[0].uid).status()), "MAIL_GONE");
  EXPECT_THAT(*box->List(), SizeIs(1));
  EXPECT_THAT(servers_->Mails(kBrokerAddress, "Amana-Done"), SizeIs(1));
  EXPECT_EQ(*box->Select("INBOX"), *validity);
}

TEST_F(MailBoxTest, AnEmptyFolderHasNothing) {
  const auto box = Open();
  ASSERT_NE(box, nullptr);
  AMANA_ASSERT_OK(box->Select("INBOX"));
  EXPECT_THAT(*box->List(), IsEmpty());
  EXPECT_EQ(ErrorReason(box->Select("no such folder").status()), "MAILBOX_REFUSED");
  AMANA_EXPECT_OK(box->Noop());
}

TEST_F(MailBoxTest, LargeMailIsNotRead) {
  AMANA_ASSERT_OK(
      servers_->Put(kBrokerAddress, "Subject: x\n\n" + std::string(200000, 'x') + "\n"));
  const auto box = Open(/*max_mail=*/100000);
  ASSERT_NE(box, nullptr);
  AMANA_ASSERT_OK(box->Select("INBOX"));
  const auto list = box->List();
  ASSERT_THAT(*list, SizeIs(1));
  EXPECT_GT((*list)[0].size, 200000u);
  EXPECT_EQ(ErrorReason(box->Fetch((*list)[0].uid).status()), "MAIL_TOO_LARGE");
}

TEST_F(MailBoxTest, ManyMailsOverStartTls) {
  for (int i = 0; i < 100; ++i) {
    AMANA_ASSERT_OK(servers_->Put(kBrokerAddress, "Subject: x\n\nno " + std::to_string(i) + "\n"));
  }
  auto box = MailBox::Open(Server(servers_->Imap()), 100000);
  AMANA_ASSERT_OK(box);
  AMANA_ASSERT_OK((*box)->Select("INBOX"));
  const auto list = (*box)->List();
  ASSERT_THAT(*list, SizeIs(100));
  for (const MailEntry& entry : *list) AMANA_ASSERT_OK((*box)->Fetch(entry.uid));
}

TEST_F(MailBoxTest, RefusesWhomItCannotTrustAndSaysWhoRefusesIt) {
  MailServer stranger = Server(servers_->Imaps());
  stranger.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(ErrorReason(MailBox::Open(stranger, 1000).status()), "MAIL_TLS_FAILED");
  MailServer wrong = Server(servers_->Imaps());
  wrong.password = crypto::Secret("wrong");
  EXPECT_EQ(ErrorReason(MailBox::Open(wrong, 1000).status()), "MAIL_LOGIN_REFUSED");
}

TEST_F(MailBoxTest, AnotherMailboxOfThatNameHasAnotherValidity) {
  auto box = Open();
  ASSERT_NE(box, nullptr);
  const auto before = box->Select("INBOX");
  AMANA_ASSERT_OK(before);
  AMANA_ASSERT_OK(servers_->Empty(kBrokerAddress));
  // Dovecot makes it from the time in seconds.
  EXPECT_TRUE(tests::WaitUntil(absl::Seconds(10), [&] {
    AMANA_EXPECT_OK(servers_->Empty(kBrokerAddress));
    box = Open();
    const auto after = box->Select("INBOX");
    return after.ok() && *after != *before;
  }));
}

TEST_F(MailBoxTest, AnAbsentServerIsUnreachableAndComesBack) {
  servers_->StopDovecot();
  EXPECT_EQ(ErrorReason(MailBox::Open(Server(servers_->Imaps()), 1000).status()),
            "MAIL_UNREACHABLE");
  AMANA_ASSERT_OK(servers_->StartDovecot());
  EXPECT_NE(Open(), nullptr);
}

}  // namespace
}  // namespace amana::net
