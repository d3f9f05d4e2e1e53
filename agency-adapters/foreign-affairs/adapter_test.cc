#include "agency-adapters/foreign-affairs/adapter.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/affairs_for_test.h"
#include "agency-adapters/foreign-affairs/post.h"
#include "agency-adapters/net/mail_for_test.h"
#include "base/durable_file.h"
#include "base/log.h"
#include "base/status.h"
#include "gmock/gmock.h"

namespace amana::foreign_affairs {
namespace {

using runtime::Adapter;
using runtime::DeliveryKind;
using runtime::ItemKind;
using runtime::NativeDelivery;
using runtime::NativeItem;
using runtime::Settlement;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using tests::WaitUntil;

struct NoIntake : runtime::Intake {
  absl::Status Take(const NativeItem&) override { return absl::UnimplementedError("no intake"); }
};

class AdapterTest : public net::MailServersTest {
 protected:
  void SetUp() override {
    net::MailServersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const MailWorld& w = World();
    const auto write = [&](const std::string& name, const std::string& text) {
      AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File(name), text, 0400));
      return;
    };
    write("password", std::string(tests::kMailPassword) + "\n");
    write("own.pem", w.ours.cert_pem);
    write("own.key", w.ours.key_pem);
    write("ministry.pem", w.ministry.cert_pem);
    adapter_ = Open();
  }

  // A new one over the same folder: what a restart makes.
  std::unique_ptr<Adapter> Open() {
    adapter_.reset();
    const std::string toml = absl::StrCat(
        "address = '", kOurs, "'\nministry = '", kTheirs, "'\nsmtp = '", servers_->Smtps(),
        "'\nimap = '", servers_->Imaps(), "'\nmail_ca = '", servers_->ca_file(),
        "'\npassword_file = 'password'\nsigning_certificate = 'own.pem'\nsigning_key = 'own.key'\n"
        "sealing_certificate = 'own.pem'\nsealing_key = 'own.key'\n"
        "ministry_sealing_certificates = 'ministry.pem'\n"
        "ministry_signing_certificates = 'ministry.pem'\ncopy_grace = '1s'\n");
    auto reader = ConfigReader::FromText(toml, dir_.File("native.toml"));
    EXPECT_TRUE(IsOk(reader));
    const runtime::AdapterOpener opener = FactoryOf((*reader)->Root());
    EXPECT_TRUE(IsOk((*reader)->Finish()));
    auto adapter = opener({intake_, clock_, "mfa", dir_.File("state")});
    EXPECT_TRUE(IsOk(adapter));
    return adapter.ok() ? *std::move(adapter) : nullptr;
  }

  static NativeDelivery Case(const std::string& key) {
    NativeDelivery d;
    d.key = key;
    d.referral = "police-a/00112233445566778899aabbccddeeff/3";
    d.sender = "police-a/dci";
    d.service = "TRAVEL_DOCUMENT";
    d.urgency = "SOON";
    d.record.fields = {{"SURNAME", {"SYNTHETIC-ERIKSSON"}}};
    return d;
  }
  static Reference RefOf(const std::string& key) { return {TagOf(key), 3}; }

  // What the ministry has, opened as its mail program does; waits until there are `count`.
  std::vector<std::string> MinistryReads(size_t count) {
    std::vector<std::string> mails;
    EXPECT_TRUE(WaitUntil(absl::Seconds(20), [&] {
      mails = servers_->Mails(kTheirs);
      return mails.size() >= count;
    })) << servers_->LogEnd();
    std::vector<std::string> texts;
    for (const std::string& mail : mails) {
      const auto read = ReadMail(mail);
      const auto opened = read.ok()
                              ? OpenMail(World().Theirs(World().ministry), read->root, World().now)
                              : read.status();
      EXPECT_TRUE(IsOk(opened));
      if (opened.ok()) texts.push_back(opened->content.parts[0].body);
    }
    return texts;
  }
  void Arrives(const std::string& mail) { AMANA_ASSERT_OK(servers_->Put(kOurs, mail)); }
  // Polls until everything in the inbox was dealt with but `items` that wait.
  std::vector<NativeItem> PollFor(size_t items) {
    std::vector<NativeItem> shown;
    EXPECT_TRUE(WaitUntil(absl::Seconds(20),
                          [&] {
                            auto polled = adapter_->Poll(100);
                            EXPECT_TRUE(IsOk(polled));
                            if (!polled.ok()) return true;
                            shown = *std::move(polled);
                            return shown.size() == items && servers_->Mails(kOurs).size() == items;
                          }))
        << shown.size() << " shown";
    return shown;
  }

