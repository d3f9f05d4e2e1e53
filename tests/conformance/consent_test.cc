// A referral that its consent does not cover is kept, with a receipt, and delivered to nobody.
#include <gtest/gtest.h>

#include <functional>

#include "agency-adapters/sdk/receiver.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";

class ConsentTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    for (auto [name, endpoint] : {std::pair{"police", &police_}, {"intake", &haven_}}) {
      auto opened = Endpoint::Open(world_.agency_config(name));
      AMANA_ASSERT_OK(opened.status());
      *endpoint = *std::move(opened);
    }
    AMANA_ASSERT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
  }

  void Flush() {
    const auto report = police_->sender().Flush();
    AMANA_ASSERT_OK(report.status());
    AMANA_ASSERT_OK(report->trouble);
    EXPECT_EQ(report->refused + report->pending, 0u);
  }

  ConsentUse Registered(v1::ConsentRecord record, bool send = true) {
    const auto queued = police_->sender().QueueConsent(record);
    AMANA_EXPECT_OK(queued.status());
    if (send) {
      AMANA_EXPECT_OK(police_->sender().Send(queued->entry).status());
    }
    return {std::move(record), queued->digest};
  }

  void Withdraw(const ConsentUse& consent) {
    v1::Withdrawal withdrawal;
    withdrawal.set_consent_id(consent.record.consent_id());
    withdrawal.set_subject_pseudonym(consent.record.subject_pseudonym());
    AMANA_ASSERT_OK(police_->sender().QueueWithdrawal(withdrawal).status());
    Flush();
  }

  // The one task of a referral under `consent`, as its sender sees it once it has the receipt.
  v1::TaskStatus Sent(const ConsentUse& consent) {
    const auto queued = police_->sender().Queue(
        SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()));
    AMANA_EXPECT_OK(queued.status());
    const auto entry = police_->sender().Send(queued->entry);
    AMANA_EXPECT_OK(entry.status());
    EXPECT_EQ(entry->state, sdk::EntryState::kAccepted) << entry->reason << " " << entry->field;
    EXPECT_TRUE(entry->receipt.has_value());
    v1::GetReferralRequest request;
    *request.mutable_referral() = sdk::ToWire(queued->key);
    const auto referral = police_->client().Call(sdk::kGetReferral, request);
    AMANA_EXPECT_OK(referral.status());
    return referral.ok() && referral->tasks_size() == 1 ? referral->tasks(0) : v1::TaskStatus();
  }

  size_t Delivered() {
    sdk::Receiver receiver(haven_->identity(), haven_->client(), haven_->mailbox(), RealClock());
    const auto report = receiver.RunOnce(absl::Seconds(5), absl::Milliseconds(400));
    AMANA_EXPECT_OK(report.status());
    return report.ok() ? report->received : 999;
  }

  BrokerWorld world_{{.broker_settings = "[delivery]\nlease = \"1s\"\n", .data_dir = ""}};
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<Endpoint> haven_;
};

TEST_F(ConsentTest, WhatIsNotCoveredIsBlockedWithAReceiptAndReachesNobody) {
  struct Row {
    v1::Reason reason;
    std::function<void(v1::ConsentRecord&)> edit;
  };
  const Row rows[] = {
      {v1::REASON_CONSENT_EXPIRED,
       [](v1::ConsentRecord& record) {
         record.set_valid_until_unix_ms(ToUnixMillis(absl::Now() - absl::Hours(1)));
       }},
      {v1::REASON_CONSENT_NOT_YET_VALID,
       [](v1::ConsentRecord& record) {
         record.set_valid_from_unix_ms(ToUnixMillis(absl::Now() + absl::Hours(1)));
       }},
      {v1::REASON_PURPOSE_NOT_COVERED,
       [](v1::ConsentRecord& record) { record.set_purposes(0, v1::PURPOSE_JUSTICE); }},
      {v1::REASON_REQUIRED_CATEGORY_NOT_COVERED,
       [](v1::ConsentRecord& record) {
         record.clear_categories();
         record.add_categories(v1::CATEGORY_IDENTITY_MIN);
       }},
      {v1::REASON_RECIPIENT_NOT_COVERED,
       [](v1::ConsentRecord& record) { record.mutable_recipients(0)->set_unit("coast"); }},
  };
  for (const Row& row : rows) {
    v1::ConsentRecord record = SampleConsent(absl::Now());
    row.edit(record);
    const v1::TaskStatus task = Sent(Registered(record));
    EXPECT_EQ(task.state(), v1::TASK_STATE_BLOCKED_CONSENT) << v1::Reason_Name(row.reason);
    EXPECT_EQ(v1::Reason_Name(task.reason()), v1::Reason_Name(row.reason));
    EXPECT_EQ(task.deliveries_size(), 0);
  }
  const ConsentUse withdrawn = Registered(SampleConsent(absl::Now()));
  Withdraw(withdrawn);
  EXPECT_EQ(v1::Reason_Name(Sent(withdrawn).reason()), "REASON_CONSENT_WITHDRAWN");
  const ConsentUse absent = Registered(SampleConsent(absl::Now()), /*send=*/false);
  EXPECT_EQ(v1::Reason_Name(Sent(absent).reason()), "REASON_CONSENT_MISSING");
  EXPECT_EQ(Delivered(), 0u);

  // The same receiver gets what is covered; and the one that waited, once its consent arrives.
  EXPECT_EQ(Sent(Registered(SampleConsent(absl::Now()))).state(), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(Delivered(), 1u);
  Flush();
  // It may have been leased to the stream that was just left: then it comes when that lease ends.
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return Delivered() == 1; }));
}

TEST_F(ConsentTest, SomeCategoriesNotCoveredAreWithheldAndTheRestGoes) {
  v1::ConsentRecord record = SampleConsent(absl::Now());
  record.clear_categories();  // all but IDENTITY, which goes at acceptance
  for (const v1::Category category :
       {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    record.add_categories(category);
  }
  const v1::TaskStatus task = Sent(Registered(record));
  EXPECT_EQ(task.state(), v1::TASK_STATE_ROUTED);
  ASSERT_EQ(task.withheld_size(), 1);
  EXPECT_EQ(task.withheld(0), v1::CATEGORY_IDENTITY);
  EXPECT_EQ(Delivered(), 1u);
}

TEST_F(ConsentTest, AWithdrawalHoldsBackWhatWaitsAndRecallsWhatWasDelivered) {
  const ConsentUse consent = Registered(SampleConsent(absl::Now()));
  EXPECT_EQ(Sent(consent).state(), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(Delivered(), 1u);
  EXPECT_EQ(Sent(consent).state(), v1::TASK_STATE_ROUTED);
  Withdraw(consent);
  sdk::Receiver receiver(haven_->identity(), haven_->client(), haven_->mailbox(), RealClock());
  const auto report = receiver.RunOnce(absl::Seconds(5), absl::Milliseconds(400));
  AMANA_ASSERT_OK(report.status());
  EXPECT_EQ(report->received, 0u);
  EXPECT_EQ(report->recalls, 1u);
  const auto items = sdk::Inbox(haven_->mailbox()).List(sdk::InboxState::kRecalled, 10);
  AMANA_ASSERT_OK(items.status());
  ASSERT_EQ(items->size(), 1u);
  EXPECT_EQ((*items)[0].recall_reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(
      ErrorReason(sdk::Inbox(haven_->mailbox()).Open((*items)[0].id, haven_->identity()).status()),
      "CONTENT_ERASED");
}

}  // namespace
}  // namespace amana::tests
