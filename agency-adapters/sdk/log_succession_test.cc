#include "agency-adapters/sdk/log_succession.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/succession_for_test.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/note.h"
#include "tests/support/test_pki.h"

namespace amana::sdk {
namespace {

using crypto::Role;
using envelope::RecoveryFile;
using testing::FakeBroker;
using tests::TestIdentity;
using tests::TestSigner;
using transparency::Checkpoint;
using transparency::NoteSigner;

constexpr uint64_t kKept = 3;
const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// The fake broker's log is the new one; of the old one there are the first entries, and
// checkpoints.
class LogSuccessionTest : public ::testing::Test {
 protected:
  LogSuccessionTest() {
    kept_root_ = RootNow();
    statement_.set_created_unix_ms(ToUnixMillis(kNow));
    statement_.set_cause(v1::RECOVERY_CAUSE_STORE_LOST);
    statement_.set_old_vkey(old_.verifier().vkey());
    statement_.set_new_vkey(new_.log().vkey());
    statement_.set_kept_checkpoint(OldNote(kKept, kept_root_));
    statement_.set_newest_checkpoint(OldNote(9, crypto::Sha256("newest")));
  }
  Digest RootNow() const {
    return transparency::OpenCheckpoint(new_.Checkpoint(), new_.log())->checkpoint.root();
  }
  std::string OldNote(uint64_t size, const Digest& root) const {
    return *SignCheckpoint(*Checkpoint::Create(old_.verifier().name(), size, root), old_);
  }
  static const TestIdentity& Operator(std::string_view person, std::string_view agency = "amana") {
    return TestSigner(agency, Role::kOperator, "room", person);
  }
  RecoveryFile Signed(const TestIdentity& one, const TestIdentity& two) const {
    const RecoveryFile bare = *envelope::NewRecovery(statement_);
    const auto half = *envelope::SignRecovery(bare, one.certificate, one.key, kNow);
    return *envelope::SignRecovery(half, two.certificate, two.key, kNow);
  }
  // Opens the new log as the file says, and puts the proof into it.
  std::string Opened(const RecoveryFile& file, const std::string& detail) {
    const uint64_t index = new_.Append(
        {v1::EVENT_KIND_LOG_OPENED, file.digest(), std::nullopt, {{EventField::kDetail, detail}}});
    v1::SignedRecovery message = file.message();
    *message.mutable_receipt() = new_.ReceiptOf(index);
    return message.SerializeAsString();
  }
  std::string Good() {
    const RecoveryFile file = Signed(Operator("one"), Operator("two"));
    return Opened(file, file.payload());
  }
  std::string Reason(const std::string& bytes) const {
    return std::string(ErrorReason(CheckSuccession(bytes, identity_).status()));
  }

