#include "agency-adapters/foreign-affairs/judge.h"

#include "agency-adapters/foreign-affairs/affairs_for_test.h"
#include "agency-adapters/foreign-affairs/ledger.h"
#include "base/status.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using runtime::ItemKind;
using testing::ElementsAre;

using What = Verdict::What;

class JudgeTest : public testing::Test {
 protected:
  void SetUp() override {
    Put({ref_, "delivery-1", kTheirs, false, true, {}});
    Put({own_, "case/abc", kTheirs, true, true, {}});
  }
  void Put(const CaseRow& row) { AMANA_ASSERT_OK(ledger_->PutCase(row)); }
  Verdict Look(const std::string& mail) const {
    const Judge judge(World().keys, *ledger_, kOurs, kTheirs, {"TRAVEL_DOC"});
    const auto verdict = judge.Look(mail, World().now);
    EXPECT_TRUE(IsOk(verdict));
    return verdict.ok() ? *verdict : Verdict();
  }
  std::string Reason(const std::string& mail) const {
    const Verdict verdict = Look(mail);
    EXPECT_EQ(verdict.what, What::kRefused);
    return ErrorReason(verdict.why);
  }

  const TempDir dir_;
  absl::StatusOr<Ledger> ledger_ = Ledger::Open(dir_.File("mail"));
  const Reference ref_{TagOf("delivery-1"), 3};
  const Reference own_{TagOf("case/abc"), 1};
};

TEST_F(JudgeTest, ASignedAnswerIsAnItem) {
  const Verdict accept = Look(World().Answer(ref_, "ACCEPT"));
  ASSERT_EQ(accept.what, What::kItem) << accept.why;
  EXPECT_EQ(accept.item.kind, ItemKind::kAccept);
  EXPECT_EQ(accept.item.about, "delivery-1");
  EXPECT_EQ(accept.item.key, "reply/" + ref_.tag + ".v3/ACCEPT/" + accept.digest);
  EXPECT_EQ(ParseReplyKey(accept.item.key)->tag, ref_.tag);
  const Verdict decline = Look(World().Answer(ref_, "DECLINE PERSON_NOT_FOUND"));
  ASSERT_EQ(decline.what, What::kItem);
  EXPECT_EQ(decline.item.code, "PERSON_NOT_FOUND");
  const Verdict ask = Look(World().Answer(ref_, "ASK Who holds it?"));
  EXPECT_THAT(ask.item.categories, ElementsAre("TRAVEL_DOC"));
  EXPECT_EQ(ask.item.words, "Who holds it?");
}

TEST_F(JudgeTest, TheSameAnswerAgainIsTheSameItemWhateverIsAroundIt) {
  const MailWorld& w = World();
  const std::string content = WriteContent("ACCEPT\r\n\r\n> " + ReferenceText(ref_) + "\r\n", "");
  const std::string subject = SubjectOf(ref_.tag);
  const Verdict one = Look(w.Write(subject, content, w.ministry));
  const Verdict two = Look(w.Write("Fwd: " + subject, content, w.ministry));
  EXPECT_EQ(one.item.key, two.item.key);
  CaseRow row{ref_, "delivery-1", kTheirs, false, /*open=*/false, {one.digest}};
  Put(row);
  EXPECT_EQ(Look(w.Write(subject, content, w.ministry)).item.key, one.item.key)
      << "it has counted: known by its key, not complained of";
  EXPECT_EQ(Reason(w.Answer(ref_, "DECLINE NO_CAPACITY")), "REPLY_CASE_CLOSED");
}

TEST_F(JudgeTest, WhoIsNotTheMinistryIsRefusedAndNotAnswered) {
  const MailWorld& w = World();
  const std::string content = WriteContent("ACCEPT\r\n\r\n" + ReferenceText(ref_) + "\r\n", "");
  const Verdict forged = Look(w.Write(SubjectOf(ref_.tag), content, w.stranger));
  EXPECT_EQ(ErrorReason(forged.why), "CHAIN_UNTRUSTED");
  EXPECT_FALSE(forged.from_ministry);
  const Verdict plain = Look("From: desk@mfa.example.ke\r\nSubject: " + SubjectOf(ref_.tag) +
                             "\r\n\r\nACCEPT\r\n" + ReferenceText(ref_));
  EXPECT_EQ(ErrorReason(plain.why), "MAIL_NOT_ENCRYPTED");
  EXPECT_FALSE(plain.from_ministry);
  EXPECT_EQ(ErrorReason(Look("").why).empty(), false);
}