  const TempDir dir_;
  NoIntake intake_;
  FakeClock clock_{World().now};
  std::unique_ptr<Adapter> adapter_;
};

TEST_F(AdapterTest, ACaseGoesOutAndItsAnswerComesIn) {
  const auto id = adapter_->Deliver(Case("d/1"));
  AMANA_ASSERT_OK(id);
  const Reference ref = RefOf("d/1");
  EXPECT_EQ(*id, ref.tag + ".v3@referral.example.ke");
  EXPECT_THAT(MinistryReads(1)[0], testing::AllOf(HasSubstr(ReferenceText(ref)),
                                                  HasSubstr("SURNAME: SYNTHETIC-ERIKSSON")));
  const std::string raw = servers_->Mails(kTheirs)[0];
  EXPECT_THAT(raw, Not(HasSubstr("ERIKSSON")));
  EXPECT_THAT(raw, HasSubstr("Subject: [REF " + ref.tag + "]\n"));
  Arrives(World().Answer(ref, "ACCEPT"));
  const auto items = PollFor(1);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind, ItemKind::kAccept);
  EXPECT_EQ(items[0].about, "d/1");
  EXPECT_THAT(PollFor(1), SizeIs(1)) << "it stays until it is settled";
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, {}));
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, {}));
  EXPECT_THAT(PollFor(0), IsEmpty());
  EXPECT_THAT(servers_->Mails(kOurs, kDoneFolder), SizeIs(1));
  EXPECT_THAT(servers_->Mails(kOurs, kSentFolder), SizeIs(1)) << "the copy";
}

TEST_F(AdapterTest, TheSameDeliveryIsOneMail) {
  const auto id = adapter_->Deliver(Case("d/1"));
  AMANA_ASSERT_OK(id);
  EXPECT_EQ(*adapter_->Deliver(Case("d/1")), *id);
  adapter_ = Open();
  EXPECT_EQ(*adapter_->Find("d/1"), *id);
  EXPECT_EQ(*adapter_->Find("d/2"), std::nullopt);
  EXPECT_EQ(*adapter_->Deliver(Case("d/1")), *id);
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/2")));
  EXPECT_THAT(MinistryReads(2), SizeIs(2));
}

// The mail server has taken the mail, and we died before that was durable here.
TEST_F(AdapterTest, AfterACrashInSendingTheCopyTells) {
  const auto id = adapter_->Deliver(Case("d/1"));
  AMANA_ASSERT_OK(id);
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return servers_->Mails(kOurs).size() == 1; }));
  adapter_.reset();
  AMANA_ASSERT_OK(Ledger::Open(dir_.File("state/mail"))
                      ->PutSending({{{"d/1", *id, servers_->Mails(kOurs)[0]}}}, clock_.Now()));
  adapter_ = Open();
  EXPECT_EQ(*adapter_->Find("d/1"), *id);
  EXPECT_THAT(MinistryReads(1), SizeIs(1));
}

// We died before the server had it: it is sent again, byte for byte.
TEST_F(AdapterTest, WithoutACopyItIsSentAgainAfterTheGrace) {
  servers_->StopPostfix();
  EXPECT_EQ(ErrorReason(adapter_->Deliver(Case("d/1")).status()), "MAIL_UNREACHABLE");
  adapter_ = Open();
  EXPECT_EQ(ErrorReason(adapter_->Find("d/1").status()), "MAIL_SENT_UNKNOWN");
  clock_.Advance(absl::Seconds(8));
  EXPECT_EQ(*adapter_->Find("d/1"), std::nullopt);
  adapter_.reset();
  const std::string kept = *Ledger::Open(dir_.File("state/mail"))->Sending("d/1");
  adapter_ = Open();
  AMANA_ASSERT_OK(servers_->StartPostfix());
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  EXPECT_THAT(MinistryReads(1), SizeIs(1));
  const std::string body = kept.substr(kept.find("\r\n\r\n") + 4);
  std::string arrived = servers_->Mails(kTheirs)[0];
  EXPECT_THAT(arrived, HasSubstr(body.substr(0, 76)));
}

