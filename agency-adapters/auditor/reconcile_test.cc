#include "agency-adapters/auditor/reconcile.h"

#include <gtest/gtest.h>

#include "agency-adapters/auditor/mirror.h"
#include "agency-adapters/sdk/outbox.h"
#include "agency-adapters/sdk/testing.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/testing.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::testing::FakeBroker;
using sdk::testing::SampleEvent;

class ReconcileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    book_ = MirrorBook::Open(dir_.path()).value();
    broker_.answers["/amana.v1.AuditService/GetCertificate"] = [](const std::string&) {
      return absl::NotFoundError("no such certificate");
    };
  }
  // As it was signed and accepted here.
  Digest Sign(const std::string& text) {
    sdk::NewEntry entry;
    entry.kind = sdk::EntryKind::kConsent;
    entry.request = text;
    entry.digest = crypto::Sha256(text);
    entry.queued = envelope::SampleTime();
    sdk::Outbox outbox(*mailbox_);
    const int64_t id = outbox.Add(entry).value();
    AMANA_EXPECT_OK(outbox.Accept(id, broker_.ReceiptOf(0), 0));
    return entry.digest;
  }
  void Log(const Digest& digest, v1::EventKind kind = v1::EVENT_KIND_CONSENT_REGISTERED) {
    SampleEvent event{kind, digest, std::nullopt};
    event.more[EventField::kCertId] = (*identity_.Signer())->certificate.id().bytes();
    broker_.Append(event);
  }
  // Of a delivery to this unit.
  void LogDelivery(const std::string& recipient) {
    SampleEvent event{v1::EVENT_KIND_DELIVERY_LEASED,
                      {},
                      StatementKey{AgencyId::Create("shelter-a").value(),
                                   ReferralId::FromBytes(std::string(16, 'r')).value(), 1}};
    event.more[EventField::kRecipient] = recipient;
    broker_.Append(event);
  }
  Reconciled Compare() {
    AMANA_EXPECT_OK(
        Follow(*broker_.Connect(), RealFileSystem(), dir_.path(), broker_.log(), *book_).status());
    return Reconcile(*book_, *mailbox_, identity_).value();
  }

  TempDir dir_, data_;
  FakeBroker broker_{3};
  sdk::Identity identity_ = sdk::testing::PoliceIdentity(broker_.log());
  std::unique_ptr<sdk::Mailbox> mailbox_ = sdk::Mailbox::Open(data_.path()).value();
  std::unique_ptr<MirrorBook> book_;
};

TEST_F(ReconcileTest, WhatAgreesIsNoDifference) {
  Log(Sign("consent"));
  // Handed in by whoever countersigned it.
  Log(crypto::Sha256("entry"), v1::EVENT_KIND_DIRECTORY_CHANGED);
  const Reconciled done = Compare();
  EXPECT_EQ(done.statements, 1u);
  EXPECT_TRUE(done.differences.empty());
}

TEST_F(ReconcileTest, EachSideMayLackWhatTheOtherHas) {
  Sign("consent");                         // accepted, and in no log
  Log(crypto::Sha256("somebody else's"));  // with this key, and not here
  LogDelivery("police-a/desk");
  LogDelivery("police-a/desk");  // the same again
  LogDelivery("police-a/coast");
  const Reconciled done = Compare();
  EXPECT_EQ(done.deliveries, 1u);
  ASSERT_EQ(done.differences.size(), 3u);
  EXPECT_EQ(done.differences[0].difference, Difference::kNotSignedHere);
  EXPECT_EQ(done.differences[0].index, 3u);
  EXPECT_EQ(done.differences[1].difference, Difference::kNotReceivedHere);
  EXPECT_EQ(done.differences[1].index, 4u);
  EXPECT_EQ(done.differences[2].difference, Difference::kNotInLog);
}

}  // namespace
}  // namespace amana::auditor