TEST_F(JudgeTest, AnAnswerIsBoundToItsCase) {
  const MailWorld& w = World();
  const auto write = [&](const std::string& subject, const std::string& quoted,
                         const std::string& from = kTheirs) {
    return w.Write(subject, WriteContent("ACCEPT\r\n\r\n" + quoted + "\r\n", ""), w.ministry, from);
  };
  const std::string subject = SubjectOf(ref_.tag);
  const Reference other{TagOf("delivery-2"), 3};
  EXPECT_EQ(Reason(write(subject, "")), "REPLY_TAG_MISSING") << "nothing signed names the case";
  EXPECT_EQ(Reason(write(subject, subject)), "REPLY_TAG_MISSING") << "no version";
  EXPECT_EQ(Reason(write("Re: hello", ReferenceText(ref_))), "REPLY_TAG_MISSING");
  EXPECT_EQ(Reason(write(SubjectOf(other.tag), ReferenceText(ref_))), "REPLY_TAG_MISMATCH");
  EXPECT_EQ(Reason(write(subject, ReferenceText(ref_) + ReferenceText(other))),
            "REPLY_TAG_MISMATCH");
  EXPECT_EQ(Reason(write(SubjectOf(other.tag), ReferenceText(other))), "REPLY_TAG_UNKNOWN");
  EXPECT_EQ(Reason(write(subject, ReferenceText(ref_), "x@mfa.example.ke")), "REPLY_TAG_UNKNOWN");
  EXPECT_EQ(Reason(write(subject, ReferenceText({ref_.tag, 2}))), "REPLY_VERSION_OLD");
  EXPECT_TRUE(Look(write(subject, ReferenceText({ref_.tag, 2}))).from_ministry);
}

TEST_F(JudgeTest, WhatIsNotUnderstoodIsRefusedByName) {
  EXPECT_EQ(Reason(World().Answer(ref_, "Yes, gladly")), "REPLY_VERB_UNKNOWN");
  EXPECT_EQ(Reason(World().Answer(ref_, "DECLINE FULL")), "REPLY_CODE_UNKNOWN");
  EXPECT_EQ(Reason(World().Answer(ref_, "ACCEPT perhaps")), "REPLY_WORDS_EXTRA");
  EXPECT_EQ(Reason(World().Answer(ref_, "CANCEL NO_LONGER_NEEDED")), "REPLY_OUT_OF_PLACE");
  EXPECT_EQ(Reason(World().Answer(own_, "ACCEPT")), "REPLY_OUT_OF_PLACE");
  EXPECT_EQ(
      Reason(World().Write("x", "Content-Type: text/html\r\n\r\n<p>ACCEPT", World().ministry)),
      "REPLY_EMPTY");
  EXPECT_EQ(Look(World().Answer(own_, "CANCEL NO_LONGER_NEEDED")).item.about, "case/abc");
}

TEST_F(JudgeTest, TheMinistryRefersACaseOfItsOwn) {
  const MailWorld& w = World();
  const std::string content = WriteContent("REFER\r\n", R"({"fields":{"SURNAME":"SYNTHETIC"}})");
  const Verdict verdict = Look(w.Write("a new case", content, w.ministry));
  ASSERT_EQ(verdict.what, What::kItem) << verdict.why;
  EXPECT_EQ(verdict.item.kind, ItemKind::kCase);
  EXPECT_EQ(verdict.item.key, OwnCaseKey(verdict.digest));
  EXPECT_THAT(verdict.item.record.fields.at("SURNAME"), ElementsAre("SYNTHETIC"));
  EXPECT_EQ(Reason(w.Write("x", WriteContent("REFER\r\n", ""), w.ministry)),
            "NATIVE_FORMAT_INVALID");
  EXPECT_EQ(Reason(w.Write("x", content, w.ministry, "x@mfa.example.ke")), "REPLY_TAG_UNKNOWN");
}

std::string Displayed(const std::string& message_id, const std::string& mode) {
  return "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
         "--b\r\n\r\nseen\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
         "Original-Message-ID: <" +
         message_id + ">\r\nDisposition: " + mode + "; displayed\r\n\r\n--b--\r\n";
}

TEST_F(JudgeTest, AReceiptCountsAsSeenOnlyWhenSignedAndByHand) {
  const MailWorld& w = World();
  const std::string id = ref_.tag + ".v3@referral.example.ke";
  const std::string by_hand = Displayed(id, "manual-action/MDN-sent-manually");
  const Verdict seen = Look(w.Write("Read", by_hand, w.ministry));
  ASSERT_EQ(seen.what, What::kItem) << seen.why;
  EXPECT_EQ(seen.item.kind, ItemKind::kSeen);
  EXPECT_EQ(seen.item.about, "delivery-1");
  EXPECT_EQ(Look("From: desk@mfa.example.ke\r\n" + by_hand).what, What::kReceipt) << "unsigned";
  EXPECT_EQ(Reason(w.Write("Read", Displayed(id, "automatic-action/x"), w.ministry)),
            "REPLY_VERB_UNKNOWN");
  EXPECT_EQ(Reason(w.Write("Read", Displayed("x@y", "manual-action/x"), w.ministry)),
            "REPLY_TAG_MISSING");
}

TEST_F(JudgeTest, OurOwnMailsComeBackAsCopies) {
  const MailWorld& w = World();
  const Envelope envelope{kOurs, kTheirs, SubjectOf(ref_.tag), ref_.tag + ".v3@referral.example.ke",
                          w.now};
  EXPECT_EQ(Look(*SealMail(w.keys, envelope, WriteContent("x", ""), w.now)).what, What::kCopy);
}

TEST(ReplyKeyTest, OnlyOursAreRead) {
  for (const char* key : {"", "case/abc", "reply/x", "reply/a/b/c/d", "other/a/b/c"}) {
    EXPECT_FALSE(ParseReplyKey(key).has_value()) << key;
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
