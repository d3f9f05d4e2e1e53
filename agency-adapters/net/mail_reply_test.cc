#include "agency-adapters/net/mail_reply.h"

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"

namespace amana::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MailReply Only(std::string_view bytes) {
  MailReplyReader reader(1000);
  reader.Feed(bytes);
  const auto reply = reader.Next();
  EXPECT_TRUE(reply.ok() && reply->has_value()) << bytes;
  return reply.ok() ? reply->value_or(MailReply()) : MailReply();
}

TEST(MailReplyTest, TellsTheAnswersApart) {
  const MailReply done = Only("m12 OK [READ-WRITE] Select completed.\r\n");
  EXPECT_EQ(done.Tag(), "m12");
  EXPECT_EQ(done.Word(), "OK");
  EXPECT_EQ(Only("* OK [UIDVALIDITY 1930000000] UIDs valid\r\n").NumberAfter("UIDVALIDITY"),
            1930000000u);
  const MailReply fetch = Only("* 3 FETCH (UID 7 RFC822.SIZE 4711)\r\n");
  EXPECT_EQ(fetch.Tag(), "*");
  EXPECT_EQ(fetch.Word(), "FETCH");
  EXPECT_EQ(fetch.NumberAfter("UID"), 7u);
  EXPECT_EQ(fetch.NumberAfter("RFC822.SIZE"), 4711u);
  EXPECT_EQ(fetch.NumberAfter("SIZE"), std::nullopt);
  EXPECT_THAT(Only("* SEARCH 4 17 99999999999 x\r\n").Numbers(), ElementsAre(4u, 17u));
  EXPECT_THAT(Only("* SEARCH\r\n").Numbers(), IsEmpty());
  EXPECT_EQ(Only("\r\n").Tag(), "");
  EXPECT_EQ(Only("*\r\n").Word(), "");
}

TEST(MailReplyTest, LiteralsAreKeptApartHoweverTheyCome) {
  const std::string bytes =
      "* 1 FETCH (UID 9 BODY[] {13}\r\nm1 OK no\r\n{3} FLAGS ())\r\nm1 OK x\r\n";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    MailReplyReader reader(1000);
    std::vector<MailReply> replies;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      reader.Feed(std::string_view(bytes).substr(at, piece));
      for (auto reply = reader.Next(); reply.ok() && reply->has_value(); reply = reader.Next()) {
        replies.push_back(**reply);
      }
    }
    ASSERT_EQ(replies.size(), 2u) << piece;
    EXPECT_EQ(replies[0].text, "* 1 FETCH (UID 9 BODY[] {} FLAGS ())");
    EXPECT_THAT(replies[0].literals, ElementsAre("m1 OK no\r\n{3}"));
    EXPECT_EQ(replies[1].Tag(), "m1");
  }
}

TEST(MailReplyTest, IsBounded) {
  MailReplyReader large(1000);
  large.Feed("* 1 FETCH (BODY[] {1001}\r\n");
  EXPECT_EQ(ErrorReason(large.Next().status()), "MAIL_TOO_LARGE");
  MailReplyReader endless(1000);
  endless.Feed(std::string(70000, 'x'));
  EXPECT_EQ(ErrorReason(endless.Next().status()), "MAILBOX_MALFORMED");
  MailReplyReader many(1000);
  for (int i = 0; i < 40; ++i) many.Feed("a {0}\r\n");
  EXPECT_EQ(ErrorReason(many.Next().status()), "MAILBOX_MALFORMED");
  MailReplyReader overflow(1000);
  overflow.Feed("* {99999999999999999999999}\r\n");
  EXPECT_TRUE(IsOk(overflow.Next()));  // not a literal: a line like any other
}

}  // namespace
}  // namespace amana::net
