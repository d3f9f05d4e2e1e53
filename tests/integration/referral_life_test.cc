// A referral's whole life between two agencies' programs and the real broker, and what an auditor
// can prove of it afterwards without the broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agency-adapters/sdk/receiver.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/service_answers.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"
#include "tests/support/log_check.h"

namespace amana::tests {
namespace {

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";

class ReferralLifeTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    for (auto [name, endpoint] :
         {std::pair{"police", &police_}, {"intake", &haven_}, {"auditor", &auditor_}}) {
      auto opened = Endpoint::Open(world_.agency_config(name));
      AMANA_ASSERT_OK(opened.status());
      *endpoint = *std::move(opened);
    }
  }

  static void Flush(Endpoint& endpoint) {
    const auto report = endpoint.sender().Flush();
    AMANA_ASSERT_OK(report.status());
    AMANA_ASSERT_OK(report->trouble);
    EXPECT_EQ(report->refused + report->pending, 0u);
  }

  sdk::ReceiveReport Receive() {
    sdk::Receiver receiver(haven_->identity(), haven_->client(), haven_->mailbox(), RealClock());
    const auto report = receiver.RunOnce(absl::Seconds(5), absl::Milliseconds(300));
    AMANA_EXPECT_OK(report.status());
    return report.value_or(sdk::ReceiveReport());
  }

  v1::TaskState StateOf(const StatementKey& referral) {
    v1::GetReferralRequest request;
    *request.mutable_referral() = sdk::ToWire(referral);
    const auto response = police_->client().Call(sdk::kGetReferral, request);
    AMANA_EXPECT_OK(response.status());
    return response.ok() && response->tasks_size() == 1 ? response->tasks(0).state()
                                                        : v1::TASK_STATE_UNSPECIFIED;
  }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<Endpoint> haven_;
  std::unique_ptr<Endpoint> auditor_;
};

TEST_F(ReferralLifeTest, FromMatchToAcceptanceAndProof) {
  const auto match = police_->sender().Match(v1::SERVICE_TYPE_ACCOMMODATION, 47);
  AMANA_ASSERT_OK(match.status());
  ASSERT_EQ(match->candidates.size(), 2u);
  EXPECT_EQ(match->candidates[0].address, AddressOf("haven/intake")) << "the nearest first";

  ConsentUse consent{SampleConsent(absl::Now()), {}};
  const auto registered = police_->sender().QueueConsent(consent.record);
  AMANA_ASSERT_OK(registered.status());
  consent.digest = registered->digest;
  const auto sent = police_->sender().Queue(
      SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()));
  AMANA_ASSERT_OK(sent.status());
  Flush(*police_);
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_ROUTED);

  EXPECT_EQ(Receive().received, 1u);
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_RECEIVED);
  sdk::Inbox inbox(haven_->mailbox());
  const auto items = inbox.List(std::nullopt, 10);
  AMANA_ASSERT_OK(items.status());
  ASSERT_EQ(items->size(), 1u);
  const auto offer = inbox.Open((*items)[0].id, haven_->identity());
  AMANA_ASSERT_OK(offer.status());
  ASSERT_EQ(offer->sections.size(), 3u) << "IDENTITY is released at acceptance only";
  EXPECT_EQ(offer->sections[0].content, kContent);

  AMANA_ASSERT_OK(inbox.MarkSeen((*items)[0].id, haven_->identity(), RealClock()).status());
  AMANA_ASSERT_OK(inbox.Accept((*items)[0].id, haven_->identity(), RealClock()).status());
  Flush(*haven_);
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_ACCEPTED);
  EXPECT_EQ(Receive().received, 1u);
  EXPECT_EQ(Receive().received, 0u) << "everything comes once";

  LogCheck log(*police_, *auditor_, world_.File("mirror"));
  for (Endpoint* endpoint : {police_.get(), haven_.get()}) {
    const auto accepted = endpoint->sender().outbox().List(sdk::EntryState::kAccepted, 100);
    AMANA_ASSERT_OK(accepted.status());
    for (const sdk::OutboxEntry& listed : *accepted) {
      const auto entry = endpoint->sender().outbox().Get(listed.id);
      AMANA_ASSERT_OK(entry.status());
      ASSERT_TRUE(entry->receipt.has_value());
      AMANA_EXPECT_OK(log.Hold(*entry->receipt).status());
    }
  }
  AMANA_EXPECT_OK(log.Verify());
  EXPECT_THAT(log.doubled(), testing::IsEmpty());
  EXPECT_EQ(log.Keys(v1::EVENT_KIND_TASK_RECEIVED).size(), 1u);
  EXPECT_EQ(log.Keys(v1::EVENT_KIND_TASK_ACCEPTED).size(), 1u);
  EXPECT_EQ(log.Keys(v1::EVENT_KIND_DELIVERY_NATIVE_ACKED).size(), 2u);
  AMANA_EXPECT_OK(broker_.Stop());
}

