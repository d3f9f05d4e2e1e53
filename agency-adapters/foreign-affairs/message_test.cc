#include "agency-adapters/foreign-affairs/message.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST(MessageTest, WhatIsWrittenIsRead) {
  const std::string text = "ACCEPT\n\nw\xC3\xA9 read it  \n.\n--x\n";
  const auto part = ReadPart(WriteContent(text, "{\"a\":1}"));
  AMANA_ASSERT_OK(part);
  EXPECT_EQ(part->type, "multipart/mixed");
  ASSERT_THAT(part->parts, SizeIs(2));
  EXPECT_EQ(part->parts[0].type, "text/plain");
  EXPECT_EQ(part->parts[0].body, text);
  EXPECT_EQ(part->parts[1].type, "application/json");
  EXPECT_EQ(part->parts[1].file_name, "referral.json");
  EXPECT_EQ(part->parts[1].body, "{\"a\":1}");
  const auto alone = ReadPart(WriteContent(text, ""));
  AMANA_ASSERT_OK(alone);
  EXPECT_THAT(alone->parts, SizeIs(1));
}

TEST(MessageTest, TheSignedBytesAreThoseThatWereSigned) {
  const std::string content = WriteContent("ACCEPT\n", "{}");
  const std::string entity = WriteSigned(content, std::string("\x30\x00\xff", 3));
  const auto part = ReadPart(entity);
  AMANA_ASSERT_OK(part);
  EXPECT_EQ(part->type, "multipart/signed");
  EXPECT_EQ(part->protocol, "application/pkcs7-signature");
  ASSERT_THAT(part->parts, SizeIs(2));
  EXPECT_EQ(part->parts[1].body, std::string("\x30\x00\xff", 3));
  EXPECT_EQ(*SignedBytes(entity, part->boundary), content);
  // Line ends that were made LF on the way are CRLF where it is signed.
  std::string unix = entity;
  unix.erase(std::remove(unix.begin(), unix.end(), '\r'), unix.end());
  EXPECT_EQ(*SignedBytes(unix, part->boundary), content);
}

TEST(MessageTest, TheOutsideSaysNothingButTheTag) {
  const Envelope envelope{"broker@referral.example.ke", "desk@mfa.example.ke", "[REF X]",
                          "X.v3@referral.example.ke", absl::FromUnixSeconds(1930000000)};
  const std::string bytes = WriteEnveloped(envelope, "sealed");
  std::vector<std::string> names;
  for (size_t at = 0; !absl::StartsWith(bytes.substr(at), "\r\n");
       at = bytes.find("\r\n", at) + 2) {
    names.push_back(bytes.substr(at, bytes.find(':', at) - at));
  }
  EXPECT_THAT(names, ElementsAre("From", "To", "Subject", "Message-ID", "Date",
                                 "Disposition-Notification-To", "MIME-Version", "Content-Type",
                                 "Content-Disposition", "Content-Transfer-Encoding"));
  const auto mail = ReadMail(bytes);
  AMANA_ASSERT_OK(mail);
  EXPECT_EQ(mail->from, envelope.from);
  EXPECT_EQ(mail->subject, "[REF X]");
  EXPECT_EQ(mail->message_id, envelope.message_id);
  EXPECT_EQ(mail->root.type, "application/pkcs7-mime");
  EXPECT_EQ(mail->root.smime_type, "authenveloped-data");
  EXPECT_EQ(mail->root.body, "sealed");
  EXPECT_THAT(bytes, HasSubstr("Date: Thu, 27 Feb 2031 23:06:40 +0000\r\n"));
}

TEST(MessageTest, OnlyOnePlainSenderCounts) {
  const auto from = [](const std::string& header) {
    return ReadMail("From: " + header + "\r\n\r\nx")->from;
  };
  EXPECT_EQ(from("\"Desk, Consular\" <Desk@MFA.example.ke>"), "desk@mfa.example.ke");
  EXPECT_EQ(from("a@example.ke, b@example.ke"), "");
  EXPECT_EQ(from("nobody"), "");
  EXPECT_EQ(ReadMail("Subject: x\r\n\r\nx")->from, "");
  EXPECT_TRUE(IsPlainAddress("a.b+c-d_e@example.ke"));
  for (const char* text : {"", "@", "a@", "@b", "a@b@c", "-a@b", "a b@c", "a@b\r\nRCPT", "<a@b>"}) {
    EXPECT_FALSE(IsPlainAddress(text)) << text;
  }
}

TEST(MessageTest, CharsetsBecomeUtf8) {
  const auto part = ReadPart(
      "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\nASK caf=E9?\r\n");
  AMANA_ASSERT_OK(part);
  EXPECT_EQ(part->body, "ASK caf\xC3\xA9?\r\n");
}

TEST(MessageTest, HugeDeepAndManyAreRefused) {
  EXPECT_EQ(ErrorReason(ReadMail(std::string(kMaxMail + 1, 'x')).status()), "MAIL_MALFORMED");
  std::string deep;
  for (int i = 0; i < 30; ++i) {
    absl::StrAppend(&deep, "Content-Type: multipart/mixed; boundary=b", i, "\r\n\r\n--b", i,
                    "\r\n");
  }
  EXPECT_EQ(ErrorReason(ReadPart(deep + "\r\nx").status()), "MAIL_MALFORMED");
  std::string bomb;
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&bomb, "Content-Type: Multipart/mixed\r\n\r\n");
  EXPECT_EQ(ErrorReason(ReadPart(bomb).status()), "MAIL_MALFORMED");
}

TEST(MessageTest, BrokenSignedPartsAreRefused) {
  for (const char* entity : {"", "--b", "--b\r\nx", "--b\r\nx\r\n-- b", "x--b\r\nx--b\r\n"}) {
    EXPECT_EQ(ErrorReason(SignedBytes(entity, "b").status()), "MAIL_MALFORMED") << entity;
  }
  EXPECT_EQ(ErrorReason(SignedBytes("--\r\nx\r\n--\r\n", "").status()), "MAIL_MALFORMED");
  EXPECT_EQ(*SignedBytes("--b\r\n--b--", "b"), "");
  EXPECT_EQ(*SignedBytes("x\n--b \nA\n--bc\n--b--\n", "b"), "A\r\n--bc");
}

}  // namespace
}  // namespace amana::foreign_affairs
