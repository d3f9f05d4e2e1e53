#include "agency-adapters/sdk/notices.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/notice_log_for_test.h"
#include "agency-adapters/sdk/testing.h"
#include "amana/v1/handover_service.pb.h"
#include "amana/v1/offer.pb.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

const StatementKey kReferral = {*AgencyId::Create("police-a"),
                                *ReferralId::FromBytes(std::string(16, 'r')), 1};
const StatementKey kForeign = {*AgencyId::Create("shelter-a"),
                               *ReferralId::FromBytes(std::string(16, 'f')), 1};

class NoticesTest : public ::testing::Test {
 protected:
  NoticesTest() { Start(); }

  // A new process on the same mailbox.
  void Start() {
    box_.reset();
    mailbox_.reset();
    client_ = log_.Connect();
    mailbox_ = Mailbox::Open(dir_.path()).value();
    box_.emplace(identity_, *client_, *mailbox_);
  }
  uint64_t AddOwn(uint64_t counter, v1::EventKind kind = v1::EVENT_KIND_TASK_ROUTED) {
    return log_.Add({.kind = kind, .referral = kReferral, .sender_counter = counter});
  }
  std::string Refused(absl::StatusOr<NoticeLog::Message> told) {
    log_.told.push_back(std::move(told));
    const auto report = box_->CatchUp(absl::Seconds(10));
    EXPECT_FALSE(report.ok());
    return ErrorReason(report.status());
  }
  NoticeReport Taken(absl::StatusOr<NoticeLog::Message> told) {
    log_.told.push_back(std::move(told));
    const auto report = box_->CatchUp(absl::Seconds(10));
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value_or(NoticeReport());
  }
  std::vector<uint64_t> Kept() {
    std::vector<uint64_t> indexes;
    const std::vector<NoticeItem> items = box_->List(std::nullopt, 100).value();
    for (const NoticeItem& item : items) {
      indexes.push_back(item.index);
    }
    return indexes;
  }

  TempDir dir_;
  NoticeLog log_;
  Identity identity_ = testing::PoliceIdentity(log_.verifier());
  std::unique_ptr<Client> client_;
  std::unique_ptr<Mailbox> mailbox_;
  std::optional<NoticeBox> box_;
};

TEST_F(NoticesTest, EachIsTakenOnceAndItGoesOnWhereItWas) {
  log_.Add({.referral = kForeign, .sender_counter = 1});
  AddOwn(1);
  AddOwn(2);
  const NoticeReport first = Taken(log_.Tell({1, 2}));
  EXPECT_EQ(first.taken, 2u);
  EXPECT_TRUE(first.caught_up);
  EXPECT_EQ(log_.asked[0].first_index(), 0u);
  EXPECT_EQ(log_.asked[0].held_size(), 0u);

  Start();
  log_.Add({.referral = kForeign, .sender_counter = 2});
  AddOwn(3, v1::EVENT_KIND_TASK_ACCEPTED);
  EXPECT_EQ(Taken(log_.Tell({4}, 3)).taken, 1u);
  EXPECT_EQ(log_.asked[1].first_index(), 3u);
  EXPECT_EQ(log_.asked[1].held_size(), 3u);
  EXPECT_EQ(Kept(), (std::vector<uint64_t>{4, 2, 1}));
  EXPECT_EQ(box_->List(kReferral.referral, 10)->size(), 3u);
  EXPECT_EQ(box_->List(kForeign.referral, 10)->size(), 0u);
  EXPECT_EQ(box_->From(0, v1::EVENT_KIND_TASK_ACCEPTED, 10)->at(0).index, 4u);
  EXPECT_EQ(box_->From(5, v1::EVENT_KIND_TASK_ACCEPTED, 10)->size(), 0u);
}

TEST_F(NoticesTest, SilenceIsNoError) {
  const auto report = box_->CatchUp(absl::Seconds(10));
  AMANA_ASSERT_OK(report.status());
  EXPECT_EQ(report->taken, 0u);
  EXPECT_FALSE(report->caught_up);
}

TEST_F(NoticesTest, WhatWasKeptBackIsSeen) {
  AddOwn(1);
  AddOwn(2);
  AddOwn(3);
  EXPECT_EQ(Refused(log_.Tell({0, 2})), "NOTICE_GAP");
  EXPECT_EQ(Refused(log_.Tell({1, 2})), "NOTICE_GAP");  // the first of all
  EXPECT_TRUE(Kept().empty());
  EXPECT_EQ(Taken(log_.Tell({0, 1, 2})).taken, 3u);
  AddOwn(3);
  EXPECT_EQ(Refused(log_.Tell({3}, 3)), "NOTICE_GAP");  // again the same number
  EXPECT_EQ(Kept().size(), 3u);
}