  TempDir dir_;
  FakeBroker new_{kKept};
  const NoteSigner old_ =
      *NoteSigner::Create("old.amana.example/log", *crypto::Ed25519PrivateKey::Generate());
  const Identity identity_ = testing::PoliceIdentity(old_.verifier());
  Digest kept_root_;
  v1::RecoveryStatement statement_;
};

TEST_F(LogSuccessionTest, TwoOperatorsOfTheBrokersAgencyAreBelieved) {
  const std::string good = Good();
  const auto checked = CheckSuccession(good, identity_);
  AMANA_ASSERT_OK(checked.status());
  EXPECT_FALSE(checked->accepted);
  EXPECT_EQ(checked->succession.lost(), 6u);
  EXPECT_TRUE(CheckSuccession(good, testing::PoliceIdentity(new_.log()))->accepted);
  const NoteSigner other =
      *NoteSigner::Create("other.example/log", *crypto::Ed25519PrivateKey::Generate());
  EXPECT_EQ(ErrorReason(CheckSuccession(good, testing::PoliceIdentity(other.verifier())).status()),
            "SUCCESSION_UNTRUSTED");
}

TEST_F(LogSuccessionTest, NobodyElseIs) {
  const RecoveryFile file = Signed(Operator("one"), Operator("two"));
  EXPECT_EQ(Reason(file.message().SerializeAsString()), "SUCCESSION_UNTRUSTED");  // not opened
  EXPECT_EQ(Reason(Opened(file, file.payload() + "x")), "SUCCESSION_UNTRUSTED");
  const RecoveryFile others = Signed(Operator("one", "police-a"), Operator("two", "police-a"));
  EXPECT_EQ(Reason(Opened(others, others.payload())), "RECOVERY_INVALID");
  const TestIdentity& one = Operator("one");
  const RecoveryFile bare = *envelope::NewRecovery(statement_);
  const RecoveryFile half = *envelope::SignRecovery(bare, one.certificate, one.key, kNow);
  EXPECT_EQ(Reason(Opened(half, half.payload())), "RECOVERY_UNSIGNED");
  const TestIdentity foreign = tests::MakeForeignCert(
      tests::TestSpiffe("amana", Role::kOperator, "room", "two"), crypto::CertUsage::kSigning);
  const RecoveryFile forged = Signed(Operator("one"), foreign);
  EXPECT_EQ(Reason(Opened(forged, forged.payload())), "CHAIN_UNTRUSTED");
}

TEST_F(LogSuccessionTest, AnOperatorWhoWasRevokedBeforeTheLogWasOpenedOpensNone) {
  const std::string good = Good();
  const CertId two = Operator("two").certificate.id();
  const auto trusting = [&](const CertId& revoked, absl::Time at) {
    SuccessionTrust trust;
    trust.revocations = {{revoked, at, "key lost"}};
    return std::string(ErrorReason(CheckSuccession(good, identity_, trust).status()));
  };
  const absl::Time opened = CheckSuccession(good, identity_)->opened.event.time;
  EXPECT_EQ(trusting(two, opened - absl::Hours(1)), "CERT_REVOKED");
  EXPECT_EQ(trusting(two, opened), "CERT_REVOKED");
  EXPECT_EQ(trusting(two, opened + absl::Seconds(1)), "");
  EXPECT_EQ(trusting(Operator("three").certificate.id(), opened - absl::Hours(1)), "");
}

TEST_F(LogSuccessionTest, OnlyWhatTheLogThatEndsHasTakenIsSentAgain) {
  const auto mailbox = *Mailbox::Open(dir_.path());
  Outbox outbox(*mailbox);
  const int64_t entry = *outbox.Add({.kind = EntryKind::kConsent,
                                     .request = "the very bytes",
                                     .digest = crypto::Sha256("statement"),
                                     .referral = std::nullopt,
                                     .queued = kNow});
  // By a receipt of a third log, at an index beyond the kept entries.
  FakeBroker past(0);
  const v1::EventOpening event = testing::MakeOpening(
      {v1::EVENT_KIND_CONSENT_REGISTERED, crypto::Sha256("statement"), std::nullopt}, 'e');
  past.AppendOpening(event);
  AMANA_ASSERT_OK(outbox.Accept(entry, past.ReceiptOf(0), 5));
  LogWatch watch(past.log(), *mailbox);
  AMANA_ASSERT_OK(watch.Hold(*VerifyReceipt(past.ReceiptOf(0), past.log())));

  const RecoveryFile file = Signed(Operator("one"), Operator("two"));
  const auto checked = CheckSuccession(Opened(file, file.payload()), identity_);
  AMANA_ASSERT_OK(checked.status());
  // A receipt of another log than the one that ends is not touched.
  EXPECT_TRUE(AtRisk(*mailbox, checked->succession)->empty());
  const auto client = new_.Connect();
  const auto newest = CheckKept(*client, *mailbox, {*checked});
  EXPECT_EQ(ErrorReason(newest.status()), "LOG_FORKED");  // what is held is in no kept entry
}

TEST_F(LogSuccessionTest, ANewLogWithoutTheKeptEntriesIsAnotherHistory) {
  const auto mailbox = *Mailbox::Open(dir_.path());
  const auto checked = CheckSuccession(Good(), identity_);
  AMANA_ASSERT_OK(checked.status());
  const auto client = new_.Connect();
  const auto newest = CheckKept(*client, *mailbox, {*checked});
  AMANA_ASSERT_OK(newest.status());
  EXPECT_EQ(newest->checkpoint.size(), kKept + 1);
  EXPECT_EQ(*TakeSuccessions(*mailbox, identity_, {*checked}, *newest), 0u);
  EXPECT_EQ(LogWatch(new_.log(), *mailbox).Held()->size(), 1u);
  const auto accepted = AcceptedSuccessions(*mailbox);
  AMANA_ASSERT_OK(accepted.status());
  ASSERT_EQ(accepted->size(), 1u);
  AMANA_EXPECT_OK(CheckSuccession(accepted->front(), identity_).status());
  // What is held of the new log is no other history of the old one, whatever its size.
  while (new_.log_size() < 9) new_.Append({});
  LogWatch watch(new_.log(), *mailbox);
  AMANA_ASSERT_OK(watch.Hold(*VerifyReceipt(new_.ReceiptOf(8), new_.log())));
  AMANA_EXPECT_OK(CheckKept(*client, *mailbox, {*checked}).status());
  new_.Fork();
  EXPECT_EQ(ErrorReason(CheckKept(*client, *mailbox, {*checked}).status()), "LOG_FORKED");
}

// Of three logs an agency knows the first; the second has come and gone meanwhile.
class MissedSuccessionTest : public ::testing::Test {
 protected:
  MissedSuccessionTest() {
    const std::string kept = one_.Checkpoint();
    for (int i = 0; i < 4; ++i) one_.Append({});
    two_ = Recover(one_, kKept, kept, one_.Checkpoint(), "log.example/two");
    two_.log->Append({});
    const std::string kept_of_two = two_.log->Checkpoint();
    const uint64_t size = two_.log->log_size();
    two_.log->Append({});
    three_ = Recover(*two_.log, size, kept_of_two, two_.log->Checkpoint(), "log.example/three");
    statements_ = {two_.statement, three_.statement};
  }
  std::string Reason(const std::vector<std::string>& statements, const FakeBroker& trusted) {
    return std::string(
        ErrorReason(CheckSuccessions(statements, testing::PoliceIdentity(trusted.log())).status()));
  }

