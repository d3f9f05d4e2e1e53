#include "agency-adapters/net/mail_send.h"

#include "agency-adapters/net/mail_box.h"
#include "agency-adapters/net/mail_for_test.h"
#include "base/status.h"
#include "base/testing.h"
#include "tests/support/mail_servers.h"

namespace amana::net {
namespace {

using tests::kBrokerAddress;
using tests::kMinistryAddress;

TEST(MailServerTest, UrlsNameAServerAndNothingElse) {
  for (const char* url :
       {"", "smtp", "smtp://", "http://localhost", "smtps://a/b", "smtp://user@host", "imap://host",
        "smtp://a b", "smtp://a?x", "smtpss://a"}) {
    MailServer server;
    server.url = url;
    server.ca_file = "ca.pem";
    EXPECT_EQ(ErrorReason(MailSender::Create(server).status()), "MAIL_SERVER_INVALID") << url;
    EXPECT_EQ(ErrorReason(MailBox::Open(server, 1000).status()).empty(), false) << url;
  }
  MailServer server;
  server.url = "smtps://localhost:465";
  EXPECT_EQ(ErrorReason(MailSender::Create(server).status()), "MAIL_SERVER_INVALID");
}

class MailSendTest : public MailServersTest {
 protected:
  static absl::Status Send(const MailServer& server, const std::vector<std::string>& to,
                           const std::string& mail) {
    auto sender = MailSender::Create(server);
    return sender.ok() ? (*sender)->Send(kBrokerAddress, to, mail) : sender.status();
  }
  size_t Count(const std::string& address, const std::string& what) const {
    size_t count = 0;
    for (const std::string& mail : servers_->Mails(address)) {
      if (mail.find(what) != std::string::npos) ++count;
    }
    return count;
  }
};

TEST_F(MailSendTest, GoesToAllOverStartTlsAndOverTls) {
  for (const std::string& url : {servers_->Smtp(), servers_->Smtps()}) {
    const std::string mark = "SYNTHETIC-" + url;
    AMANA_ASSERT_OK(Send(Server(url), {kMinistryAddress, kBrokerAddress},
                         "Subject: x\r\n\r\n" + mark + "\r\n.\r\n..end\r\n"));
    for (const char* address : {kMinistryAddress, kBrokerAddress}) {
      EXPECT_TRUE(tests::WaitUntil(absl::Seconds(20), [&] { return Count(address, mark) == 1; }))
          << servers_->LogEnd();
      EXPECT_EQ(Count(address, "\n.\n..end"), Count(address, "SYNTHETIC-"));
    }
  }
}

TEST_F(MailSendTest, OneConnectionForManyMails) {
  auto sender = MailSender::Create(Server(servers_->Smtps()));
  AMANA_ASSERT_OK(sender);
  AMANA_EXPECT_OK((*sender)->Check());
  for (int i = 0; i < 20; ++i) {
    AMANA_ASSERT_OK((*sender)->Send(kBrokerAddress, {kMinistryAddress},
                                    "Subject: x\r\n\r\nMANY-" + std::to_string(i) + ".\r\n"));
  }
  AMANA_EXPECT_OK((*sender)->Check());
  EXPECT_TRUE(
      tests::WaitUntil(absl::Seconds(20), [&] { return Count(kMinistryAddress, "MANY-") == 20; }));
}

TEST_F(MailSendTest, NothingIsSaidWithoutTlsOfThePinnedAuthority) {
  const std::string mail = "Subject: x\r\n\r\nNEVER-SAID\r\n";
  EXPECT_EQ(ErrorReason(Send(Server(servers_->PlainSmtp()), {kMinistryAddress}, mail)),
            "MAIL_TLS_FAILED");
  MailServer stranger = Server(servers_->Smtps());
  stranger.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(ErrorReason(Send(stranger, {kMinistryAddress}, mail)), "MAIL_TLS_FAILED");
  MailServer other_name = Server(servers_->Smtps());
  other_name.url.replace(other_name.url.find("127.0.0.1"), 9, "127.0.0.2");
  const std::string reason = ErrorReason(Send(other_name, {kMinistryAddress}, mail));
  EXPECT_TRUE(reason == "MAIL_TLS_FAILED" || reason == "MAIL_UNREACHABLE") << reason;
}

TEST_F(MailSendTest, RefusalsAreNamedByCodeAlone) {
  MailServer wrong = Server(servers_->Smtps());
  wrong.password = crypto::Secret("wrong");
  EXPECT_EQ(ErrorReason(Send(wrong, {kMinistryAddress}, "x\r\n")), "MAIL_LOGIN_REFUSED");
  const absl::Status unknown =
      Send(Server(servers_->Smtps()), {kMinistryAddress, "nobody@mfa.example.ke"},
           "Subject: x\r\n\r\nHALF-SENT\r\n");
  EXPECT_EQ(ErrorReason(unknown), "MAIL_REJECTED");
  EXPECT_EQ(unknown.message().find("nobody"), std::string::npos) << unknown;
  const absl::Status large =
      Send(Server(servers_->Smtps()), {kMinistryAddress}, std::string(7000000, 'x'));
  EXPECT_EQ(ErrorReason(large), "MAIL_REJECTED") << large;
  EXPECT_EQ(Count(kMinistryAddress, "HALF-SENT"), 0u);
}

// Its children hold the ports too, and end a little later than their master.
TEST_F(MailSendTest, AStoppedServerListensNoMore) {
  for (int i = 0; i < 5; ++i) {
    AMANA_ASSERT_OK(Send(Server(servers_->Smtps()), {kMinistryAddress}, "Subject: x\r\n\r\nx\r\n"));
    servers_->StopPostfix();
    EXPECT_EQ(ErrorReason(Send(Server(servers_->Smtps()), {kMinistryAddress}, "x\r\n")),
              "MAIL_UNREACHABLE");
    AMANA_ASSERT_OK(servers_->StartPostfix());
  }
}

TEST_F(MailSendTest, AnAbsentServerIsUnreachableAndComesBack) {
  auto sender = MailSender::Create(Server(servers_->Smtps()));
  AMANA_ASSERT_OK(sender);
  AMANA_ASSERT_OK((*sender)->Check());
  servers_->StopPostfix();
  EXPECT_EQ(ErrorReason((*sender)->Send(kBrokerAddress, {kMinistryAddress}, "x\r\n")),
            "MAIL_UNREACHABLE");
  AMANA_ASSERT_OK(servers_->StartPostfix());
  AMANA_EXPECT_OK(
      (*sender)->Send(kBrokerAddress, {kMinistryAddress}, "Subject: x\r\n\r\nBACK\r\n"));
}

}  // namespace
}  // namespace amana::net