TEST_F(NoticesTest, EachUnitCountsForItself) {
  identity_ = testing::ShelterIdentity(log_.verifier());
  Start();
  log_.Add({.referral = kReferral, .recipient = "shelter-a/intake", .recipient_counter = 1});
  log_.Add({.referral = kReferral, .recipient = "shelter-a/night", .recipient_counter = 1});
  log_.Add({.referral = kForeign, .sender_counter = 1});
  log_.Add({.referral = kReferral, .recipient = "shelter-a/intake", .recipient_counter = 2});
  EXPECT_EQ(Taken(log_.Tell({0, 1, 2, 3})).taken, 4u);
  log_.Add({.referral = kReferral, .recipient = "shelter-a/night", .recipient_counter = 3});
  EXPECT_EQ(Refused(log_.Tell({4}, 4)), "NOTICE_GAP");
}

TEST_F(NoticesTest, ALogThatForksIsEvidence) {
  log_.Add({.referral = kForeign, .sender_counter = 1});
  AddOwn(1);
  Taken(log_.Tell({1}));
  log_.ForgeFirst();
  AddOwn(2);
  EXPECT_EQ(Refused(log_.Tell({2}, 2)), "LOG_FORKED");
  EXPECT_EQ(LogWatch(log_.verifier(), *mailbox_).Held()->size(), 2u);
  EXPECT_EQ(Kept(), std::vector<uint64_t>{1});
}

TEST_F(NoticesTest, OnlyWhatVerifiesIsBelieved) {
  AddOwn(1);
  log_.Add({.referral = kForeign, .sender_counter = 1});
  AddOwn(2);
  log_.Add({.referral = kReferral});  // own, without its counter
  using Message = NoticeLog::Message;
  const struct {
    const char* name;
    std::vector<uint64_t> indexes;
    std::function<void(Message&)> edit;
    std::string reason;
  } rows[] = {
      {"of others", {0, 1}, {}, "NOTICE_INVALID"},
      {"without its counter", {0, 3}, {}, "NOTICE_INVALID"},
      {"not in order", {2, 0}, {}, "NOTICE_INVALID"},
      {"twice", {0, 0}, {}, "NOTICE_INVALID"},
      {"beyond what was looked at", {0}, [](Message& m) { m.set_next_index(0); }, "NOTICE_INVALID"},
      {"beyond the log", {0}, [](Message& m) { m.set_next_index(99); }, "NOTICE_INVALID"},
      {"nothing", {0}, [](Message& m) { m.mutable_notices(0)->clear_opening(); }, "NOTICE_INVALID"},
      {"another event",
       {0},
       [](Message& m) { m.mutable_notices(0)->mutable_whole()->mutable_seed()->front() ^= 1; },
       "PROOF_INVALID"},
      {"another place",
       {0},
       [](Message& m) { m.mutable_notices(0)->set_index(1); },
       "PROOF_INVALID"},
      {"unproven",
       {0},
       [](Message& m) { m.mutable_notices(0)->clear_inclusion_path(); },
       "PROOF_INVALID"},
      {"another log's", {0}, [](Message& m) { m.mutable_checkpoint()->back() = 'x'; }, ""},
  };
  for (const auto& row : rows) {
    Message message = log_.Tell(row.indexes);
    if (row.edit) row.edit(message);
    const std::string reason = Refused(message);
    if (!row.reason.empty()) {
      EXPECT_EQ(reason, row.reason) << row.name;
    }
  }
  EXPECT_TRUE(Kept().empty());
  EXPECT_EQ(Taken(log_.Tell({0, 2})).taken, 2u);
}

// --- the statement behind it

