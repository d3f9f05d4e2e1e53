#include "agency-adapters/sdk/outbox.h"

#include <gtest/gtest.h>

#include <set>

#include "base/clock.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"

namespace amana::sdk {
namespace {

StatementKey Referral(char id) {
  return {AgencyId::Create("police-a").value(), ReferralId::FromBytes(std::string(16, id)).value(),
          1};
}

NewEntry Entry(EntryKind kind, const std::string& text, v1::Urgency urgency,
               std::optional<StatementKey> referral = std::nullopt) {
  return {kind,
          text,
          crypto::Sha256(text),
          std::move(referral),
          urgency,
          absl::FromUnixSeconds(2'000'000'000)};
}

class OutboxTest : public ::testing::Test {
 protected:
  // As after a crash: whoever opens next finds what was durable.
  void Reopen() {
    mailbox_.reset();
    mailbox_ = Mailbox::Open(dir_.path()).value();
    outbox_.emplace(*mailbox_);
  }

  TempDir dir_;
  std::unique_ptr<Mailbox> mailbox_ = Mailbox::Open(dir_.path()).value();
  std::optional<Outbox> outbox_{std::in_place, *mailbox_};
};

TEST_F(OutboxTest, WhatWasMadeForANameIsFoundByIt) {
  NewEntry entry = Entry(EntryKind::kQuestion, "a", v1::URGENCY_UNSPECIFIED, Referral('r'));
  entry.made_for = "item/1";
  const int64_t id = outbox_->Add(entry).value();
  EXPECT_EQ(*outbox_->MadeFor("item/2"), std::nullopt);
  Reopen();
  EXPECT_EQ(*outbox_->MadeFor("item/1"), id);
  // Another one under the same name is no entry: nothing is done at all.
  NewEntry other = Entry(EntryKind::kQuestion, "b", v1::URGENCY_UNSPECIFIED, Referral('r'));
  other.made_for = "item/1";
  EXPECT_FALSE(outbox_->Add(other).ok());
  EXPECT_EQ(outbox_->List(std::nullopt, 10)->size(), 1u);
}

TEST_F(OutboxTest, KeepsTheVeryBytesAndTheKeys) {
  const std::string bytes("\0bytes\xff", 7);
  const NewEntry entry = Entry(EntryKind::kSubmission, bytes, v1::URGENCY_URGENT, Referral('r'));
  const std::vector<envelope::SectionKey> keys = {
      {2, v1::DISCLOSURE_STAGE_AT_OFFER, crypto::Secret("key two")},
      {9, v1::DISCLOSURE_STAGE_AT_ACCEPT, crypto::Secret("key nine")}};
  const int64_t id = outbox_->Add(entry, keys).value();
  Reopen();
  const OutboxEntry kept = outbox_->Get(id).value();
  EXPECT_EQ(kept.request, bytes);
  EXPECT_EQ(kept.digest, entry.digest);
  EXPECT_EQ(kept.referral, Referral('r'));
  EXPECT_EQ(kept.urgency, v1::URGENCY_URGENT);
  EXPECT_EQ(kept.queued, entry.queued);
  EXPECT_EQ(kept.state, EntryState::kPending);
  EXPECT_FALSE(kept.receipt.has_value());
  EXPECT_EQ(outbox_->FindSubmission(Referral('r'))->id, id);
  const auto found = outbox_->SectionKeys(Referral('r')).value();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].slot, 9u);
  EXPECT_EQ(found[1].stage, v1::DISCLOSURE_STAGE_AT_ACCEPT);
  EXPECT_TRUE(found[1].key.SameAs(crypto::Secret("key nine")));
  AMANA_ASSERT_OK(outbox_->DropSectionKeys(Referral('r')));
  EXPECT_TRUE(outbox_->SectionKeys(Referral('r'))->empty());
}

TEST_F(OutboxTest, TheSameStatementIsOneEntry) {
  const NewEntry entry = Entry(EntryKind::kConsent, "a", v1::URGENCY_UNSPECIFIED);
  const int64_t id = outbox_->Add(entry).value();
  EXPECT_EQ(outbox_->Add(entry).value(), id);
  EXPECT_EQ(outbox_->List(std::nullopt, 10)->size(), 1u);
}

TEST_F(OutboxTest, UrgentThenOldestAnswersFirst) {
  const int64_t normal =
      outbox_->Add(Entry(EntryKind::kSubmission, "1", v1::URGENCY_NORMAL)).value();
  const int64_t urgent =
      outbox_->Add(Entry(EntryKind::kSubmission, "2", v1::URGENCY_IMMEDIATE)).value();
  const int64_t normal2 =
      outbox_->Add(Entry(EntryKind::kSubmission, "3", v1::URGENCY_NORMAL)).value();
  const int64_t answer =
      outbox_->Add(Entry(EntryKind::kAcknowledgement, "4", v1::URGENCY_NORMAL)).value();
  EXPECT_EQ(outbox_->Pending(10).value(), (std::vector<int64_t>{answer, urgent, normal, normal2}));
  EXPECT_EQ(outbox_->Pending(1).value(), std::vector<int64_t>{answer});
}

TEST_F(OutboxTest, AnAnswerWaitsForTheEarlierOnesOfItsReferral) {
  const auto add = [&](EntryKind kind, char referral) {
    const std::string text = std::string(KindName(kind)) + referral;
    return outbox_->Add(Entry(kind, text, v1::URGENCY_NORMAL, Referral(referral))).value();
  };
  const auto waits = [&](int64_t id) {
    return outbox_->AnswersWait(outbox_->Get(id).value()).value();
  };
  const int64_t acknowledgement = add(EntryKind::kAcknowledgement, 'r');
  const int64_t seen = add(EntryKind::kSeen, 'r');
  const int64_t decision = add(EntryKind::kDecision, 'r');
  const int64_t other = add(EntryKind::kDecision, 's');
  EXPECT_FALSE(waits(acknowledgement));
  EXPECT_TRUE(waits(seen));
  EXPECT_TRUE(waits(decision));
  EXPECT_FALSE(waits(other));
  AMANA_ASSERT_OK(outbox_->Accept(acknowledgement, v1::Receipt(), 1));
  EXPECT_FALSE(waits(seen));
  EXPECT_TRUE(waits(decision));
  AMANA_ASSERT_OK(outbox_->Refuse(
      seen, MakeError(absl::StatusCode::kFailedPrecondition, "TRANSITION_NOT_ALLOWED", "", "")));
  EXPECT_FALSE(waits(decision));
}

TEST_F(OutboxTest, StatesAreKept) {
  const int64_t id = outbox_->Add(Entry(EntryKind::kConsent, "a", v1::URGENCY_UNSPECIFIED)).value();
  AMANA_ASSERT_OK(outbox_->Retry(id, MakeError(absl::StatusCode::kUnavailable, "DOWN", "f", "m")));
  OutboxEntry entry = outbox_->Get(id).value();
  EXPECT_EQ(entry.state, EntryState::kPending);
  EXPECT_EQ(entry.attempts, 1u);
  EXPECT_EQ(entry.reason, "DOWN");
  v1::Receipt receipt;
  receipt.set_tlog_proof("proof");
  AMANA_ASSERT_OK(outbox_->Accept(id, receipt, 42));
  Reopen();
  entry = outbox_->Get(id).value();
  EXPECT_EQ(entry.state, EntryState::kAccepted);
  EXPECT_EQ(entry.receipt->tlog_proof(), "proof");
  EXPECT_EQ(entry.log_index, 42u);
  EXPECT_EQ(entry.reason, "");
  EXPECT_TRUE(outbox_->Pending(10)->empty());

  AMANA_ASSERT_OK(outbox_->SendAgain(id));
  EXPECT_EQ(outbox_->Pending(10)->size(), 1u);
  // What was proven stays proven.
  AMANA_ASSERT_OK(outbox_->Refuse(id, MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "", "")));
  EXPECT_EQ(outbox_->Get(id)->state, EntryState::kAccepted);
}

TEST_F(OutboxTest, RefusalsNameReasonAndField) {
  const int64_t id = outbox_->Add(Entry(EntryKind::kConsent, "a", v1::URGENCY_UNSPECIFIED)).value();
  AMANA_ASSERT_OK(outbox_->Refuse(
      id, MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "purposes", "")));
  const auto refused = outbox_->List(EntryState::kRefused, 10).value();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].reason, "FIELD_INVALID");
  EXPECT_EQ(refused[0].field, "purposes");
  EXPECT_TRUE(outbox_->List(EntryState::kPending, 10)->empty());
  EXPECT_EQ(ErrorReason(outbox_->Get(99).status()), "ENTRY_UNKNOWN");
  EXPECT_EQ(ErrorReason(outbox_->FindSubmission(Referral('x')).status()), "ENTRY_UNKNOWN");
}

TEST_F(OutboxTest, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (int kind = 1; kind <= 11; ++kind) names.insert(KindName(static_cast<EntryKind>(kind)));
  EXPECT_EQ(names.size(), 11u);
  EXPECT_EQ(StateName(EntryState::kRefused), "REFUSED");
}

}  // namespace
}  // namespace amana::sdk