// A batch is sealed and noted before its first mail goes; what was not sent stays, and is sent
// once.
TEST_F(AdapterTest, WhatIsAnnouncedIsSentAsItWasNoted) {
  const NativeDelivery next[] = {Case("d/1"), Case("d/2")};
  adapter_->Announce(next);
  EXPECT_THAT(servers_->Mails(kTheirs), IsEmpty());
  adapter_.reset();
  const std::string noted = *Ledger::Open(dir_.File("state/mail"))->Sending("d/2");
  adapter_ = Open();
  AMANA_ASSERT_OK(adapter_->Deliver(next[1]));
  AMANA_ASSERT_OK(adapter_->Deliver(next[1]));
  EXPECT_THAT(MinistryReads(1), SizeIs(1));
  const std::string body = noted.substr(noted.find("\r\n\r\n") + 4);
  EXPECT_THAT(servers_->Mails(kTheirs)[0], HasSubstr(body.substr(0, 76)));
  Arrives(World().Answer(RefOf("d/2"), "ACCEPT"));
  EXPECT_THAT(PollFor(1), SizeIs(1)) << "its case was noted beside it";
}

TEST_F(AdapterTest, WhatDoesNotCountIsMovedAwayAndOnlyTheMinistryIsTold) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  const Reference ref = RefOf("d/1");
  MinistryReads(1);
  std::string log;
  {
    const ScopedLogSink sink([&](std::string_view line) { log.append(line); });
    const std::string quoted = "ACCEPT\r\n\r\n" + ReferenceText(ref) + "\r\n";
    Arrives(World().Write(SubjectOf(ref.tag), WriteContent(quoted, ""), World().stranger));
    Arrives("From: desk@mfa.example.ke\r\nSubject: " + SubjectOf(ref.tag) + "\r\n\r\n" + quoted);
    Arrives("SECRET-WORD\r\n");
    Arrives(World().Answer(ref, "Yes, SECRET-WORD"));
    Arrives("Subject: x\r\n\r\n" + std::string(kMaxMail + 10, 'x'));
    EXPECT_THAT(PollFor(0), IsEmpty());
  }
  EXPECT_THAT(servers_->Mails(kOurs, kRefusedFolder), SizeIs(5));
  EXPECT_THAT(log, Not(HasSubstr("SECRET-WORD")));
  for (const char* reason :
       {"CHAIN_UNTRUSTED", "MAIL_NOT_ENCRYPTED", "REPLY_VERB_UNKNOWN", "MAIL_TOO_LARGE"}) {
    EXPECT_THAT(log, HasSubstr(reason));
  }
  const auto told = MinistryReads(2);
  ASSERT_THAT(told, SizeIs(2)) << "strangers are not answered";
  EXPECT_TRUE(absl::StrContains(told[0] + told[1], "could not be used: REPLY_VERB_UNKNOWN"));
}

TEST_F(AdapterTest, ARefusalByTheBrokerIsTold) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  Arrives(World().Answer(RefOf("d/1"), "DECLINE NO_CAPACITY"));
  const auto items = PollFor(1);
  ASSERT_THAT(items, SizeIs(1));
  Settlement refused{Settlement::State::kRefused, "", "TASK_STATE_INVALID", "task"};
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, refused));
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, refused));
  EXPECT_THAT(PollFor(0), IsEmpty());
  const auto told = MinistryReads(2);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_TRUE(absl::StrContains(told[0] + told[1], "TASK_STATE_INVALID, task"));
}

TEST_F(AdapterTest, AfterADeclineOrARecallNothingCounts) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/2")));
  Arrives(World().Answer(RefOf("d/1"), "DECLINE NO_CAPACITY"));
  const auto items = PollFor(1);
  ASSERT_THAT(items, SizeIs(1));
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, {Settlement::State::kTaken}));
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, {Settlement::State::kAccepted}));
  NativeDelivery recall;
  recall.key = "d/2/recall";
  recall.kind = DeliveryKind::kRecall;
  recall.about = "d/2";
  recall.reason = "PERSON_WITHDREW";
  AMANA_ASSERT_OK(adapter_->Deliver(recall));
  for (const char* key : {"d/1", "d/2"}) Arrives(World().Answer(RefOf(key), "ACCEPT"));
  EXPECT_THAT(PollFor(0), IsEmpty());
  const auto read = MinistryReads(5);
  EXPECT_EQ(std::count_if(read.begin(), read.end(),
                          [](const std::string& text) {
                            return absl::StrContains(text, "REPLY_CASE_CLOSED");
                          }),
            2);
}