// What was put into the outbox while there was no link goes out, once, when there is one.
TEST_F(ReferralLifeTest, WorkDoneWithoutALinkIsSentLater) {
  AMANA_ASSERT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
  AMANA_ASSERT_OK(broker_.Stop());
  ConsentUse consent{SampleConsent(absl::Now()), {}};
  const auto registered = police_->sender().QueueConsent(consent.record);
  AMANA_ASSERT_OK(registered.status());
  consent.digest = registered->digest;
  const auto sent = police_->sender().Queue(
      SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()));
  AMANA_ASSERT_OK(sent.status());
  const auto flushed = police_->sender().Flush();
  AMANA_ASSERT_OK(flushed.status());
  EXPECT_EQ(ErrorReason(flushed->trouble), "BROKER_UNREACHABLE");
  AMANA_ASSERT_OK(broker_.Start());
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] {
    const auto again = police_->sender().Flush();
    return again.ok() && again->trouble.ok() && again->pending == 0;
  }));
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(Receive().received, 1u);
}

// A question, and its answer, which goes with the consent as the referral does.
TEST_F(ReferralLifeTest, AnAnswerReachesWhoAskedAndIsTakenBackWithTheRest) {
  AMANA_ASSERT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
  ConsentUse consent{SampleConsent(absl::Now()), {}};
  consent.record.add_categories(v1::CATEGORY_FAMILY);
  const auto registered = police_->sender().QueueConsent(consent.record);
  AMANA_ASSERT_OK(registered.status());
  consent.digest = registered->digest;
  const auto sent = police_->sender().Queue(
      SampleReferral(consent, AddressOf("haven/intake"), kContent, absl::Now()));
  AMANA_ASSERT_OK(sent.status());
  Flush(*police_);
  EXPECT_EQ(Receive().received, 1u);
  sdk::Inbox inbox(haven_->mailbox());
  const int64_t offer = inbox.List(std::nullopt, 10)->at(0).id;
  AMANA_ASSERT_OK(inbox.MarkSeen(offer, haven_->identity(), RealClock()).status());
  sdk::ServiceAnswers answers(haven_->identity(), haven_->mailbox(), RealClock());
  AMANA_ASSERT_OK(answers.Ask(offer, {v1::CATEGORY_FAMILY}, std::nullopt).status());
  Flush(*haven_);
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_INFO_REQUESTED);

  AMANA_ASSERT_OK(police_->sender()
                      .QueueUpdate({.referral = sent->key,
                                    .offer_epoch = 1,
                                    .asked = AddressOf("haven/intake"),
                                    .sections = {{v1::CATEGORY_FAMILY, "application/json",
                                                  v1::DISCLOSURE_STAGE_AT_OFFER, kContent}},
                                    .words = "SYNTHETIC words"})
                      .status());
  Flush(*police_);
  EXPECT_EQ(StateOf(sent->key), v1::TASK_STATE_SEEN);
  EXPECT_EQ(Receive().received, 1u);
  const auto updates = inbox.UpdatesOf(inbox.Get(offer)->key);
  AMANA_ASSERT_OK(updates.status());
  ASSERT_EQ(updates->size(), 1u);
  const auto opened = inbox.Open(updates->at(0).id, haven_->identity());
  AMANA_ASSERT_OK(opened.status());
  EXPECT_EQ(opened->update->words, "SYNTHETIC words");
  EXPECT_EQ(opened->sections.at(0).content, kContent);
  EXPECT_EQ(inbox.Get(offer)->state, sdk::InboxState::kSeen);

  v1::Withdrawal withdrawal;
  withdrawal.set_consent_id(consent.record.consent_id());
  withdrawal.set_subject_pseudonym(consent.record.subject_pseudonym());
  AMANA_ASSERT_OK(police_->sender().QueueWithdrawal(withdrawal).status());
  Flush(*police_);
  size_t recalls = 0;
  EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return (recalls += Receive().recalls) >= 2; }));
  const auto items = inbox.List(std::nullopt, 10);
  AMANA_ASSERT_OK(items.status());
  EXPECT_EQ(items->size(), 2u);
  for (const sdk::InboxItem& item : *items) {
    EXPECT_EQ(item.state, sdk::InboxState::kRecalled) << item.key.update;
  }
}

}  // namespace
}  // namespace amana::tests
