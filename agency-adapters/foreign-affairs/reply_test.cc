#include "agency-adapters/foreign-affairs/reply.h"

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using runtime::ItemKind;
using testing::ElementsAre;

struct Good {
  const char* text;
  ItemKind kind;
  const char* code = "";
  const char* words = "";
};

TEST(ReplyTest, UnderstandsTheGrammar) {
  const Good table[] = {
      {"ACCEPT", ItemKind::kAccept},
      {"accept\r\n", ItemKind::kAccept},
      {"\r\n  \n Accept \t\n\nRegards\nSYNTHETIC", ItemKind::kAccept},
      {"> DECLINE NO_CAPACITY\n>\n\nACCEPT\n> quoted", ItemKind::kAccept},
      {"DECLINE NO_CAPACITY", ItemKind::kDecline, "NO_CAPACITY"},
      {"decline\tperson_not_found", ItemKind::kDecline, "PERSON_NOT_FOUND"},
      {"DECLINE LOCATION_NOT_COVERED ask Kampala\n> x", ItemKind::kDecline, "LOCATION_NOT_COVERED",
       "ask Kampala"},
      {"DECLINE OTHER the desk\nis closed", ItemKind::kDecline, "OTHER", "the desk is closed"},
      {"ASK Which embassy?", ItemKind::kAsk, "", "Which embassy?"},
      {"ASK Note: which embassy?", ItemKind::kAsk, "", "Note: which embassy?"},
      {"SEEN", ItemKind::kSeen},
      {"START", ItemKind::kStart},
      {"COMPLETE provided", ItemKind::kComplete, "PROVIDED"},
      {"FAIL UNMET", ItemKind::kFail, "UNMET"},
      {"CANCEL no_longer_needed", ItemKind::kCancel, "NO_LONGER_NEEDED"},
      {"ANSWER The consulate did", ItemKind::kUpdate, "", "The consulate did"},
      {"REFER", ItemKind::kCase},
  };
  for (const Good& good : table) {
    const auto reply = ParseReply(good.text);
    AMANA_ASSERT_OK(reply) << good.text;
    EXPECT_EQ(reply->kind, good.kind) << good.text;
    EXPECT_EQ(reply->code, good.code) << good.text;
    EXPECT_EQ(reply->words, good.words) << good.text;
    EXPECT_TRUE(reply->categories.empty()) << good.text;
  }
}

TEST(ReplyTest, AsksForNamedCategories) {
  const auto reply = ParseReply("ASK family, Travel_Doc, FAMILY: who holds it?");
  AMANA_ASSERT_OK(reply);
  EXPECT_THAT(reply->categories, ElementsAre("TRAVEL_DOC", "FAMILY"));
  EXPECT_EQ(reply->words, "who holds it?");
}

TEST(ReplyTest, RefusesByNameWhatItDoesNotUnderstand) {
  const std::pair<std::string, const char*> table[] = {
      {"", "REPLY_EMPTY"},
      {"\r\n \t\n", "REPLY_EMPTY"},
      {"> ACCEPT\n>> ACCEPT\n", "REPLY_EMPTY"},
      {"OK", "REPLY_VERB_UNKNOWN"},
      {"ACCEPTED", "REPLY_VERB_UNKNOWN"},
      {"ACCEPT.", "REPLY_VERB_UNKNOWN"},
      {"NOT ACCEPT", "REPLY_VERB_UNKNOWN"},
      {"We ACCEPT", "REPLY_VERB_UNKNOWN"},
      {"On 2 Feb broker wrote:\n> x\nACCEPT", "REPLY_VERB_UNKNOWN"},
      {"ACCEPT but only if she comes herself", "REPLY_WORDS_EXTRA"},
      {"ACCEPT\nbut only if she comes herself", "REPLY_WORDS_EXTRA"},
      {"ACCEPT / DECLINE NO_CAPACITY", "REPLY_WORDS_EXTRA"},
      {"SEEN yesterday", "REPLY_WORDS_EXTRA"},
      {"DECLINE", "REPLY_CODE_MISSING"},
      {"DECLINE \n\nNO_CAPACITY", "REPLY_CODE_MISSING"},
      {"DECLINE FULL", "REPLY_CODE_UNKNOWN"},
      {"DECLINE PROVIDED", "REPLY_CODE_UNKNOWN"},
      {"DECLINE REASON_UNSPECIFIED", "REPLY_CODE_UNKNOWN"},
      {"COMPLETE NO_CAPACITY", "REPLY_CODE_UNKNOWN"},
      {"COMPLETE UNMET", "REPLY_CODE_UNKNOWN"},
      {"FAIL PROVIDED", "REPLY_CODE_UNKNOWN"},
      {"COMPLETE", "REPLY_CODE_MISSING"},
      {"COMPLETE PROVIDED today", "REPLY_WORDS_EXTRA"},
      {"DECLINE OTHER", "REPLY_WORDS_MISSING"},
      {"CANCEL NO_CAPACITY", "REPLY_CODE_UNKNOWN"},
      {"ANSWER", "REPLY_WORDS_MISSING"},
      {"ASK", "REPLY_WORDS_MISSING"},
      {"ASK TRAVEL_DOC:", "REPLY_WORDS_MISSING"},
      {"ASK " + std::string(4001, 'x'), "REPLY_TOO_LONG"},
      {"ASK \xff", "REPLY_NOT_TEXT"},
      {std::string("ASK a\0b", 7), "REPLY_NOT_TEXT"},
      {"\xEF\xBB\xBF"
       "ACCEPT",
       "REPLY_VERB_UNKNOWN"},
  };
  for (const auto& [text, reason] : table) {
    EXPECT_EQ(ErrorReason(ParseReply(text).status()), reason) << text.substr(0, 60);
  }
}

TEST(ReplyTest, EveryVerbIsKnownByItsKind) {
  for (const ItemKind kind :
       {ItemKind::kAccept, ItemKind::kSeen, ItemKind::kStart, ItemKind::kCase}) {
    const auto reply = ParseReply(VerbOf(kind));
    AMANA_ASSERT_OK(reply);
    EXPECT_EQ(reply->kind, kind);
  }
  EXPECT_EQ(VerbOf(ItemKind::kHandover), "");
}

}  // namespace
}  // namespace amana::foreign_affairs