TEST_F(AdapterTest, WhatAnAcceptanceDisclosesGoesOutUnderTheTagOfTheOffer) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  NativeDelivery whole = Case("d/1/accepted");
  whole.about = "d/1";
  whole.stage = "AT_ACCEPT";
  AMANA_ASSERT_OK(adapter_->Deliver(whole));
  for (const std::string& text : MinistryReads(2)) {
    EXPECT_THAT(text, HasSubstr(ReferenceText(RefOf("d/1"))));
  }
  AMANA_EXPECT_OK(adapter_->Settle("not/of/mail", {Settlement::State::kRefused, "", "X", ""}));
  EXPECT_THAT(MinistryReads(2), SizeIs(2));
}

TEST_F(AdapterTest, TheMinistrysOwnCaseIsFollowed) {
  const std::string content = WriteContent("REFER\r\n", R"({"fields":{"SURNAME":"SYNTHETIC"}})");
  Arrives(World().Write("new", content, World().ministry));
  const auto items = PollFor(1);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].kind, ItemKind::kCase);
  AMANA_ASSERT_OK(adapter_->Settle(items[0].key, {Settlement::State::kTaken, "mfa/00/1"}));
  NativeDelivery notice;
  notice.key = "n/1";
  notice.kind = DeliveryKind::kNotice;
  notice.about = items[0].key;
  notice.event = "TASK_ACCEPTED";
  AMANA_ASSERT_OK(adapter_->Deliver(notice));
  EXPECT_THAT(MinistryReads(1)[0], HasSubstr("TASK_ACCEPTED"));
  Arrives(World().Answer({TagOf(items[0].key), 1}, "CANCEL NO_LONGER_NEEDED"));
  const auto cancel = PollFor(1);
  ASSERT_THAT(cancel, SizeIs(1));
  EXPECT_EQ(cancel[0].kind, ItemKind::kCancel);
  EXPECT_EQ(cancel[0].about, items[0].key);
}

TEST_F(AdapterTest, AnotherMailboxIsReadFromItsBeginning) {
  AMANA_ASSERT_OK(adapter_->Deliver(Case("d/1")));
  Arrives(World().Answer(RefOf("d/1"), "SEEN"));
  const auto before = PollFor(1);
  ASSERT_THAT(before, SizeIs(1));
  // Dovecot tells mailboxes apart by the second in which they were made.
  EXPECT_TRUE(WaitUntil(absl::Seconds(15), [&] {
    AMANA_EXPECT_OK(servers_->Empty(kOurs));
    Arrives(World().Answer(RefOf("d/1"), "ACCEPT"));
    (void)adapter_->Poll(10);  // the session that was open breaks
    const auto after = adapter_->Poll(10);
    return after.ok() && after->size() == 1 && (*after)[0].kind == ItemKind::kAccept;
  })) << "not what had that UID before";
  EXPECT_TRUE(adapter_->Check().ok);
}

TEST_F(AdapterTest, HealthNamesWhatIsWrong) {
  EXPECT_TRUE(adapter_->Check().ok);
  servers_->StopPostfix();
  EXPECT_EQ(adapter_->Check().what, "smtp");
  AMANA_ASSERT_OK(servers_->StartPostfix());
  clock_.Advance(absl::Hours(24 * 60));
  EXPECT_EQ(adapter_->Check().what, "ministry_certificate");
  EXPECT_EQ(adapter_->Check().reason, "CERT_EXPIRED");
}

TEST_F(AdapterTest, DecodesTheAttachmentOfAProgram) {
  const auto items = adapter_->Decode(R"({"fields":{"SURNAME":"SYNTHETIC"}})");
  AMANA_ASSERT_OK(items);
  EXPECT_EQ((*items)[0].kind, ItemKind::kCase);
  EXPECT_EQ(ErrorReason(adapter_->Decode("x").status()), "NATIVE_FORMAT_INVALID");
}

TEST(SettingsTest, EveryMistakeIsFound) {
  auto reader = ConfigReader::FromText(
      "address = 'a b'\nministry = 'x@y'\nask_categories = ['X']\n", "native.toml");
  ReadSettings((*reader)->Root());
  const std::string found((*reader)->Finish().message());
  for (const char* key : {"address", "smtp", "imap", "mail_ca", "password_file", "signing_key",
                          "ministry_signing_certificates", "ask_categories"}) {
    EXPECT_THAT(found, HasSubstr(key));
  }
}

}  // namespace
}  // namespace amana::foreign_affairs