class NoticeStatementTest : public NoticesTest {
 protected:
  const tests::TestIdentity& Person() const {
    return tests::TestSigner("shelter-a", crypto::Role::kPerson, "intake", "caseworker");
  }
  void SetUp() override {
    IdentityParts parts = PartsWithKey();
    identity_ = Identity::Create(std::move(parts)).value();
    Start();
    const envelope::GrantRecipient to{*ParseAddress("police-a/desk", "unit"), Sealer().certificate};
    note_ = envelope::SealNote({kReferral, 0, envelope::kQuestionType, Person().certificate.id()},
                               "which floor?", {&to, 1})
                .value();
    v1::Question question;
    *question.mutable_meta() = envelope::MakeMeta(Person().certificate, envelope::SampleTime());
    question.add_categories(v1::CATEGORY_RISK);
    question.set_note_sha256(envelope::NoteDigest(note_).bytes());
    statement_ = envelope::SignMessage(envelope::kQuestionType, question, Person().key).value();
    log_.Add({.kind = v1::EVENT_KIND_TASK_INFO_REQUESTED,
              .referral = kReferral,
              .recipient = "shelter-a/intake",
              .sender_counter = 1,
              .statement = envelope::PayloadDigest(statement_),
              .actor_agency = "shelter-a",
              .cert_id = Person().certificate.id()});
  }
  static const tests::TestIdentity& Sealer() { return tests::TestSealer("police-a", "desk"); }
  IdentityParts PartsWithKey() const {
    const tests::TestIdentity& tls = tests::TestTls("police-a", crypto::Role::kSystem, "desk");
    return {
        .agency = *AgencyId::Create("police-a"),
        .unit = *UnitId::Create("desk"),
        .trust_domain = std::string(tests::kTestTrustDomain),
        .broker = "localhost:1",
        .broker_agency = *AgencyId::Create("amana"),
        .tls = {tls.certificate, crypto::Secret(tls.key_pem)},
        .signing = std::nullopt,
        .person = std::nullopt,
        .sealing = {{*ParseAddress("police-a/desk", "unit"), Sealer().certificate, Sealer().key}},
        .authorities = tests::TestVerifier({"police-a", "shelter-a", "amana"}),
        .log = log_.verifier()};
  }
  NoticeLog::Message Tell() const {
    NoticeLog::Message message = log_.Tell({0});
    *message.mutable_notices(0)->mutable_statement() = statement_;
    message.mutable_notices(0)->set_certificate(std::string(Person().certificate.der()));
    return message;
  }
  // Asked for the note, the broker gives this.
  void Give(const v1::SignedEnvelope& statement, const v1::SealedNote& note) {
    log_.unary = [statement, note](std::string_view method, const std::string& bytes) {
      EXPECT_EQ(method, kGetNote.method);
      v1::GetNoteRequest request;
      EXPECT_TRUE(request.ParseFromString(bytes));
      EXPECT_EQ(request.note_sha256().size(), 32u);
      v1::GetNoteResponse response;
      *response.mutable_note()->mutable_statement() = statement;
      *response.mutable_note()->mutable_note() = note;
      return absl::StatusOr<std::string>(response.SerializeAsString());
    };
  }

  v1::SealedNote note_;
  v1::SignedEnvelope statement_;
};

TEST_F(NoticeStatementTest, ItIsKeptAndItsWordsAreOpened) {
  Taken(Tell());
  const NoticeItem item = box_->List(std::nullopt, 1)->at(0);
  EXPECT_TRUE(item.has_words);
  Give(statement_, note_);
  const auto words = box_->Words(item.index);
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_EQ(*words, "which floor?");
}

TEST_F(NoticeStatementTest, WordsOfAnotherStatementAreRefused) {
  Taken(Tell());
  v1::SignedEnvelope other = statement_;
  other.mutable_payload()->push_back('\0');
  Give(other, note_);
  EXPECT_EQ(ErrorReason(box_->Words(0).status()), "NOTICE_INVALID");
  const envelope::GrantRecipient to{*ParseAddress("police-a/desk", "unit"), Sealer().certificate};
  const v1::SealedNote forged =
      envelope::SealNote({kReferral, 0, envelope::kQuestionType, Person().certificate.id()},
                         "send her home", {&to, 1})
          .value();
  Give(statement_, forged);
  EXPECT_EQ(ErrorReason(box_->Words(0).status()), "NOTE_MISMATCH");
  log_.unary = [](std::string_view, const std::string&) {
    return absl::StatusOr<std::string>(
        MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "note_sha256", "erased"));
  };
  EXPECT_EQ(ErrorReason(box_->Words(0).status()), "NOT_FOUND");
  EXPECT_EQ(ErrorReason(box_->Words(7).status()), "ENTRY_UNKNOWN");
}

TEST_F(NoticeStatementTest, ItMustBeTheEventsOwn) {
  const tests::TestIdentity& stranger =
      tests::TestSigner("iom-a", crypto::Role::kPerson, "protection", "p");
  using Message = NoticeLog::Message;
  const struct {
    const char* name;
    std::function<void(v1::Notice&)> edit;
  } rows[] = {
      {"another statement",
       [](v1::Notice& n) { n.mutable_statement()->mutable_payload()->push_back('x'); }},
      {"another's certificate",
       [&](v1::Notice& n) { n.set_certificate(std::string(stranger.certificate.der())); }},
      {"no certificate", [](v1::Notice& n) { n.clear_certificate(); }},
      {"not signed by it",
       [](v1::Notice& n) { n.mutable_statement()->mutable_signature()->back() ^= 1; }},
  };
  for (const auto& row : rows) {
    Message message = Tell();
    row.edit(*message.mutable_notices(0));
    EXPECT_NE(Refused(message), "") << row.name;
  }
  EXPECT_TRUE(Kept().empty());
}

}  // namespace
}  // namespace amana::sdk