  TempDir dir_;
  FakeBroker one_{kKept, "log.example/one"};
  testing::RecoveredLog two_, three_;
  std::vector<std::string> statements_;
};

TEST_F(MissedSuccessionTest, EachMustFollowTheOneBefore) {
  EXPECT_EQ(Reason(statements_, one_), "");
  EXPECT_EQ(Reason(statements_, *two_.log), "");
  EXPECT_EQ(Reason(statements_, *three_.log), "");
  EXPECT_EQ(Reason({three_.statement}, one_), "SUCCESSION_UNTRUSTED");
  EXPECT_EQ(Reason({three_.statement, two_.statement}, one_), "SUCCESSION_UNTRUSTED");
  EXPECT_EQ(Reason(statements_, FakeBroker(0, "log.example/one")), "SUCCESSION_UNTRUSTED");
  const auto steps = CheckSuccessions(statements_, testing::PoliceIdentity(two_.log->log()));
  AMANA_ASSERT_OK(steps);
  EXPECT_TRUE(steps->front().accepted);
  EXPECT_FALSE(steps->back().accepted);
  v1::SignedRecovery unsigned_statement;
  ASSERT_TRUE(unsigned_statement.ParseFromString(two_.statement));
  unsigned_statement.mutable_signatures()->RemoveLast();
  EXPECT_EQ(Reason({unsigned_statement.SerializeAsString(), three_.statement}, one_),
            "RECOVERY_UNSIGNED");
}

TEST_F(MissedSuccessionTest, WhatIsHeldOfTheFirstMustBeInTheLast) {
  const auto mailbox = *Mailbox::Open(dir_.path());
  LogWatch watch(one_.log(), *mailbox);
  AMANA_ASSERT_OK(watch.Hold(*VerifyReceipt(one_.ReceiptOf(1), one_.log())));  // longer than kept
  const Identity identity = testing::PoliceIdentity(one_.log());
  const auto steps = CheckSuccessions(statements_, identity);
  AMANA_ASSERT_OK(steps);
  const auto client = three_.log->Connect();
  const auto newest = CheckKept(*client, *mailbox, *steps);
  AMANA_ASSERT_OK(newest);
  // Another unit of the agency has gone on by both; this one may not leave out the first.
  EXPECT_EQ(ErrorReason(CheckKept(*client, *mailbox, {steps->back()}).status()),
            "SUCCESSION_UNTRUSTED");
  for (int i = 0; i < 2; ++i) {
    AMANA_ASSERT_OK(TakeSuccessions(*mailbox, identity, *steps, *newest).status());
    EXPECT_EQ(AcceptedSuccessions(*mailbox)->size(), 2u);
    const auto held = LogWatch(three_.log->log(), *mailbox).Held();
    ASSERT_EQ(held->size(), 1u);
    AMANA_EXPECT_OK(transparency::OpenCheckpoint(held->front(), three_.log->log()));
  }
  three_.log->Fork();
  EXPECT_EQ(ErrorReason(CheckKept(*client, *mailbox, *steps).status()), "LOG_FORKED");
}

}  // namespace
}  // namespace amana::sdk
